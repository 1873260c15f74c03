import type { Kernel } from '../../kernel/index.ts';
import type { Recording } from '../../call/index.ts';
import type { RecordingEnd, Tap } from '../../media/protocol.ts';
import { type Duration, milliseconds } from '../duration.ts';

export interface RecordingOptions {
  /** Its name, below the folder of recordings and without `.wav`; one of its own unless said. */
  readonly file?: string;
}

export interface RecordOptions extends RecordingOptions {
  /** At most so long: two minutes unless said. */
  readonly max?: Duration;
  /** So much silence ends it: five seconds unless said; '0s': none does. */
  readonly silence?: Duration;
  /** Whether a beep says when to speak; true unless said. */
  readonly beep?: boolean;
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
  readonly tap: Tap;
  readonly terminators: string;
  readonly done: (recorded: Recorded) => void;
  begun: boolean;
  /** The key that ended it. */
  terminator: string | undefined;
}

/** What is recorded of a script's leg: the call, and what a `record` asks for. */
export class Recordings {
  readonly #kernel: Kernel;
  readonly #tap: (taps: readonly Tap[]) => void;
  readonly #hush: () => void;
  #taps: readonly Tap[] = [];
  #recordee: Recordee | undefined;

  /** `tap` makes these the leg's taps; `hush` ends what it hears. */
  constructor(kernel: Kernel, tap: (taps: readonly Tap[]) => void, hush: () => void) {
    this.#kernel = kernel;
    this.#tap = tap;
    this.#hush = hush;
  }

  start(options: RecordingOptions): string {
    const tap = callTap(this.#kernel, options);
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
    this.#recordee = { tap: recordTap(this.#kernel, options), terminators, done, begun: false, terminator: undefined };
    if (!beep) this.beeped();
    return beep;
  }

  /** The beep has ended; false: nobody waited for it. */
  beeped(): boolean {
    const recordee = this.#recordee;
    if (recordee === undefined) return false;
    recordee.begun = true;
    this.#hush();
    this.#put([...this.#taps, recordee.tap]);
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
    const recordee = this.#recordee;
    if (recordee?.tap.id !== tap) return;
    this.#recordee = undefined;
    const { terminator } = recordee;
    if (terminator === undefined) recordee.done({ file, ms, endedBy });
    else recordee.done({ file, ms, endedBy: 'terminator', terminator });
  }

  #endUnbegun({ done }: Recordee, terminator: string): void {
    this.#recordee = undefined;
    this.#hush();
    done({ file: '', ms: 0, endedBy: 'terminator', terminator });
  }

  #put(taps: readonly Tap[]): void {
    this.#taps = taps;
    this.#tap(taps);
  }
}
