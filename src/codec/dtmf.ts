/** The tones of keys (ITU-T Q.23), and how a receiver tells them from speech (Q.24). */

const LOW = [697, 770, 852, 941] as const;
const HIGH = [1209, 1336, 1477, 1633] as const;
const KEYS = ['123A', '456B', '789C', '*0#D'] as const;

/** Both frequencies of a key; undefined for what has no tones. */
export function tonesOf(key: string): readonly [number, number] | undefined {
  const row = KEYS.findIndex((keys) => keys.includes(key));
  const [low, high] = [LOW[row], HIGH[KEYS[row]?.indexOf(key) ?? -1]];
  return key.length === 1 && low !== undefined && high !== undefined ? [low, high] : undefined;
}

/** A block long enough to tell neighbours apart, short enough that two of them lie within 40 ms of tone (ms). */
const BLOCK = 12.75;
/** Blocks alike that make a key: any tone of 40 ms has them (Q.24), none under 25 ms. */
const ENOUGH = 2;
/**
 * What ends a key: a block without it counts one, a silent one two. A hole of 10 ms spoils two blocks and empties none (Q.24), a
 * pause of 40 ms empties two.
 */
const LAPSE = 3;
/** A block with so little of the key's power is silent. */
const EMPTY = 1 / 8;
/** Power of a tone below which nothing is heard: −42 dB of full scale. */
const QUIET = (32768 * 32768 * 10 ** -4.2) / 2;
/** How much the high tone may exceed the low one, and the low one the high one: 8 and 4 dB. */
const TWIST = 10 ** 0.8;
const REVERSE_TWIST = 10 ** 0.4;
/** By how much a tone exceeds the others of its group: 8 dB. */
const PEAK = 10 ** 0.8;
/** The part of all power that both tones make up: speech has more than two partials. */
const ALONE = 0.8;

/** Finds keys in linear audio of one leg, fed in pieces of any length. */
export class DtmfDetector {
  readonly #coefficients: Float64Array;
  readonly #last = new Float64Array(8);
  readonly #before = new Float64Array(8);
  readonly #powers = new Float64Array(8);
  readonly #length: number;
  readonly #report: (key: string, ms: number) => void;
  #energy = 0;
  #at = 0;
  /** What the block before held, and for how many blocks it has. */
  #candidate = '';
  #run = 0;
  /** The key that is down; its blocks, and those since it was heard. */
  #key = '';
  #blocks = 0;
  #missed = 0;
  #lapsed = 0;
  /** Energy of the last block with it. */
  #loud = 0;

  /** `report` is told when a key was released. */
  constructor(rate: number, report: (key: string, ms: number) => void) {
    this.#length = Math.round((BLOCK * rate) / 1000);
    this.#coefficients = Float64Array.from([...LOW, ...HIGH], (hz) => 2 * Math.cos((2 * Math.PI * hz) / rate));
    this.#report = report;
  }

  feed(samples: Int16Array): void {
    for (let index = 0; index < samples.length; index += 1) {
      this.#take(samples[index]!);
      this.#at += 1;
      if (this.#at === this.#length) this.#judge();
    }
  }

  /** Nothing more comes: what is down is released. */
  end(): void {
    this.#release();
  }

  /** Goertzel's recursion for all eight frequencies. */
  #take(sample: number): void {
    this.#energy += sample * sample;
    for (let tone = 0; tone < 8; tone += 1) {
      const next = sample + this.#coefficients[tone]! * this.#last[tone]! - this.#before[tone]!;
      this.#before[tone] = this.#last[tone]!;
      this.#last[tone] = next;
    }
  }

  #judge(): void {
    const heard = this.#heard();
    this.#run = heard === this.#candidate ? this.#run + 1 : 1;
    this.#candidate = heard;
    this.#follow(heard);
    this.#last.fill(0);
    this.#before.fill(0);
    this.#energy = 0;
    this.#at = 0;
  }

  #follow(heard: string): void {
    if (this.#key !== '') {
      this.#miss(heard);
      if (this.#lapsed >= LAPSE || (heard !== '' && heard !== this.#key && this.#run >= ENOUGH)) this.#release();
    }
    if (this.#key !== '' || heard === '' || this.#run < ENOUGH) return;
    this.#key = heard;
    this.#blocks = this.#run;
    this.#missed = 0;
    this.#lapsed = 0;
    this.#loud = this.#energy;
  }

  #miss(heard: string): void {
    const there = heard === this.#key;
    this.#blocks += 1;
    this.#missed = there ? 0 : this.#missed + 1;
    this.#lapsed = there ? 0 : this.#lapsed + (this.#energy < this.#loud * EMPTY ? 2 : 1);
    if (there) this.#loud = this.#energy;
  }

  #release(): void {
    const [key, ms] = [this.#key, Math.round((this.#blocks - this.#missed) * BLOCK)];
    this.#key = '';
    if (key !== '') this.#report(key, ms);
  }

  /** The key whose tones this block is made of; '': none. */
  #heard(): string {
    const powers = this.#powers;
    for (let tone = 0; tone < 8; tone += 1) {
      const [last, before] = [this.#last[tone]!, this.#before[tone]!];
      powers[tone] =
        ((last * last + before * before - this.#coefficients[tone]! * last * before) * 2) / this.#length ** 2;
    }
    const [row, column] = [loudest(powers, 0), loudest(powers, 4)];
    const [low, high] = [powers[row]!, powers[column]!];
    if (low < QUIET || high < QUIET || high > low * TWIST || low > high * REVERSE_TWIST) return '';
    if (!stands(powers, 0, row) || !stands(powers, 4, column)) return '';
    return low + high < (ALONE * this.#energy) / this.#length ? '' : (KEYS[row]?.charAt(column - 4) ?? '');
  }
}

/** The loudest of the four tones from `from` on. */
function loudest(powers: Float64Array, from: number): number {
  let best = from;
  for (let tone = from + 1; tone < from + 4; tone += 1) if (powers[tone]! > powers[best]!) best = tone;
  return best;
}

/** Whether a tone exceeds the others of its group by enough. */
function stands(powers: Float64Array, from: number, best: number): boolean {
  for (let tone = from; tone < from + 4; tone += 1)
    if (tone !== best && powers[tone]! * PEAK > powers[best]!) return false;
  return true;
}
