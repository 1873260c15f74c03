import { DtmfDetector, level, ToneGenerator, toneShare } from '../src/codec/index.ts';
import { type Heard, RATE } from './recording.ts';

/** Gives the next `count` samples of a sound. */
export type Source = (count: number) => Int16Array;

/** Level of a phone's own tone, dB below a full-scale sine. */
const LOUD = -12;
/** 50 ms: tones 40 Hz and more apart are told from each other. */
const WINDOW = RATE / 20;
/** The ear's threshold, dB below a full-scale sine: comfort noise lies below it. */
const AUDIBLE = -47;
/** A tone that makes up this much of a window's power is heard in it. */
const PRESENT = 0.1;
/** Tones that make up this much of it are all there is. */
const ALONE = 0.85;
/** Where tones are looked for, Hz. */
const LOWEST = 200;
const HIGHEST = 3400;
/** Of the windows without gaps this many must agree: a window may straddle a change. */
const MOST = 0.8;

/** A sine of that frequency, or several together, going on where it left off. */
export function tone(...hz: readonly number[]): Source {
  const generator = new ToneGenerator({ hz, cadence: [] }, RATE, LOUD);
  return (count) => filled(generator, new Int16Array(count));
}

function filled(generator: ToneGenerator, samples: Int16Array): Int16Array {
  generator.fill(samples, samples.length);
  return samples;
}

/** The keys whose tones are in it (ITU-T Q.23), in order. */
export function keysIn(heard: Heard | Int16Array): string {
  let keys = '';
  const detector = new DtmfDetector(RATE, (key) => {
    keys += key;
  });
  detector.feed(heard instanceof Int16Array ? heard : heard.samples);
  detector.end();
  return keys;
}

/** A microphone that is muted: packets without sound. */
export function muted(): Source {
  return (count) => new Int16Array(count);
}

/** Whether all these tones sound through it, whatever else does. */
export function hears(heard: Heard | Int16Array, ...hz: readonly number[]): boolean {
  return most(heard, (window) => hz.every((one) => share(window, one) >= PRESENT));
}

/** Whether these tones sound through it and nothing else does. */
export function hearsOnly(heard: Heard | Int16Array, ...hz: readonly number[]): boolean {
  return most(heard, (window) => {
    const shares = hz.map((one) => share(window, one));
    return shares.every((one) => one >= PRESENT) && shares.reduce((sum, one) => sum + one, 0) >= ALONE;
  });
}

/** Whether a tone sounds through any 150 ms of it. */
export function hearsSomewhere(heard: Heard | Int16Array, hz: number): boolean {
  let inARow = 0;
  return windows(heard).some((window) => {
    inARow = share(window, hz) >= PRESENT ? inARow + 1 : 0;
    return inARow === 3;
  });
}

/** How often a tone begins anew in it: once while it sounds on, again and again where it has a cadence. */
export function beginnings(heard: Heard | Int16Array, hz: number): number {
  let sounding = false;
  return windows(heard).filter((window) => {
    const before = sounding;
    sounding = share(window, hz) >= PRESENT;
    return sounding && !before;
  }).length;
}

/** Whether there is any sound in it. */
export function hearsSound(heard: Heard | Int16Array): boolean {
  return most(heard, (window) => level(window) >= AUDIBLE);
}

/** Silence, or no packets at all. */
export function hearsNothing(heard: Heard | Int16Array): boolean {
  return windows(heard).every((window) => level(window) < AUDIBLE);
}

/** What it sounds like, for people: '425 Hz', 'silence' or 'sound'. `hint` is what it sounded like before. */
export function dominant(samples: Int16Array, hint = ''): string {
  if (level(samples) < AUDIBLE) return 'silence';
  const before = Number.parseInt(hint, 10);
  if (before > 0 && share(samples, before) >= ALONE) return hint;
  // A coarse look through a window wide enough for its steps, then a fine one.
  const rough = loudest(samples.subarray(0, WINDOW), LOWEST, HIGHEST, 25);
  const fine = loudest(samples, rough - 25, rough + 25, 5);
  return share(samples, fine) >= ALONE ? `${fine} Hz` : 'sound';
}

function loudest(samples: Int16Array, from: number, to: number, step: number): number {
  let best = { hz: from, share: 0 };
  for (let hz = from; hz <= to; hz += step) {
    const found = share(samples, hz);
    if (found > best.share) best = { hz, share: found };
  }
  return best.hz;
}

/** Where a clip begins in what was heard, in samples; undefined when it is not in there. Codec noise does not matter. */
export function findClip(samples: Int16Array, clip: Int16Array): number | undefined {
  const probe = clip.subarray(0, Math.min(clip.length, RATE / 2));
  let best = { at: 0, likeness: 0 };
  for (let at = 0; at + probe.length <= samples.length; at += 1) {
    const found = likeness(samples, at, probe);
    if (found > best.likeness) best = { at, likeness: found };
  }
  return best.likeness > 0.95 ? best.at : undefined;
}

function most(heard: Heard | Int16Array, holds: (window: Int16Array) => boolean): boolean {
  const all = windows(heard);
  const samples = heard instanceof Int16Array ? heard.length : heard.samples.length;
  // What is mostly gaps was not heard.
  if (all.length === 0 || all.length * 2 < Math.floor(samples / WINDOW)) return false;
  return all.filter(holds).length >= all.length * MOST;
}

/** Windows without gaps: a lost packet is concealed by looking past it. */
function windows(heard: Heard | Int16Array): readonly Int16Array[] {
  const { samples, known } = heard instanceof Int16Array ? { samples: heard, known: undefined } : heard;
  const found: Int16Array[] = [];
  for (let at = 0; at + WINDOW <= samples.length; at += WINDOW) {
    if (known?.subarray(at, at + WINDOW).includes(0) !== true) found.push(samples.subarray(at, at + WINDOW));
  }
  return found;
}

/** Part of the window's power that lies at this frequency, 0…1; 0 when the window is inaudible. */
function share(window: Int16Array, hz: number): number {
  return level(window) < AUDIBLE ? 0 : toneShare(window, RATE, hz);
}

function likeness(samples: Int16Array, at: number, probe: Int16Array): number {
  let product = 0;
  let own = 0;
  let other = 0;
  for (let index = 0; index < probe.length; index += 1) {
    const a = samples[at + index] ?? 0;
    const b = probe[index] ?? 0;
    product += a * b;
    own += a * a;
    other += b * b;
  }
  return own === 0 || other === 0 ? 0 : product / Math.sqrt(own * other);
}
