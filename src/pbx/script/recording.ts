import type { Kernel } from '../../kernel/index.ts';
import type { Beep, Recording } from '../../call/index.ts';
import type { RecordingEnd, Tap } from '../../media/protocol.ts';
import { type Duration, milliseconds } from '../duration.ts';
import { sound } from './playing.ts';
import type { Running } from './running.ts';

export interface RecordingOptions {
  /**
   * Its name, below the folder of recordings and without `.wav`; one of its own unless said. What is recorded of somebody who comes
   * into the caller's place, by a transfer, is in a second one: the same name with `-2`.
   */
  readonly file?: string;
  /**
   * A beep tells both who talk that they are recorded, when it begins and again every 15 s, or as often as said (a second at
   * least); none unless said. It is not in the recording.
   */
  readonly beep?: boolean | { readonly every: Duration };
}

export interface RecordOptions extends Omit<RecordingOptions, 'beep'> {
  /** At most so long: two minutes unless said. */
  readonly max?: Duration;
  /** So much silence ends it: five seconds unless said; '0s': none does. */
  readonly silence?: Duration;
  /** Whether a beep says when to speak; true unless said. With `every` another one follows as often as that. */
  readonly beep?: boolean | { readonly every: Duration };
  /** Keys that end it: `#` unless said. */
  readonly terminators?: string;
}

/** What came of a recording. */
export interface Recorded {
  /** Its name, for `play`; '' when it could not be written. */
  readonly file: string;
  readonly ms: number;
  readonly endedBy: 'terminator' | RecordingEnd;
  /** The key that ended it. */
  readonly terminator?: string;
}

/** Where recordings lie among the sounds. */
const FOLDER = 'recordings';
/** As often as laws ask (47 CFR 64.501: every 12 to 15 seconds), and no more often than this (ms). */
const USUAL = 15_000;
const OFTENEST = 1000;

/** The `record` of a script. */
export function record(at: Running, options: RecordOptions = {}): Promise<Recorded> {
  return at.verb<Recorded>((done) => {
    at.answered();
    at.keyboard.forget();
    if (at.recordings.record(options, done)) sound(at, ['beep']);
  });
}

/** The tap of a `record` verb. Throws a RangeError for what the dialplan's author cannot mean. */
function recordTap(kernel: Kernel, options: RecordOptions): Tap {
  const { max = '2m', silence = '5s' } = options;
  const quiet = milliseconds(silence);
  return {
    kind: 'record',
    id: kernel.token(),
    file: fileOf(kernel, options.file),
    sides: 'says',
    max: milliseconds(max),
    ...(quiet === 0 ? {} : { silence: quiet }),
  };
}

/** The tap of a whole call. */
function callTap(kernel: Kernel, options: RecordingOptions): Tap {
  return { kind: 'record', id: kernel.token(), file: fileOf(kernel, options.file), sides: 'both' };
}

/** How often it beeps. Throws a RangeError for what would be one long tone. */
function interval(beep: RecordingOptions['beep']): number | undefined {
  if (beep === undefined || typeof beep === 'boolean') return beep === true ? USUAL : undefined;
  const every = milliseconds(beep.every);
  if (every < OFTENEST) throw new RangeError(`a beep every ${beep.every} leaves nothing to hear`);
  return every;
}

/** Names that stay in their folder, whoever thought them up. */
function fileOf(kernel: Kernel, asked: string | undefined): string {
  const name = asked ?? `${Math.floor(kernel.wall() / 1000)}-${kernel.token(6)}`;
  const parts = name.split('/');
  if (!parts.every((part) => /^[\w@+-][\w.@+-]{0,99}$/.test(part)))
    throw new RangeError(`'${name}' is no name of a recording: letters, digits, . _ - @ + and / only`);
  return `${FOLDER}/${name}`;
}

/** A `record` under way. */
interface Recordee {
  tap: Tap;
  /** How often it beeps (ms). */
  readonly every: number | undefined;
  readonly terminators: string;
  readonly done: (recorded: Recorded) => void;
  begun: boolean;
  /** The key that ended it. */
  terminator: string | undefined;
}

