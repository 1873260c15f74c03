/**
 * The states of a transfer. The pair, the transferor and whom it sends away, stays together until the target's final
 * status is known (telephony.md, Transfers).
 *
 * | state | meaning |
 * | --- | --- |
 * | asking | the target is tried; the transferor still has its call |
 * | alone | the target is tried; the transferor has hung up |
 * | rejoined | it failed and the two talk again; a hang-up that crossed the news means: ring me back |
 * | waiting | it failed while the transferor holds: it can have the transferee back |
 * | offered | the same after a blond one: the transferee hears that nobody answered, and is released when he is not taken back |
 * | returning | it failed and the transferor has hung up: it is rung back, or what else was wished |
 * | sorry | nobody wants the transferee, who hears so |
 * | parting | it succeeded; the transferor may hang up by itself |
 * | over | nothing more happens |
 */
export type State =
  | 'asking'
  | 'alone'
  | 'rejoined'
  | 'waiting'
  | 'offered'
  | 'returning'
  | 'sorry'
  | 'parting'
  | 'over';

export type Event =
  /** The target has answered. */
  | 'reached'
  /** It has not; the transferor is on no hold of its own. */
  | 'refused'
  /** The same, and the transferor's phone holds us. */
  | 'refusedHeld'
  /** The same, and it was a blond one: the transferor did not wait for the answer. */
  | 'refusedBlond'
  /** The transferor takes its call back. */
  | 'resumed'
  /** The transferor has hung up. */
  | 'left'
  /** The transferee has. */
  | 'lost'
  /** Whom the transferee was sent back to has answered, or not. */
  | 'joined'
  | 'unjoined'
  /** The pair belongs to another transfer from now on. */
  | 'taken'
  | 'timeUp';

export type Action =
  | 'report'
  | 'rejoin'
  | 'letGo'
  | 'console'
  | 'goBack'
  | 'stopGoing'
  | 'join'
  | 'congest'
  | 'waitParting'
  | 'waitSorry'
  | 'dismiss'
  | 'release'
  | 'finish';

export type Step = readonly [to: State, ...actions: readonly Action[]];

/** Pairs that are not here change nothing. */
export const table = {
  asking: {
    reached: ['parting', 'waitParting', 'report'],
    refused: ['rejoined', 'rejoin', 'waitParting', 'finish', 'report'],
    refusedHeld: ['waiting', 'console', 'finish', 'report'],
    refusedBlond: ['offered', 'congest', 'waitSorry', 'finish', 'report'],
    left: ['alone'],
    lost: ['over', 'stopGoing', 'report', 'dismiss', 'finish'],
  },
  alone: {
    reached: ['over', 'report', 'finish'],
    refused: ['returning', 'console', 'finish', 'report', 'goBack'],
    refusedHeld: ['returning', 'console', 'finish', 'report', 'goBack'],
    refusedBlond: ['returning', 'console', 'finish', 'report', 'goBack'],
    lost: ['over', 'stopGoing', 'report', 'finish'],
  },
  rejoined: {
    left: ['returning', 'console', 'goBack'],
    lost: ['over', 'dismiss'],
    timeUp: ['over', 'letGo'],
    taken: ['over'],
  },
  waiting: {
    resumed: ['over', 'rejoin', 'letGo'],
    taken: ['over'],
    left: ['returning', 'goBack'],
    lost: ['over', 'dismiss'],
  },
  offered: {
    resumed: ['over', 'rejoin', 'letGo'],
    taken: ['over'],
    left: ['sorry', 'waitSorry'],
    lost: ['over', 'dismiss'],
    timeUp: ['over', 'release', 'dismiss'],
  },
  returning: {
    joined: ['over', 'join'],
    unjoined: ['sorry', 'congest', 'waitSorry'],
    lost: ['over', 'stopGoing'],
  },
  sorry: {
    timeUp: ['over', 'release'],
    lost: ['over'],
  },
  parting: {
    left: ['over', 'finish'],
    timeUp: ['over', 'dismiss', 'finish'],
  },
  over: {},
} as const satisfies Readonly<Record<State, Readonly<Partial<Record<Event, Step>>>>>;

export function stepFor(state: State, event: Event): Step | undefined {
  const row: Readonly<Partial<Record<Event, Step>>> = table[state];
  return row[event];
}
