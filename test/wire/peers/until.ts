import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY = 20;

/** Milliseconds in which whatever should happen at once has happened, on a machine that does much else. */
export const PATIENCE = 15_000;

/**
 * Waits for a condition: the first answer of `look` that is neither undefined nor false. Throws when `within` (ms) has passed,
 * with the sentence `what` and whatever `seen` knows about how things stand.
 */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  within = PATIENCE,
  seen: () => string = () => '',
): Promise<T> {
  const deadline = performance.now() + within;
  for (;;) {
    const answer = await look();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${within} ms\n${seen()}`.trimEnd());
    await pause(LOOK_EVERY);
  }
}

/** Somebody who can say what he saw, for the message of a failed test. */
export interface Witness {
  testimony(): string;
}

/** Runs `body`; what it throws carries what the witnesses saw. */
export async function witnessed(witnesses: Iterable<Witness>, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    const heard = [...witnesses].map((witness) => witness.testimony()).join('\n');
    if (error instanceof Error) error.message += `\n${heard}`;
    throw error;
  }
}
