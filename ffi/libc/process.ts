/** The process itself, and those beside it. One line a parameter with its C type. */
export const PROCESS_CALLS = {
  madvise: {
    parameters: [
      "pointer", // void *addr
      "usize", // size_t length
      "i32", // int advice
    ],
    result: "i32",
  },
  malloc_trim: {
    parameters: ["usize"], // size_t pad
    result: "i32",
  },
  capget: {
    parameters: [
      "buffer", // cap_user_header_t hdrp
      "buffer", // cap_user_data_t datap
    ],
    result: "i32",
  },
  capset: {
    parameters: [
      "buffer", // cap_user_header_t hdrp
      "buffer", // const cap_user_data_t datap
    ],
    result: "i32",
  },
  geteuid: { parameters: [], result: "u32" },
  unshare: {
    parameters: ["i32"], // int flags
    result: "i32",
  },
  getenv: {
    parameters: ["buffer"], // const char *name
    result: "pointer",
  },
  unsetenv: {
    parameters: ["buffer"], // const char *name
    result: "i32",
  },
  getrlimit: {
    parameters: [
      "i32", // int resource
      "buffer", // struct rlimit *rlim
    ],
    result: "i32",
  },
  setrlimit: {
    parameters: [
      "i32", // int resource
      "buffer", // const struct rlimit *rlim
    ],
    result: "i32",
  },
  signal: {
    parameters: [
      "i32", // int signum
      "pointer", // sighandler_t handler
    ],
    result: "pointer",
  },
  alarm: {
    parameters: ["u32"], // unsigned int seconds
    result: "u32",
  },
  sched_getscheduler: {
    parameters: ["i32"], // pid_t pid
    result: "i32",
  },
  sched_setscheduler: {
    parameters: [
      "i32", // pid_t pid
      "i32", // int policy
      "buffer", // const struct sched_param *param
    ],
    result: "i32",
  },
  sched_getparam: {
    parameters: [
      "i32", // pid_t pid
      "buffer", // struct sched_param *param
    ],
    result: "i32",
  },
  setpriority: {
    parameters: [
      "i32", // int which
      "u32", // id_t who
      "i32", // int prio
    ],
    result: "i32",
  },
  waitpid: {
    parameters: [
      "i32", // pid_t pid
      "buffer", // int *wstatus
      "i32", // int options
    ],
    result: "i32",
  },
  waitpid_elsewhere: {
    name: "waitpid",
    parameters: [
      "i32", // pid_t pid
      "buffer", // int *wstatus
      "i32", // int options
    ],
    result: "i32",
    nonblocking: true,
  },
  kill: {
    parameters: [
      "i32", // pid_t pid
      "i32", // int sig
    ],
    result: "i32",
  },
  // Variadic in C, like ioctl: for calls that the C library has not, or not for one thread alone.
  syscall: {
    parameters: [
      "isize", // long number
      "isize", // the call's arguments
      "isize",
      "isize",
    ],
    result: "isize",
  },
  syscall_with_buffer: {
    name: "syscall",
    parameters: [
      "isize", // long number
      "isize", // the call's arguments
      "buffer",
    ],
    result: "isize",
  },
  // Variadic in C, like ioctl.
  prctl: {
    parameters: [
      "i32", // int op
      "usize", // the operation's argument
    ],
    result: "i32",
  },
  getresuid: {
    parameters: [
      "buffer", // uid_t *ruid
      "buffer", // uid_t *euid
      "buffer", // uid_t *suid
    ],
    result: "i32",
  },
  getresgid: {
    parameters: [
      "buffer", // gid_t *rgid
      "buffer", // gid_t *egid
      "buffer", // gid_t *sgid
    ],
    result: "i32",
  },
  getgroups: {
    parameters: [
      "i32", // int size
      "buffer", // gid_t list[]
    ],
    result: "i32",
  },
  // Returns an error number instead of setting errno.
  getpwnam_r: {
    parameters: [
      "buffer", // const char *name
      "buffer", // struct passwd *pwd
      "buffer", // char *buf
      "usize", // size_t buflen
      "buffer", // struct passwd **result
    ],
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;
