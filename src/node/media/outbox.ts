/**
 * Gathers what one turn of the event loop has to say to another thread into one message: each message wakes the other
 * thread, which costs more than what is in it.
 */
export class Outbox<M> {
  readonly #post: (messages: readonly M[]) => void;
  #waiting: M[] = [];

  constructor(post: (messages: readonly M[]) => void) {
    this.#post = post;
  }

  put(message: M): void {
    this.#waiting.push(message);
    if (this.#waiting.length === 1) setImmediate(() => this.flush());
  }

  /** Posts at once what waits. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const messages = this.#waiting;
    this.#waiting = [];
    this.#post(messages);
  }
}
