export { ring } from "../../ffi/doorbell.ts";
