/** Descriptors, files and directories. One line a parameter with its C type. */
export const FILE_CALLS = {
  close: {
    parameters: ["i32"], // int fd
    result: "i32",
  },
  close_elsewhere: {
    name: "close",
    parameters: ["i32"], // int fd
    result: "i32",
    nonblocking: true,
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
  fchown: {
    parameters: [
      "i32", // int fd
      "u32", // uid_t owner
      "u32", // gid_t group
    ],
    result: "i32",
  },
  fchmod: {
    parameters: [
      "i32", // int fd
      "u32", // mode_t mode
    ],
    result: "i32",
  },
  fsync: {
    parameters: ["i32"], // int fd
    result: "i32",
  },
  flock: {
    parameters: [
      "i32", // int fd
      "i32", // int operation
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
  lseek: {
    parameters: [
      "i32", // int fd
      "i64", // off_t offset
      "i32", // int whence
    ],
    result: "i64",
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
  memfd_create: {
    parameters: [
      "buffer", // const char *name
      "u32", // unsigned int flags
    ],
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
  umask: {
    parameters: ["u32"], // mode_t mask
    result: "u32",
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
} as const satisfies Deno.ForeignLibraryInterface;
