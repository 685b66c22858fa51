/** Starting another program. One line a parameter with its C type. */
export const SPAWN_CALLS = {
  sigfillset: {
    parameters: ["buffer"], // sigset_t *set
    result: "i32",
  },
  // These return an error number instead of setting errno.
  posix_spawn: {
    parameters: [
      "buffer", // pid_t *pid
      "buffer", // const char *path
      "buffer", // const posix_spawn_file_actions_t *file_actions
      "buffer", // const posix_spawnattr_t *attrp
      "buffer", // char *const argv[]
      "buffer", // char *const envp[]
    ],
    result: "i32",
  },
  posix_spawnattr_init: {
    parameters: ["buffer"], // posix_spawnattr_t *attr
    result: "i32",
  },
  posix_spawnattr_setflags: {
    parameters: [
      "buffer", // posix_spawnattr_t *attr
      "i16", // short flags
    ],
    result: "i32",
  },
  posix_spawnattr_setsigdefault: {
    parameters: [
      "buffer", // posix_spawnattr_t *attr
      "buffer", // const sigset_t *sigdefault
    ],
    result: "i32",
  },
  posix_spawnattr_destroy: {
    parameters: ["buffer"], // posix_spawnattr_t *attr
    result: "i32",
  },
  posix_spawn_file_actions_init: {
    parameters: ["buffer"], // posix_spawn_file_actions_t *file_actions
    result: "i32",
  },
  posix_spawn_file_actions_adddup2: {
    parameters: [
      "buffer", // posix_spawn_file_actions_t *file_actions
      "i32", // int fildes
      "i32", // int newfildes
    ],
    result: "i32",
  },
  posix_spawn_file_actions_destroy: {
    parameters: ["buffer"], // posix_spawn_file_actions_t *file_actions
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;
