import type { Party } from '../../call/index.ts';
import type { Hears } from '../../media/protocol.ts';
import { type Duration, milliseconds } from '../duration.ts';
import { spokenIn } from '../locale.ts';
import type { Said } from '../say/index.ts';
import type { Running } from './running.ts';

/** How a play is heard. */
export interface PlayOptions {
  /** dB louder, or below zero quieter; from −60 to 20. */
  readonly volume?: number;
  /** Skips so much of its beginning. */
  readonly from?: Duration;
}

/** A file's name, what `say` makes, or how all of it is heard. */
export type Playable = string | Said | PlayOptions;

/** How long a text takes that cannot be spoken (ms). */
const UNSPOKEN = 500;

/** The `play` of a script. */
export function play(at: Running, what: readonly Playable[]): Promise<void> {
  return at.verb<void>(() => sound(at, what));
}

/** The `say` of a script. */
export function speak(at: Running, text: string): Promise<void> {
  return at.verb<void>((done) => {
    at.answered();
    at.speaking = at.around.speak(at.leg, text, (file) => {
      at.speaking = undefined;
      // Whoever says it again and again does not keep everybody else waiting.
      if (file === undefined) at.timer = at.around.kernel.scene.after(UNSPOKEN, done);
      else sound(at, [file]);
    });
  });
}

/** The `tellSender` of a script. */
export function tellSender(at: Running, shows: Party, what: readonly Playable[]): Promise<void> {
  return at.verb<void>((done) => {
    const hears = inTongue(at, heardOf(what, at.around.kernel.token()));
    const { errand } = at;
    if (errand?.say === undefined || hears.kind !== 'file') done();
    else errand.say(hears, shows, done);
  });
}

/** Plays to the end, which the script is told by its token. */
export function sound(at: Running, what: readonly Playable[]): void {
  const token = at.around.kernel.token();
  const hears = inTongue(at, heardOf(what, token));
  at.answered();
  at.token = token;
  at.around.board.hear(at.leg, hears);
}

function inTongue({ around, leg }: Running, hears: Hears): Hears {
  return inLanguage(hears, around.languageOf?.(leg) ?? 'en');
}

/** What was asked to be played, as a leg hears it. Throws a RangeError for what the dialplan's author cannot mean. */
function heardOf(what: readonly Playable[], token: string): Hears {
  const { volume = 0, from = '0ms' } = Object.assign({}, ...what.filter(isOptions)) as PlayOptions;
  if (!(volume >= -60 && volume <= 20)) throw new RangeError(`a volume of ${volume} dB is not within -60 and 20`);
  const [gain, begin] = [volume, milliseconds(from)];
  return {
    kind: 'file',
    files: filesOf(what),
    token,
    ...(gain === 0 ? {} : { gain }),
    ...(begin === 0 ? {} : { from: begin }),
  };
}

/** The same in a language. */
function inLanguage(hears: Hears, language: string): Hears {
  return hears.kind === 'file' ? { ...hears, files: spokenIn(language, hears.files) } : hears;
}

/** The files of it, in order. */
function filesOf(what: readonly Playable[]): readonly string[] {
  return what.flatMap((one) => {
    if (typeof one === 'string') return one;
    return 'files' in one ? one.files : [];
  });
}

/** One, or several. */
export function several(what: Playable | readonly Playable[]): readonly Playable[] {
  return typeof what === 'object' && Symbol.iterator in what ? what : [what];
}

function isOptions(one: Playable): one is PlayOptions {
  return typeof one === 'object' && !('files' in one);
}
