import { MUSIC_PITCHES } from '../../../tools/sounds/score.ts';
import { cadence, halveRate, hearing, loudness, share, shareOfAll, windows } from './ear.ts';
import { HEARD_RATE, type Heard, type Mark } from './recording.ts';
import { PATIENCE, until, type Witness } from './until.ts';
import type { Wave } from '../../../tools/sounds/wave.ts';

/** Windows in which a tone, or music, is looked for. */
const TONE_WINDOW = 0.2 * HEARD_RATE;
const MUSIC_WINDOW = 0.4 * HEARD_RATE;
/** Part of the power that a lone tone has, what is left of one that is gone, and the same for music. */
const TONE = 0.6;
const NO_TONE = 0.05;
const MUSIC = 0.5;
const NO_MUSIC = 0.3;
/** Likeness of a prompt with its file: G.711 and another resampler cost less than this. */
const ALIKE = 0.8;
/** Call tones of Germany (ITU-T E.180): Hz, and milliseconds of one beep. */
const CALL_TONE = 425;
const RINGBACK = 1000;
const CONGESTION = 240;
/** Milliseconds that a beep may seem longer or shorter. */
const NEARLY = 60;
/** Softer than this (−50 dB) is silence. */
const AUDIBLE = 0.003;

/** A phone with a recorder at its ear. What it heard is judged from the recording, after a mark or from the start. */
export abstract class HearingPhone implements Witness {
  readonly name: string;
  readonly #recording: Heard;

  protected constructor(name: string, recording: Heard) {
    this.name = name;
    this.#recording = recording;
  }

  abstract testimony(): string;

  /** This point in what it hears. */
  mark(): Mark {
    return this.#recording.mark();
  }

  /** What it has heard since. */
  heard(since?: Mark): Float64Array {
    return this.#recording.since(since);
  }

  /** Waits until it hears this tone and hardly anything else. */
  async hearsTone(hz: number, since?: Mark, within = PATIENCE): Promise<void> {
    await this.#hears(`${hz} Hz`, since, within, TONE_WINDOW, (window) => isTone(window, hz));
  }

  /** Waits until it hears these tones together, hardly anything else, and nothing of another one. */
  async hearsTones(hz: readonly number[], without: number, since?: Mark, within = PATIENCE): Promise<void> {
    const all = (window: Float64Array): boolean =>
      hz.every((one) => share(window, HEARD_RATE, one) > TONE / (2 * hz.length)) &&
      shareOfAll(window, HEARD_RATE, hz) > TONE &&
      share(window, HEARD_RATE, without) < NO_TONE;
    await this.#hears(`${hz.join(' and ')} Hz without ${without} Hz`, since, within, TONE_WINDOW, all);
  }

  /** Waits until it hears the music on hold. */
  async hearsMusic(since?: Mark, within = PATIENCE): Promise<void> {
    await this.#hears('music', since, within, MUSIC_WINDOW, isMusic);
  }

  /** Waits until it has heard that it rings at the other end: a beep of a second. */
  async hearsRingback(since: Mark, within = 10_000): Promise<void> {
    await this.#hearsBeeps('ringback', RINGBACK, 1, since, within);
  }

  /** Waits until it has heard congestion (fast busy): four short beeps with pauses as short. */
  async hearsCongestion(since: Mark, within = 10_000): Promise<void> {
    await this.#hearsBeeps('congestion', CONGESTION, 7, since, within);
  }

  /** Listens from the mark on for `seconds`: all of it is this tone, nothing of it music. */
  async hearsOnlyTone(hz: number, since: Mark, seconds = 1): Promise<void> {
    const listened = await this.#listen(since, seconds);
    const ok = windows(listened, TONE_WINDOW).every((window) => isTone(window, hz));
    if (
      !ok ||
      windows(listened, MUSIC_WINDOW).some((window) => shareOfAll(window, HEARD_RATE, MUSIC_PITCHES) > NO_MUSIC)
    ) {
      throw new Error(`${this.name} heard more than ${hz} Hz: ${description(listened)}`);
    }
  }

