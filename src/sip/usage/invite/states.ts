/**
 * The states of an INVITE usage (RFC 3261 §13, §15).
 *
 * | state | meaning |
 * | --- | --- |
 * | inviting | uac: no final response yet |
 * | cancelling | uac: given up, no final response yet |
 * | offered | uas: no final response sent yet |
 * | answered | uas: 2xx sent, no ACK yet |
 * | leaving | uas: as answered, and BYE goes out as soon as §15 lets it |
 * | up | confirmed |
 * | closing | our BYE is on its way |
 * | ended | nothing is left |
 */
export type State = 'inviting' | 'cancelling' | 'offered' | 'answered' | 'leaving' | 'up' | 'closing' | 'ended';

export type Event =
  /** uac: a response to the INVITE; `refused` stands for its failure too. */
  | 'provisional'
  | 'success'
  | 'refused'
  /** Verbs of the owner. */
  | 'progress'
  | 'accept'
  | 'reject'
  | 'cancel'
  | 'bye'
  /** From the peer. */
  | 'cancelled'
  | 'acked'
  | 'byeReceived'
  /** No ACK for a 2xx of ours came in 64*T1 (§13.3.1.4). */
  | 'unacked'
  /** A request inside the dialog got 481, 408 or nothing (§12.2.1.2). */
  | 'gone'
  /** Our BYE got its final response, or none. */
  | 'byeDone';

export type Action =
  /** Keeps how it ends for the telling. */
  | 'mark'
  /** uac: the dialog of this provisional response. */
  | 'early'
  /** uac: takes what it describes, and acknowledges a reliable one. */
  | 'prack'
  /** uac: the dialog of the first 2xx stays, the other early ones go. */
  | 'settle'
  | 'sendAck'
  | 'sendCancel'
  | 'sendBye'
  /** uas: the dialog that our tagged response makes. */
  | 'establish'
  /** uas: sends the response at hand to the INVITE. */
  | 'respond'
  /** uas: the last 1xx every minute (§13.3.1.1). */
  | 'keepAlive'
  /** uas: the 2xx until the ACK. */
  | 'repeat'
  /** Stops keepAlive and repeat. */
  | 'hush'
  /** uas: 487 to the INVITE. */
  | 'terminate'
  /** 487 to a re-INVITE or UPDATE that waits (§15.1.2). */
  | 'dropReoffer'
  | 'answerBye'
  /** Sends a re-INVITE that had to wait, if nothing is in its way any more. */
  | 'resume'
  /** Leaves the dialogs. */
  | 'forget'
  | 'tellProgress'
  | 'tellAccepted'
  | 'tellRejected'
  | 'tellAcknowledged'
  | 'tellEnded'
  /** As tellEnded, in a step of its own: what ended it was a call from above. */
  | 'tellEndedNext';

export type Step = readonly [to: State, ...actions: readonly Action[]];

/** Pairs that are not here change nothing and send nothing. Telling stands last. */
export const table = {
  inviting: {
    provisional: ['inviting', 'early', 'prack', 'tellProgress'],
    success: ['up', 'settle', 'sendAck', 'resume', 'tellAccepted'],
    refused: ['ended', 'forget', 'tellRejected'],
    cancel: ['cancelling', 'mark', 'sendCancel'],
    bye: ['cancelling', 'mark', 'sendCancel'],
    // The callee may not do this on an early dialog (§15); its final response still comes.
    byeReceived: ['inviting', 'answerBye'],
  },
  cancelling: {
    success: ['closing', 'settle', 'sendAck', 'sendBye', 'tellEnded'],
    refused: ['ended', 'forget', 'tellEnded'],
    byeReceived: ['cancelling', 'answerBye'],
  },
  offered: {
    progress: ['offered', 'establish', 'respond', 'keepAlive'],
    accept: ['answered', 'hush', 'establish', 'respond', 'repeat'],
    reject: ['ended', 'mark', 'hush', 'respond', 'forget', 'tellEndedNext'],
    cancelled: ['ended', 'mark', 'hush', 'terminate', 'forget', 'tellEnded'],
    byeReceived: ['ended', 'mark', 'hush', 'answerBye', 'terminate', 'forget', 'tellEnded'],
  },
  answered: {
    acked: ['up', 'resume', 'tellAcknowledged'],
    bye: ['leaving', 'mark', 'dropReoffer'],
    byeReceived: ['ended', 'mark', 'hush', 'dropReoffer', 'answerBye', 'forget', 'tellEnded'],
    unacked: ['closing', 'mark', 'dropReoffer', 'sendBye', 'tellEnded'],
  },
  leaving: {
    acked: ['closing', 'sendBye', 'tellEnded'],
    byeReceived: ['ended', 'mark', 'hush', 'answerBye', 'forget', 'tellEnded'],
    unacked: ['closing', 'sendBye', 'tellEnded'],
  },
  up: {
    bye: ['closing', 'mark', 'hush', 'dropReoffer', 'sendBye', 'tellEndedNext'],
    byeReceived: ['ended', 'mark', 'hush', 'dropReoffer', 'answerBye', 'forget', 'tellEnded'],
    unacked: ['closing', 'mark', 'dropReoffer', 'sendBye', 'tellEnded'],
    gone: ['closing', 'mark', 'hush', 'dropReoffer', 'sendBye', 'tellEndedNext'],
  },
  closing: {
    byeReceived: ['closing', 'answerBye'],
    byeDone: ['ended', 'forget'],
  },
  ended: {},
} as const satisfies Readonly<Record<State, Readonly<Partial<Record<Event, Step>>>>>;

/** What an owner is told of the states. */
export const shown = {
  inviting: 'calling',
  cancelling: 'calling',
  offered: 'calling',
  answered: 'answered',
  leaving: 'answered',
  up: 'up',
  closing: 'ended',
  ended: 'ended',
} as const satisfies Readonly<Record<State, string>>;

export function stepFor(state: State, event: Event): Step | undefined {
  const row: Readonly<Partial<Record<Event, Step>>> = table[state];
  return row[event];
}
