import type { Outcome, Party } from '../../call/index.ts';
import { alertFields } from '../alert.ts';
import type { Diverted } from '../diverted.ts';
import { type Duration, milliseconds } from '../duration.ts';
import type { RingingOptions, Wanted } from '../ringing.ts';
import { withhold } from './answering.ts';
import type { Running } from './running.ts';

/** Whom to ring: an account's number; in a list with times of its own. */
export type DialTarget =
  | string
  | {
      readonly number: string;
      /** Its delay, from the start; in turn: from the end of the one before. Cut short when nobody else rings. */
      readonly after?: Duration;
      /** Its own ringing time. */
      readonly for?: Duration;
      /** Only the phone of that instance (RFC 5626), not all of the account's. */
      readonly instance?: string;
    };

export interface DialOptions {
  /** How long it rings, in turn each of them; 20 s unless said. */
  readonly for?: Duration;
  /** `all` at once unless said; `inOrder` and `random`: one after another. */
  readonly strategy?: RingingOptions['strategy'];
  /** Whom displays show while phones ring, in the place of the caller; once they talk, the caller. */
  readonly callerId?: Party;
  /** More calls than this at the dialled account, in and out, make it busy. */
  readonly callLimit?: number;
  /** The caller is not named, in this dial and whatever comes after it in this call. */
  readonly withhold?: boolean;
  /** A distinctive ring: a name the phones know, or a URI (Alert-Info). */
  readonly alert?: string;
  /** The phones pick up by themselves (intercom). */
  readonly autoAnswer?: boolean;
  /** Whose early media the caller hears: of a phone that rings `alone` unless said, of the `first` that has any, or `never`. */
  readonly earlyMedia?: RingingOptions['earlyMedia'];
  /** The phones are rung whatever their account has said of its calls: it is called back. */
  readonly direct?: boolean;
  /** What the caller hears goes on while they ring. */
  readonly silent?: boolean;
  /** How far a decline (6xx) reaches: it ends the `dial` unless said (RFC 3261 §16.7), or spares the other targets. */
  readonly declineEnds?: RingingOptions['declineEnds'];
}

/** The `dial` of a script. */
export function dial(
  at: Running,
  targets: DialTarget | readonly DialTarget[],
  options: DialOptions = {},
): Promise<Outcome> {
  return at.verb<Outcome>((done) => {
    const wanted = wantedIn(targets);
    const how = {
      ...howToRing(options),
      heard: (status: number) => at.errand?.heard(status),
      path: at.path,
      reroute: (number: string, path: readonly Diverted[]) => at.reroute(number, path),
    };
    if (options.withhold === true) withhold(at);
    at.dial = at.around.dial(at.leg, wanted, how, (outcome) => {
      if (at.rerouted) return;
      at.dial = undefined;
      if (outcome.kind === 'answered') at.own(outcome.leg);
      else at.console();
      done(outcome);
    });
  });
}

/** Whom a dial rings. */
function wantedIn(targets: DialTarget | readonly DialTarget[]): readonly Wanted[] {
  return listed(targets).map(wantedOf);
}

function listed(targets: DialTarget | readonly DialTarget[]): readonly DialTarget[] {
  return typeof targets === 'string' || 'number' in targets ? [targets] : targets;
}

function wantedOf(target: DialTarget): Wanted {
  if (typeof target === 'string') return { number: target, instance: undefined, after: 0, for: undefined };
  const { number, instance, after = '0ms', for: ringing } = target;
  return {
    number,
    instance,
    after: milliseconds(after),
    for: ringing === undefined ? undefined : milliseconds(ringing),
  };
}

/** Throws a RangeError for what the dialplan's author cannot mean. */
function howToRing(options: DialOptions): RingingOptions {
  const { for: ringing = '20s', strategy = 'all', callLimit = Number.POSITIVE_INFINITY } = options;
  const { earlyMedia = 'alone', declineEnds = 'dial', callerId, alert: ring, autoAnswer: answers = false } = options;
  const alert = ring === undefined ? { answers } : { answers, ring };
  alertFields(alert, 'localhost');
  const { direct = false, silent = false } = options;
  const shows = callerId === undefined ? {} : { shows: callerId };
  return { for: milliseconds(ringing), strategy, callLimit, earlyMedia, declineEnds, alert, direct, silent, ...shows };
}
