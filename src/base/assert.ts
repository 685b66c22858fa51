/** A broken promise of our own code. Never thrown because of input: that is a value with a reason. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Throws {@linkcode AssertionError} unless `condition` holds. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Marks a branch that the types say cannot be reached. */
export function unreachable(value: never): never {
  throw new AssertionError(`Unreachable case: ${JSON.stringify(value)}`);
}