  /** Listens from the mark on for `seconds`: all of it is music, and nothing of this tone is in it. */
  async hearsOnlyMusic(without: number, since: Mark, seconds = 1.2): Promise<void> {
    const listened = await this.#listen(since, seconds);
    const ok = windows(listened, MUSIC_WINDOW).every((window) => isMusic(window));
    if (!ok || windows(listened, TONE_WINDOW).some((window) => share(window, HEARD_RATE, without) > NO_TONE)) {
      throw new Error(`${this.name} heard not only music: ${description(listened)}`);
    }
  }

  /**
   * Waits until a prompt (16 kHz) has been heard to its end and judges it from its first sample on: at most `lead` seconds of
   * something else come before it.
   */
  async hearsPrompt(prompt: Wave, since?: Mark, lead = 0.5, within = 15_000): Promise<void> {
    const clip = halveRate(prompt.samples);
    const enough = () => this.heard(since).length >= clip.length && this.heard(since);
    const heard = await until(`the whole prompt at ${this.name}`, enough, within, () => description(this.heard(since)));
    const judged = hearing(heard, clip, lead * HEARD_RATE, HEARD_RATE);
    if (Math.min(judged.head, judged.start, judged.whole) > ALIKE) return;
    throw new Error(`${this.name} did not hear the prompt: ${JSON.stringify(judged)}; ${description(heard)}`);
  }

  /** So many beeps and pauses in a row, each of this length. */
  async #hearsBeeps(what: string, length: number, count: number, since: Mark, within: number): Promise<void> {
    const fits = (run: number): boolean => Math.abs(run - length) <= NEARLY;
    const runs = () => cadence(this.heard(since), HEARD_RATE, CALL_TONE).slice(0, -1);
    const look = () => runs().some((_, at, all) => all.slice(at, at + count).filter(fits).length === count);
    await until(
      `${what} at ${this.name}`,
      look,
      within,
      () => `${runs().join(' ')} ms\n${description(this.heard(since))}`,
    );
  }

  async #hears(
    what: string,
    since: Mark | undefined,
    within: number,
    length: number,
    is: (w: Float64Array) => boolean,
  ): Promise<void> {
    const look = () => windows(this.heard(since), length).some(is);
    await until(`${what} at ${this.name}`, look, within, () => description(this.heard(since)));
  }

  async #listen(since: Mark, seconds: number): Promise<Float64Array> {
    const count = seconds * HEARD_RATE;
    const look = () => this.heard(since).length >= count && this.heard(since).subarray(0, count);
    return until(`${seconds} s of sound at ${this.name}`, look, seconds * 1000 + PATIENCE, () =>
      description(this.heard(since)),
    );
  }
}

function isTone(window: Float64Array, hz: number): boolean {
  return loudness(window) > AUDIBLE && share(window, HEARD_RATE, hz) > TONE;
}

function isMusic(window: Float64Array): boolean {
  return loudness(window) > AUDIBLE && shareOfAll(window, HEARD_RATE, MUSIC_PITCHES) > MUSIC;
}

/** Each 0.4 s as people read it: seconds, loudness, how much of it is music, and its strongest tone. */
function description(heard: Float64Array): string {
  const rows = windows(heard, MUSIC_WINDOW).map((window, n) => {
    const pitches = Array.from({ length: 80 }, (_, i) => 200 + i * 20);
    const strongest = pitches.reduce((a, b) => (share(window, HEARD_RATE, b) > share(window, HEARD_RATE, a) ? b : a));
    const music = shareOfAll(window, HEARD_RATE, MUSIC_PITCHES);
    return `${(n * 0.4).toFixed(1)} s: ${loudness(window).toFixed(3)}, music ${music.toFixed(2)}, about ${strongest} Hz`;
  });
  return `${(heard.length / HEARD_RATE).toFixed(2)} s heard\n${rows.slice(-20).join('\n')}`;
}
