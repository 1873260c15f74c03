import type { CallRecord, Leg, Party, Placed } from '../src/api/contract.ts';
import type { Lamp } from './live.ts';

/** `Bob 102`, `102`, or `somebody`. */
export function named({ name, number }: Party): string {
  return [name, number].filter((part) => part !== '').join(' ') || 'somebody';
}

/** `0:07`, `12:34`, `1:02:03`. */
export function lasting(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `in 4 min`: until when somebody is registered. */
export function until(then: number, now: number): string {
  const seconds = Math.round((then - now) / 1000);
  if (seconds <= 0) return 'now';
  if (seconds < 90) return `in ${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `in ${minutes} min` : `in ${Math.round(minutes / 60)} h`;
}

export const LAMPS: Readonly<Record<Lamp, string>> = {
  away: 'not registered',
  idle: 'idle',
  calling: 'calling',
  ringing: 'ringing',
  talking: 'talking',
  held: 'on hold',
};

/** What a leg does. */
export function doing({ state, held, direction }: Leg): string {
  switch (state) {
    case 'up':
      return held ? 'on hold' : 'connected';
    case 'ringing':
      return direction === 'in' ? 'hears ringing' : 'rings';
    case 'new':
    case 'early':
      return direction === 'in' ? 'is calling' : 'is being called';
    case 'gone':
      return 'gone';
  }
}

const OUTCOMES: Readonly<Record<NonNullable<Placed['outcome']>, string>> = {
  answered: 'The exchange ended it',
  busy: 'Busy',
  noAnswer: 'No answer',
  unavailable: 'Cannot be reached',
  rejected: 'Refused',
  cancelled: 'Given up',
};

/** How far a placed call is, in a sentence. */
export function stepOf({ state, at, by, outcome, status, reasonPhrase = '' }: Placed): string {
  const who = at === undefined ? 'The phone' : named(at);
  switch (state) {
    case 'calling':
      return 'Calling';
    case 'ringing':
      return `${who} rings`;
    case 'answered':
      return `${who} has answered`;
    case 'joined':
      return `${who} has answered too: they talk`;
    case 'ended': {
      const how = by === undefined ? OUTCOMES[outcome ?? 'answered'] : `${named(by)} hung up`;
      return status === undefined ? how : `${how} (${`${status} ${reasonPhrase}`.trim()})`;
    }
  }
}

/** Of a caller who did not wait. */
const CANCELLED = 487;

/** What a call came to. */
export function cameTo({ answeredAt, status, reasonPhrase, legs }: CallRecord): string {
  const told = `${status} ${reasonPhrase}`.trim();
  const left = legs.find((leg) => leg.left === true && (leg.status < 300 || leg.status === CANCELLED));
  if (left === undefined) return told;
  return `${named(left.party)} ${answeredAt === undefined ? 'gave up' : 'hung up'} (${told})`;
}

/** `opus, MOS 4.3`: the codecs of these legs, and the lowest opinion that was estimated of any. */
export function soundOf(legs: readonly Pick<Leg, 'quality'>[]): string {
  const rated = legs.flatMap(({ quality }) => (quality === undefined ? [] : [quality]));
  if (rated.length === 0) return '';
  const codecs = [...new Set(rated.map(({ codec }) => codec))].join(' / ');
  const worst = Math.min(...rated.flatMap(({ received, sent }) => [received.mos, sent?.mos ?? received.mos]));
  return `${codecs}, MOS ${worst.toFixed(1)}`;
}
