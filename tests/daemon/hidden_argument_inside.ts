import { commandLine } from "../../ffi/process.ts";
import { hideArgument } from "../../src/daemon/hidden_argument.ts";

// Prints what `ps` shows of this process, after what is named in its first argument was hidden.
hideArgument(Deno.args[0] ?? "");
console.log(JSON.stringify(commandLine().slice(-Deno.args.length)));
