export { setThreadUmask } from "../../ffi/thread_umask.ts";
