import { fromLatin1, latin1 } from '../kernel/index.ts';
import type { CameBy } from '../call/index.ts';
import { responseTo } from '../sip/message/index.ts';
import type { ServerTransaction } from '../sip/transaction/types.ts';
import type { Line } from './line.ts';
import type { LegLine } from './types.ts';

/** How long a key sounds whose duration nobody told (ms). */
const USUAL = 100;
/** The least that receivers must hear (ITU-T Q.24), and what nobody means (ms). */
const SHORTEST = 40;
const LONGEST = 5000;

const RELAY = 'application/dtmf-relay';
const PLAIN = 'application/dtmf';
const KEYS = '0123456789*#ABCD!';

interface Key {
  readonly digit: string;
  readonly ms: number;
}

/** An INFO in a call: of a key, of a kind that is not ours (415), or without a body, which asks whether the call lives (200). */
export function takeInfo(line: Line, { leg, audio }: LegLine, transaction: ServerTransaction): void {
  const { request } = transaction;
  const type = (request.headers.get('Content-Type') ?? '').split(';')[0]?.trim().toLowerCase();
  const known = type === RELAY || type === PLAIN;
  if (request.body.length > 0 && !known)
    return transaction.respond(responseTo(request, 415, { headers: [['Accept', `${RELAY}, ${PLAIN}`]] }));
  const key = request.body.length === 0 ? undefined : keyIn(latin1(request.body), type === RELAY);
  transaction.respond(responseTo(request, request.body.length === 0 || key !== undefined ? 200 : 400));
  if (key === undefined) return;
  audio.media.pressed(key.digit, key.ms);
  line.board.digit(leg, key.digit, key.ms, 'info');
}

/** Lines `Signal=5` and `Duration=160` (ms), or in the plain kind the key alone; * and # also as 10 and 11, A–D as 12 to 15. */
export function keyIn(body: string, relay: boolean): Key | undefined {
  const text = relay || /signal\s*=/i.test(body) ? (/^\s*signal\s*=\s*(\S+)/im.exec(body)?.[1] ?? '') : body.trim();
  const duration = Number(/^\s*duration\s*=\s*(\d{1,5})/im.exec(body)?.[1] ?? USUAL);
  const digit = /^1[0-6]$/.test(text) ? KEYS.charAt(Number(text)) : text.toUpperCase();
  if (digit.length !== 1 || !KEYS.includes(digit)) return undefined;
  return { digit, ms: lasting(duration) };
}

/** Passes a key on by the way that the leg's phone knows, unless the media bring it by themselves. */
export function sendKey(line: LegLine, digit: string, ms: number, by: CameBy): void {
  const way = wayTo(line);
  if (way === by && way !== 'info') return;
  const { media } = line.audio;
  if (way !== 'info') return media.digit(digit, lasting(ms), way);
  const headers = [['Content-Type', RELAY]] as const;
  const body = fromLatin1(`Signal=${digit}\r\nDuration=${lasting(ms)}\r\n`);
  inTurn(line, (next) =>
    line.session?.request('INFO', { headers, body }, (result) => {
      if (!('kind' in result) && by !== 'tone') media.digit(digit, lasting(ms), 'tone');
      next();
    }),
  );
}

/** Nobody presses so many within a transaction. */
const MOST_WAITING = 100;

/** A key that overtook the one before it would be heard first, and that one be refused. */
function inTurn(line: LegLine, send: (next: () => void) => void): void {
  const next = (): void => {
    const following = line.keysDue?.shift();
    if (following === undefined || line.leg.state === 'gone') line.keysDue = undefined;
    else following();
  };
  if (line.keysDue === undefined) {
    line.keysDue = [];
    send(next);
  } else if (line.keysDue.length < MOST_WAITING) line.keysDue.push(() => send(next));
}

/** RFC 4733 where it was agreed, else INFO to a phone that takes it, else tones. */
export function wayTo({ audio, session }: LegLine): CameBy {
  if (audio.agreed?.events !== undefined) return 'event';
  if (audio.dtmf === 'info') return 'info';
  return audio.dtmf === 'auto' && session?.remoteAllow.has('INFO') === true ? 'info' : 'tone';
}

function lasting(ms: number): number {
  return Math.min(LONGEST, Math.max(SHORTEST, ms));
}
