/** What is in a sound, by measuring: independent of the exchange's own detectors. Samples are −1…1. */

/** Part (0…1) of the power of these samples that lies at `hz` (Goertzel); 0 for silence. */
export function share(samples: Float64Array, rate: number, hz: number): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0);
  if (power === 0) return 0;
  const turn = 2 * Math.cos((2 * Math.PI * hz) / rate);
  let last = 0;
  let before = 0;
  for (const sample of samples) {
    const now = sample + turn * last - before;
    before = last;
    last = now;
  }
  const found = last * last + before * before - turn * last * before;
  return (2 * found) / (samples.length * power);
}

/** Root mean square, 0…1. */
export function loudness(samples: Float64Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length));
}

/** Part of the power that lies at any of these frequencies, which lie apart by more than rate ÷ samples. */
export function shareOfAll(samples: Float64Array, rate: number, pitches: readonly number[]): number {
  return pitches.reduce((sum, hz) => sum + share(samples, rate, hz), 0);
}

/** Cuts into windows of `length` samples; a rest is left out. */
export function windows(samples: Float64Array, length: number): readonly Float64Array[] {
  return Array.from({ length: Math.floor(samples.length / length) }, (_, n) =>
    samples.subarray(n * length, (n + 1) * length),
  );
}

/** How long (ms) a tone of `hz` is there and not there, in turn, from its first beginning on; the last of them may still go on. */
export function cadence(samples: Float64Array, rate: number, hz: number): readonly number[] {
  const step = rate / 50;
  const there = windows(samples, step).map((window) => loudness(window) > 0.003 && share(window, rate, hz) > 0.5);
  const runs: number[] = [];
  for (let i = there.indexOf(true), begun = i; i >= 0 && i < there.length; i++) {
    if (there[i + 1] === there[i]) continue;
    runs.push((i + 1 - begun) * 20);
    begun = i + 1;
  }
  return runs;
}

/** Likeness −1…1 of `pattern` with the samples that begin at `at`: the normalised correlation. */
export function likeness(samples: Float64Array, at: number, pattern: Float64Array): number {
  let product = 0;
  let ours = 0;
  let theirs = 0;
  pattern.forEach((expected, i) => {
    const heard = samples[at + i] ?? 0;
    product += heard * expected;
    ours += heard * heard;
    theirs += expected * expected;
  });
  return ours === 0 || theirs === 0 ? 0 : product / Math.sqrt(ours * theirs);
}

/** How a clip was heard: where it began, and how alike (−1…1) its head, its first half second and the whole of it were. */
export interface Hearing {
  /** Samples before it. */
  readonly at: number;
  readonly head: number;
  readonly start: number;
  readonly whole: number;
}

/** Finds a clip that begins within the first `lead` samples and judges it; rate is in samples a second. */
export function hearing(samples: Float64Array, clip: Float64Array, lead: number, rate: number): Hearing {
  const start = clip.subarray(0, rate * 0.5);
  let best = { at: 0, likeness: -1 };
  for (let at = 0; at <= lead; at++) {
    const here = likeness(samples, at, start);
    if (here > best.likeness) best = { at, likeness: here };
  }
  const { at } = best;
  const head = likeness(samples, at, clip.subarray(0, rate * 0.06));
  return { at, head, start: best.likeness, whole: likeness(samples, at, clip) };
}

/** Every second sample, after a low pass (63 taps of a Hamming-windowed sinc, cut at 0.225 of the old rate). */
export function halveRate(samples: Float64Array): Float64Array {
  const taps = Float64Array.from({ length: 63 }, (_, i) => {
    const x = i - 31;
    const sinc = x === 0 ? 0.45 : Math.sin(Math.PI * 0.45 * x) / (Math.PI * x);
    return sinc * (0.54 - 0.46 * Math.cos((2 * Math.PI * i) / 62));
  });
  return Float64Array.from({ length: Math.floor(samples.length / 2) }, (_, n) =>
    taps.reduce((sum, tap, i) => sum + tap * (samples[n * 2 + i - 31] ?? 0), 0),
  );
}
