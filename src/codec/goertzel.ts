/** How much of one frequency is in a block: what tests listen with. */

/** Level of the sine at `hz` in dB relative to a full-scale sine; -Infinity when there is nothing. */
export function toneLevel(samples: Int16Array, rate: number, hz: number): number {
  const { power, window } = project(samples, rate, hz);
  return samples.length === 0 ? -Infinity : 10 * Math.log10((4 * power) / (window * window) / 32768 ** 2);
}

/** The part of the block's whole energy that is at `hz`: 1 for a pure tone, 0 for silence. */
export function toneShare(samples: Int16Array, rate: number, hz: number): number {
  const { power, energy, window, squares } = project(samples, rate, hz);
  return energy === 0 ? 0 : Math.min(1, (2 * power * squares) / (window * window * energy));
}

interface Projection {
  /** Squared magnitude at the frequency. */
  readonly power: number;
  readonly energy: number;
  /** The window's sum, and the sum of its squares. */
  readonly window: number;
  readonly squares: number;
}

/** Goertzel's recursion over the block under a Hann window, so that a tone 4 / duration away does not leak in. */
function project(samples: Int16Array, rate: number, hz: number): Projection {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / rate);
  let [before, last, energy, window, squares] = [0, 0, 0, 0, 0];
  for (let at = 0; at < samples.length; at += 1) {
    const weight = 0.5 - 0.5 * Math.cos((2 * Math.PI * (at + 0.5)) / samples.length);
    const value = samples[at]! * weight;
    const next = value + coefficient * last - before;
    before = last;
    last = next;
    energy += value * value;
    window += weight;
    squares += weight * weight;
  }
  return { power: last * last + before * before - coefficient * last * before, energy, window, squares };
}
