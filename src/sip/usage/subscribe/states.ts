/**
 * The states of a subscription (RFC 6665 §4.2.2), as one NOTIFY after another sees them.
 *
 * | state | meaning |
 * | --- | --- |
 * | idle | the subscriber knows all there is |
 * | sending | a NOTIFY is under way |
 * | stale | a NOTIFY is under way and another is due |
 * | leaving | a NOTIFY is under way and the last one is due |
 * | ending | the last NOTIFY is under way |
 * | ended | nothing is left |
 */
export type State = 'idle' | 'sending' | 'stale' | 'leaving' | 'ending' | 'ended';

export type Event =
  | 'changed'
  /** A SUBSCRIBE was accepted: the first, or a refresh. */
  | 'subscribed'
  /** Its time is over, or its owner ends it. */
  | 'over'
  /** The NOTIFY got an answer that the subscription outlives. */
  | 'delivered'
  /** It did not. */
  | 'failed';

export type Action = 'send' | 'sendLast' | 'forget' | 'tellEnded';

export type Step = readonly [to: State, ...actions: readonly Action[]];

/** Pairs that are not here change nothing. Telling stands last. */
export const table = {
  idle: { changed: ['sending', 'send'], subscribed: ['sending', 'send'], over: ['ending', 'sendLast'] },
  sending: {
    changed: ['stale'],
    subscribed: ['stale'],
    over: ['leaving'],
    delivered: ['idle'],
    failed: ['ended', 'forget', 'tellEnded'],
  },
  stale: {
    over: ['leaving'],
    delivered: ['sending', 'send'],
    failed: ['ended', 'forget', 'tellEnded'],
  },
  leaving: { delivered: ['ending', 'sendLast'], failed: ['ended', 'forget', 'tellEnded'] },
  ending: { delivered: ['ended', 'forget', 'tellEnded'], failed: ['ended', 'forget', 'tellEnded'] },
  ended: {},
} as const satisfies Readonly<Record<State, Readonly<Partial<Record<Event, Step>>>>>;

export function stepFor(state: State, event: Event): Step | undefined {
  const row: Readonly<Partial<Record<Event, Step>>> = table[state];
  return row[event];
}
