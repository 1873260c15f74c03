/** The caller's leg went away. Thrown into the script's pending await, once. */
export class Gone extends Error {
  constructor() {
    // It says that a call has ended, not that somebody made a mistake: a stack would be paid for by every call.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super('the caller has gone');
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'Gone';
  }
}
