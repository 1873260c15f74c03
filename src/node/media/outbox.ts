/** So many that have patience wait at most: the free ports among them must not run out meanwhile. */
const MOST = 16;

/**
 * Gathers what one turn of the event loop has to say to another thread into one message: each message wakes the other
 * thread, which costs more than what is in it. What has patience waits for company, so many milliseconds; the order stays.
 */
export class Outbox<M> {
  readonly #post: (messages: readonly M[]) => void;
  readonly #patience: number;
  #waiting: M[] = [];
  #soon = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(post: (messages: readonly M[]) => void, patience: number) {
    this.#post = post;
    this.#patience = patience;
  }

  put(message: M, patient = false): void {
    this.#waiting.push(message);
    if (this.#soon) return;
    if (!patient || this.#waiting.length >= MOST) {
      this.#soon = true;
      setImmediate(() => this.flush());
    } else this.#timer ??= setTimeout(() => this.flush(), this.#patience);
  }

  /** Posts at once what waits. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#soon = false;
    if (this.#waiting.length === 0) return;
    const messages = this.#waiting;
    this.#waiting = [];
    this.#post(messages);
  }
}
