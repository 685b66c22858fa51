import { checked } from "../../ffi/errno.ts";
import { Fd } from "../../ffi/fd.ts";
import { libc } from "../../ffi/libc.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

/** An eventfd(2): it can be read while its counter, which begins with `count`, is not 0. */
export function counter(count: number): Fd {
  return new Fd(checked(libc().eventfd(count, 0), () => "create an eventfd"));
}

/** Whether this number is an open eventfd of our process. */
export async function isCounter(descriptor: number): Promise<boolean> {
  try {
    return await Deno.readLink(`/proc/self/fd/${descriptor}`) === "anon_inode:[eventfd]";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
