/**
 * The C library's calls that the daemon makes, one line a parameter with its C type.
 *
 * Only `open` and `ioctl` are variadic in C; see there.
 */
const SYMBOLS = {
  __errno_location: { parameters: [], result: "pointer" },
  close: {
    parameters: ["i32"], // int fd
    result: "i32",
  },
  read: {
    parameters: [
      "i32", // int fd
      "buffer", // void *buf
      "usize", // size_t count
    ],
    result: "isize",
  },
  write: {
    parameters: [
      "i32", // int fd
      "buffer", // const void *buf
      "usize", // size_t count
    ],
    result: "isize",
  },
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
  socket: {
    parameters: [
      "i32", // int domain
      "i32", // int type
      "i32", // int protocol
    ],
    result: "i32",
  },
  bind: {
    parameters: [
      "i32", // int sockfd
      "buffer", // const struct sockaddr *addr
      "u32", // socklen_t addrlen
    ],
    result: "i32",
  },
  getsockname: {
    parameters: [
      "i32", // int sockfd
      "buffer", // struct sockaddr *addr
      "buffer", // socklen_t *addrlen
    ],
    result: "i32",
  },
  setsockopt: {
    parameters: [
      "i32", // int sockfd
      "i32", // int level
      "i32", // int optname
      "buffer", // const void *optval
      "u32", // socklen_t optlen
    ],
    result: "i32",
  },
  sendto: {
    parameters: [
      "i32", // int sockfd
      "buffer", // const void *buf
      "usize", // size_t len
      "i32", // int flags
      "buffer", // const struct sockaddr *dest_addr
      "u32", // socklen_t addrlen
    ],
    result: "isize",
  },
  recvfrom: {
    parameters: [
      "i32", // int sockfd
      "buffer", // void *buf
      "usize", // size_t len
      "i32", // int flags
      "buffer", // struct sockaddr *src_addr
      "buffer", // socklen_t *addrlen
    ],
    result: "isize",
  },
  recvmmsg: {
    parameters: [
      "i32", // int sockfd
      "buffer", // struct mmsghdr *msgvec
      "u32", // unsigned int vlen
      "i32", // int flags
      "buffer", // struct timespec *timeout
    ],
    result: "i32",
  },
  sendmmsg: {
    parameters: [
      "i32", // int sockfd
      "buffer", // struct mmsghdr *msgvec
      "u32", // unsigned int vlen
      "i32", // int flags
    ],
    result: "i32",
  },
  epoll_create1: {
    parameters: ["i32"], // int flags
    result: "i32",
  },
  epoll_ctl: {
    parameters: [
      "i32", // int epfd
      "i32", // int op
      "i32", // int fd
      "buffer", // struct epoll_event *event
    ],
    result: "i32",
  },
  epoll_wait: {
    parameters: [
      "i32", // int epfd
      "buffer", // struct epoll_event *events
      "i32", // int maxevents
      "i32", // int timeout
    ],
    result: "i32",
  },
  // On a thread of the runtime's pool, where errno cannot be read.
  epoll_wait_elsewhere: {
    name: "epoll_wait",
    parameters: [
      "i32", // int epfd
      "buffer", // struct epoll_event *events
      "i32", // int maxevents
      "i32", // int timeout
    ],
    result: "i32",
    nonblocking: true,
  },
  timerfd_create: {
    parameters: [
      "i32", // int clockid
      "i32", // int flags
    ],
    result: "i32",
  },
  timerfd_settime: {
    parameters: [
      "i32", // int fd
      "i32", // int flags
      "buffer", // const struct itimerspec *new_value
      "buffer", // struct itimerspec *old_value
    ],
    result: "i32",
  },
  eventfd: {
    parameters: [
      "u32", // unsigned int initval
      "i32", // int flags
    ],
    result: "i32",
  },
  clock_gettime: {
    parameters: [
      "i32", // clockid_t clockid
      "buffer", // struct timespec *tp
    ],
    result: "i32",
  },
  // Variadic in C. Linux passes such arguments like fixed ones on both architectures.
  ioctl: {
    parameters: [
      "i32", // int fd
      "usize", // unsigned long request
      "buffer", // the request's structure
    ],
    result: "i32",
  },
  capget: {
    parameters: [
      "buffer", // cap_user_header_t hdrp
      "buffer", // cap_user_data_t datap
    ],
    result: "i32",
  },
  open: {
    parameters: [
      "buffer", // const char *pathname
      "i32", // int flags (no O_CREAT here, hence no third argument)
    ],
    result: "i32",
  },
  // Variadic in C, like ioctl; the mode only counts with O_CREAT.
  openat: {
    parameters: [
      "i32", // int dirfd
      "buffer", // const char *pathname
      "i32", // int flags
      "u32", // mode_t mode
    ],
    result: "i32",
  },
  mkdir: {
    parameters: [
      "buffer", // const char *pathname
      "u32", // mode_t mode
    ],
    result: "i32",
  },
  unlinkat: {
    parameters: [
      "i32", // int dirfd
      "buffer", // const char *pathname
      "i32", // int flags
    ],
    result: "i32",
  },
  renameat: {
    parameters: [
      "i32", // int olddirfd
      "buffer", // const char *oldpath
      "i32", // int newdirfd
      "buffer", // const char *newpath
    ],
    result: "i32",
  },
  getdents64: {
    parameters: [
      "i32", // int fd
      "buffer", // void *dirp
      "usize", // size_t count
    ],
    result: "isize",
  },
  statx: {
    parameters: [
      "i32", // int dirfd
      "buffer", // const char *pathname
      "i32", // int flags
      "u32", // unsigned int mask
      "buffer", // struct statx *statxbuf
    ],
    result: "i32",
  },
  flock: {
    parameters: [
      "i32", // int fd
      "i32", // int operation
    ],
    result: "i32",
  },
  geteuid: { parameters: [], result: "u32" },
  getsockopt: {
    parameters: [
      "i32", // int sockfd
      "i32", // int level
      "i32", // int optname
      "buffer", // void *optval
      "buffer", // socklen_t *optlen
    ],
    result: "i32",
  },
  // On a thread of the runtime's pool, where errno cannot be read.
  write_elsewhere: {
    name: "write",
    parameters: [
      "i32", // int fd
      "buffer", // const void *buf
      "usize", // size_t count
    ],
    result: "isize",
    nonblocking: true,
  },
  read_elsewhere: {
    name: "read",
    parameters: [
      "i32", // int fd
      "buffer", // void *buf
      "usize", // size_t count
    ],
    result: "isize",
    nonblocking: true,
  },
  openat_elsewhere: {
    name: "openat",
    parameters: [
      "i32", // int dirfd
      "buffer", // const char *pathname
      "i32", // int flags
      "u32", // mode_t mode
    ],
    result: "i32",
    nonblocking: true,
  },
  fsync_elsewhere: {
    name: "fsync",
    parameters: ["i32"], // int fd
    result: "i32",
    nonblocking: true,
  },
  renameat_elsewhere: {
    name: "renameat",
    parameters: [
      "i32", // int olddirfd
      "buffer", // const char *oldpath
      "i32", // int newdirfd
      "buffer", // const char *newpath
    ],
    result: "i32",
    nonblocking: true,
  },
  inotify_init1: {
    parameters: ["i32"], // int flags
    result: "i32",
  },
  // On a thread of the runtime's pool as well.
  inotify_add_watch_elsewhere: {
    name: "inotify_add_watch",
    parameters: [
      "i32", // int fd
      "buffer", // const char *pathname
      "u32", // uint32_t mask
    ],
    result: "i32",
    nonblocking: true,
  },
  inotify_rm_watch: {
    parameters: [
      "i32", // int fd
      "i32", // int wd
    ],
    result: "i32",
  },
  ftruncate: {
    parameters: [
      "i32", // int fd
      "i64", // off_t length
    ],
    result: "i32",
  },
  umask: {
    parameters: ["u32"], // mode_t mask
    result: "u32",
  },
  unshare: {
    parameters: ["i32"], // int flags
    result: "i32",
  },
  pipe2: {
    parameters: [
      "buffer", // int pipefd[2]
      "i32", // int flags
    ],
    result: "i32",
  },
  dup2: {
    parameters: [
      "i32", // int oldfd
      "i32", // int newfd
    ],
    result: "i32",
  },
  // Variadic in C, like ioctl.
  fcntl: {
    parameters: [
      "i32", // int fd
      "i32", // int op
      "i32", // the operation's argument
    ],
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
  memfd_create: {
    parameters: [
      "buffer", // const char *name
      "u32", // unsigned int flags
    ],
    result: "i32",
  },
  lseek: {
    parameters: [
      "i32", // int fd
      "i64", // off_t offset
      "i32", // int whence
    ],
    result: "i64",
  },
  setpriority: {
    parameters: [
      "i32", // int which
      "u32", // id_t who
      "i32", // int prio
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
  waitpid: {
    parameters: [
      "i32", // pid_t pid
      "buffer", // int *wstatus
      "i32", // int options
    ],
    result: "i32",
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
  capset: {
    parameters: [
      "buffer", // cap_user_header_t hdrp
      "buffer", // const cap_user_data_t datap
    ],
    result: "i32",
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

type Libc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

interface Opened {
  readonly symbols: Libc;
  readonly errno: Deno.UnsafePointerView;
}

let opened: Opened | undefined;

function open(): Opened {
  if (opened !== undefined) return opened;
  const { symbols } = Deno.dlopen("libc.so.6", SYMBOLS);
  const location = symbols.__errno_location();
  if (location === null) throw new Error("Cannot find errno: the C library gave no location");
  opened = { symbols, errno: new Deno.UnsafePointerView(location) };
  return opened;
}

/** The C library's symbols; loaded at the first call, so that importing a type loads nothing. */
export function libc(): Libc {
  return open().symbols;
}

/**
 * This thread's errno. Only right directly after a synchronous call: its location is asked for
 * once, because the runtime works between two foreign calls and may change the value.
 */
export function lastErrno(): number {
  return open().errno.getInt32();
}
