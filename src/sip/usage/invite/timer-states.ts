/**
 * The session timer of one side (RFC 4028 §10).
 *
 * | state | meaning |
 * | --- | --- |
 * | off | none was agreed |
 * | ours | we refresh |
 * | asking | our refresh is on its way |
 * | theirs | the peer refreshes |
 */
export type TimerState = 'off' | 'ours' | 'asking' | 'theirs';

export type TimerHappening =
  /** A 2xx to a session refresh request agreed that we refresh, that the peer does, or that nobody does. */
  | 'weRefresh'
  | 'theyRefresh'
  | 'nobody'
  /** Half of the interval has passed. */
  | 'half'
  /** Our refresh was refused with what does not end the session. */
  | 'refused'
  /** No refresh came in time. */
  | 'expired'
  | 'over';

export type TimerAction = 'stop' | 'startHalf' | 'startExpiry' | 'startRetry' | 'refresh' | 'expire';

export type TimerStep = readonly [to: TimerState, ...actions: readonly TimerAction[]];

const agreed = {
  weRefresh: ['ours', 'stop', 'startHalf', 'startExpiry'],
  theyRefresh: ['theirs', 'stop', 'startExpiry'],
  nobody: ['off', 'stop'],
  over: ['off', 'stop'],
} as const;

/** Pairs that are not here change nothing and send nothing. */
export const timerTable = {
  off: { weRefresh: agreed.weRefresh, theyRefresh: agreed.theyRefresh },
  ours: { ...agreed, half: ['asking', 'refresh'], expired: ['off', 'stop', 'expire'] },
  asking: { ...agreed, refused: ['ours', 'startRetry'], expired: ['off', 'stop', 'expire'] },
  theirs: { ...agreed, expired: ['off', 'stop', 'expire'] },
} as const satisfies Readonly<Record<TimerState, Readonly<Partial<Record<TimerHappening, TimerStep>>>>>;

export function timerStep(state: TimerState, happening: TimerHappening): TimerStep | undefined {
  const row: Readonly<Partial<Record<TimerHappening, TimerStep>>> = timerTable[state];
  return row[happening];
}
