import { CLOCK_BOOTTIME } from "./clock.ts";
import { checked, EAGAIN, SyscallError } from "./errno.ts";
import { Fd } from "./fd.ts";
import { epollEvent, ITIMERSPEC } from "./layout.ts";
import { lastErrno, libc } from "./libc.ts";

const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLLIN = 0x001;
const TFD_TIMER_ABSTIME = 1;
const TFD_NONBLOCK_CLOEXEC = 0o2004000;
const EFD_NONBLOCK_CLOEXEC = 0o2004000;
const EVENTS_PER_WAIT = 64;
const WAIT_FOREVER = -1;

const TIMER_TOKEN = 0;
const WAKE_TOKEN = 1;
/** The first token that {@linkcode Poller.add} may be given. */
export const FIRST_TOKEN = 2;

/**
 * Waits for sockets and for one absolute deadline at once (epoll(7), timerfd_create(2)).
 *
 * Only the waiting happens on another thread, and all it brings back is which tokens are ready:
 * errno of a call on another thread cannot be read here.
 */
export class Poller implements Disposable {
  readonly #epoll: Fd;
  readonly #timer: Fd;
  readonly #wake: Fd;
  readonly #layout = epollEvent();
  readonly #events = new DataView(new ArrayBuffer(EVENTS_PER_WAIT * this.#layout.size));
  readonly #eventBytes = new Uint8Array(this.#events.buffer);
  readonly #counter = new Uint8Array(8);
  readonly #timerSpec = new DataView(new ArrayBuffer(ITIMERSPEC.size));
  readonly #timerSpecBytes = new Uint8Array(this.#timerSpec.buffer);
  readonly #ready: number[] = [];
  #armedMs = Infinity;
  #interrupted = false;

  /** Throws {@linkcode SyscallError} where the kernel gives no descriptor. */
  constructor() {
    const c = libc();
    this.#epoll = new Fd(checked(c.epoll_create1(EPOLL_CLOEXEC), () => "create an epoll instance"));
    this.#timer = new Fd(
      checked(c.timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK_CLOEXEC), () => "create a timer"),
    );
    this.#wake = new Fd(checked(c.eventfd(0, EFD_NONBLOCK_CLOEXEC), () => "create an eventfd"));
    this.add(this.#timer, TIMER_TOKEN);
    this.add(this.#wake, WAKE_TOKEN);
  }

  /** Reports `token` from {@linkcode wait} while `fd` can be read (level-triggered). */
  add(fd: Fd, token: number): void {
    const event = new DataView(new ArrayBuffer(this.#layout.size));
    event.setUint32(this.#layout.at.events, EPOLLIN, true);
    event.setUint32(this.#layout.at.data, token, true);
    const bytes = new Uint8Array(event.buffer);
    checked(
      libc().epoll_ctl(this.#epoll.number, EPOLL_CTL_ADD, fd.number, bytes),
      () => `watch descriptor ${fd.number}`,
    );
  }

  /** Forgets `fd`; call before closing it. */
  remove(fd: Fd): void {
    checked(
      libc().epoll_ctl(this.#epoll.number, EPOLL_CTL_DEL, fd.number, this.#eventBytes),
      () => `stop watching descriptor ${fd.number}`,
    );
  }

  /** Ends a {@linkcode wait} at `deadlineMs` of {@linkcode boottimeMs}'s clock; Infinity: never. */
  arm(deadlineMs: number): void {
    if (deadlineMs === this.#armedMs) return;
    // A zero value would disarm the timer, so a deadline in the past becomes the first nanosecond.
    const wholeMs = Math.floor(deadlineMs);
    const armed = Number.isFinite(deadlineMs);
    const seconds = armed ? Math.max(0, Math.floor(wholeMs / 1000)) : 0;
    const nanoseconds = armed ? Math.max(1, Math.round((deadlineMs - seconds * 1000) * 1e6)) : 0;
    this.#timerSpec.setUint32(ITIMERSPEC.at.value_sec, seconds, true);
    this.#timerSpec.setUint32(ITIMERSPEC.at.value_nsec, Math.min(nanoseconds, 999_999_999), true);
    checked(
      libc().timerfd_settime(this.#timer.number, TFD_TIMER_ABSTIME, this.#timerSpecBytes, null),
      () => "set the timer",
    );
    this.#armedMs = deadlineMs;
  }

  /** Ends the current or the next {@linkcode wait} at once. */
  wake(): void {
    const one = new DataView(new ArrayBuffer(8));
    one.setUint32(0, 1, true);
    // EAGAIN means that the counter is full: a wake is pending already.
    libc().write(this.#wake.number, new Uint8Array(one.buffer), 8n);
  }

  /**
   * The tokens that became ready; empty after the deadline or {@linkcode wake}. The array is
   * reused by the next call. Waits on another thread, so that signals and output go on meanwhile,
   * and the pending call keeps the process alive. Costs about 0.25 ms of CPU and comes up to some
   * milliseconds late.
   */
  async wait(): Promise<readonly number[]> {
    return this.#take(
      await libc().epoll_wait_elsewhere(
        this.#epoll.number,
        this.#eventBytes,
        EVENTS_PER_WAIT,
        WAIT_FOREVER,
      ),
    );
  }

  /** Whether a signal ended the last wait: somebody else in the process may have work to do. */
  get interrupted(): boolean {
    return this.#interrupted;
  }

  /**
   * The same on this thread: cheaper and exact, but nothing else of the process's JavaScript runs
   * meanwhile. Returns after `limitMs` (whole milliseconds) at the latest.
   */
  waitHere(limitMs: number): readonly number[] {
    return this.#take(
      libc().epoll_wait(this.#epoll.number, this.#eventBytes, EVENTS_PER_WAIT, limitMs),
    );
  }

  /**
   * A negative count is EINTR, for example after SIGCONT: nothing is known then, and the caller
   * has to look again. The only other causes are bugs of ours.
   */
  #take(count: number): readonly number[] {
    this.#interrupted = count < 0;
    this.#ready.length = 0;
    for (let index = 0; index < count; index++) this.#sort(this.#tokenAt(index));
    return this.#ready;
  }

  #tokenAt(index: number): number {
    return this.#events.getUint32(index * this.#layout.size + this.#layout.at.data, true);
  }

  #sort(token: number): void {
    if (token === TIMER_TOKEN) {
      this.#drain(this.#timer, "read the timer");
      this.#armedMs = Infinity;
    } else if (token === WAKE_TOKEN) {
      this.#drain(this.#wake, "read the eventfd");
    } else {
      this.#ready.push(token);
    }
  }

  #drain(fd: Fd, operation: string): void {
    if (libc().read(fd.number, this.#counter, 8n) >= 0) return;
    const errno = lastErrno();
    if (errno !== EAGAIN) throw new SyscallError(operation, errno);
  }

  [Symbol.dispose](): void {
    this.#wake.close();
    this.#timer.close();
    this.#epoll.close();
  }
}