/** What is recorded of a script's leg: the call, and what a `record` asks for. */
export class Recordings {
  readonly #kernel: Kernel;
  readonly #tap: (taps: readonly Tap[], beep: Beep | undefined) => void;
  readonly #hush: () => void;
  #taps: readonly Tap[] = [];
  /** Of the tap that has one. */
  #beep: Beep | undefined;
  #recordee: Recordee | undefined;

  /** `tap` makes these the leg's taps, of which one may beep; `hush` ends what it hears. */
  constructor(kernel: Kernel, tap: (taps: readonly Tap[], beep: Beep | undefined) => void, hush: () => void) {
    this.#kernel = kernel;
    this.#tap = tap;
    this.#hush = hush;
  }

  start(options: RecordingOptions): string {
    const every = interval(options.beep);
    const tap = callTap(this.#kernel, options);
    this.#beep = every === undefined ? undefined : { tap: tap.id, every, atOnce: true };
    this.#put([...this.#taps.filter(({ sides }) => sides === 'says'), tap]);
    return tap.file;
  }

  pause(paused: boolean): void {
    this.#put(this.#taps.map((tap) => (tap.sides === 'both' ? { ...tap, paused } : tap)));
  }

  stop(): void {
    this.#put(this.#taps.filter(({ sides }) => sides === 'says'));
  }

  /** Begins a `record`. True: it begins when the beep has been played. */
  record(options: RecordOptions, done: (recorded: Recorded) => void): boolean {
    const { beep = true, terminators = '#' } = options;
    const every = typeof beep === 'boolean' ? undefined : interval(beep);
    const tap = recordTap(this.#kernel, options);
    this.#recordee = { tap, every, terminators, done, begun: false, terminator: undefined };
    if (beep === false) this.beeped();
    return beep !== false;
  }

  /** The beep has ended; false: nobody waited for it. */
  beeped(): boolean {
    const recordee = this.#recordee;
    if (recordee === undefined) return false;
    const { tap, every } = recordee;
    recordee.begun = true;
    this.#hush();
    if (every !== undefined) this.#beep ??= { tap: tap.id, every, atOnce: false };
    this.#put([...this.#taps, tap]);
    return true;
  }

  /** A key was pressed; false: no `record` is under way. The host tells when the file is whole. */
  pressed(digit: string): boolean {
    const recordee = this.#recordee;
    if (recordee === undefined) return false;
    if (!recordee.terminators.includes(digit) || recordee.terminator !== undefined) return true;
    recordee.terminator = digit;
    if (recordee.begun) this.#put(this.#taps.filter((tap) => tap !== recordee.tap));
    else this.#endUnbegun(recordee, digit);
    return true;
  }

  /** The host has closed a file. */
  recorded({ tap, file, ms, endedBy }: Recording): void {
    this.#taps = this.#taps.filter(({ id }) => id !== tap);
    if (this.#beep?.tap === tap) this.#beep = undefined;
    const recordee = this.#recordee;
    if (recordee?.tap.id !== tap) return;
    this.#recordee = undefined;
    const { terminator } = recordee;
    if (terminator === undefined) recordee.done({ file, ms, endedBy });
    else recordee.done({ file, ms, endedBy: 'terminator', terminator });
  }

  /** Another leg is in the place of the one that was recorded, and is so itself from now on, in files of its own. False: none was. */
  moved(): boolean {
    if (this.#taps.length === 0) return false;
    const moved = new Map(
      this.#taps.map((tap) => [tap.id, { ...tap, id: this.#kernel.token(), file: `${tap.file}-2` }]),
    );
    const recordee = this.#recordee;
    if (recordee !== undefined) recordee.tap = moved.get(recordee.tap.id) ?? recordee.tap;
    const beeping = this.#beep && moved.get(this.#beep.tap);
    this.#beep = this.#beep && beeping && { ...this.#beep, tap: beeping.id };
    this.#put([...moved.values()]);
    return true;
  }

  #endUnbegun({ done }: Recordee, terminator: string): void {
    this.#recordee = undefined;
    this.#hush();
    done({ file: '', ms: 0, endedBy: 'terminator', terminator });
  }

  /** Nothing beeps that is not being taken down. */
  #put(taps: readonly Tap[]): void {
    this.#taps = taps;
    const beeping = taps.find(({ id }) => id === this.#beep?.tap);
    if (beeping === undefined) this.#beep = undefined;
    this.#tap(taps, beeping?.paused === true ? undefined : this.#beep);
  }
}
