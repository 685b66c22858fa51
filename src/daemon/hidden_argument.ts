import { SyscallError } from "../../ffi/errno.ts";
import { ownArguments } from "../../ffi/own_arguments.ts";

const MASK = "*".charCodeAt(0);

/**
 * Overwrites a secret wherever it stands among the words that this process was started by, so that
 * `ps` shows it no longer. Where the system does not let us, it stays.
 */
export function hideArgument(secret: string): void {
  try {
    const words = ownArguments();
    if (words !== undefined) mask(words, new TextEncoder().encode(secret));
  } catch (error) {
    // No /proc, in a container perhaps: then nobody there sees it either.
    if (!(error instanceof SyscallError)) throw error;
  }
}

function mask(words: Uint8Array<ArrayBuffer>, secret: Uint8Array<ArrayBuffer>): void {
  if (secret.length === 0) return;
  for (let at = 0; at + secret.length <= words.length; at++) {
    if (secret.every((byte, index) => words[at + index] === byte)) {
      words.fill(MASK, at, at + secret.length);
    }
  }
}
