import { openDriver } from "../../src/drivers/open.ts";

const opened = openDriver("libnl");
console.log(opened.ok ? "opened" : opened.error);
