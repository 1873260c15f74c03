/**
 * Reliable provisional responses of a callee (RFC 3262 §3).
 *
 * | state | meaning |
 * | --- | --- |
 * | idle | none waits for its PRACK |
 * | sent | one does; the next must wait |
 * | over | the final response was sent |
 */
export type ReliableState = 'idle' | 'sent' | 'over';

export type ReliableEvent =
  /** The owner wants one sent. */
  | 'send'
  | 'pracked'
  /** It is time to repeat it. */
  | 'again'
  /** No PRACK came in 64*T1. */
  | 'late'
  /** A final response goes out. */
  | 'final';

export type ReliableAction = 'transmit' | 'queue' | 'repeat' | 'stop' | 'next' | 'giveUp';

export type ReliableStep = readonly [to: ReliableState, ...actions: readonly ReliableAction[]];

/** Pairs that are not here change nothing and send nothing. */
export const reliableTable = {
  idle: { send: ['sent', 'transmit'], final: ['over'] },
  sent: {
    send: ['sent', 'queue'],
    pracked: ['idle', 'stop', 'next'],
    again: ['sent', 'repeat'],
    late: ['over', 'stop', 'giveUp'],
    final: ['over', 'stop'],
  },
  over: {},
} as const satisfies Readonly<Record<ReliableState, Readonly<Partial<Record<ReliableEvent, ReliableStep>>>>>;

export function reliableStep(state: ReliableState, event: ReliableEvent): ReliableStep | undefined {
  const row: Readonly<Partial<Record<ReliableEvent, ReliableStep>>> = reliableTable[state];
  return row[event];
}
