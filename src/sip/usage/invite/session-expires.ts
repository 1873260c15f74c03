import type { Field, Message, Request } from '../../message/types.ts';
import { names, wholeNumber } from '../fields.ts';
import type { AgentOptions, SessionUser } from '../types.ts';

/** How long a session lives without a refresh, and which side of the transaction that said so sees to it (RFC 4028 §4). */
export interface Interval {
  readonly seconds: number;
  readonly refresher: 'uac' | 'uas';
}

/** Smaller ones would flood (§5). */
const floor = 90;

export function usesTimer({ supported = [] }: AgentOptions): boolean {
  return supported.includes('timer');
}

export function minimumOf({ timer }: AgentOptions): number {
  return Math.max(floor, timer?.minimum ?? floor);
}

/** What a Session-Expires header says; the refresher is undefined when it names none. */
export function sessionExpires(
  message: Message,
): { readonly seconds: number; readonly refresher: Interval['refresher'] | undefined } | undefined {
  const length = wholeNumber(message, 'Session-Expires');
  if (length === undefined) return undefined;
  const refresher = /;\s*refresher\s*=\s*(uac|uas)\b/i.exec(message.headers.get('Session-Expires') ?? '')?.[1];
  return { seconds: length, refresher: refresher?.toLowerCase() as Interval['refresher'] | undefined };
}

/** The seconds that we ask for ourselves; undefined: none. */
export function wanted(options: AgentOptions, user: SessionUser | undefined): number | undefined {
  if (!usesTimer(options) || user?.sessionTimer === 'off') return undefined;
  return user?.sessionTimer ?? options.timer?.expires;
}

/** Whether the sender knows what a session timer is. */
export function knowsTimer(message: Message): boolean {
  return names(message, 'Supported', 'timer') || names(message, 'Require', 'timer');
}

/** What we make of the wish of whoever sent this request (§9, Table 2), and ours; undefined: no timer. */
export function intervalFor(request: Request, options: AgentOptions, ours: number | undefined): Interval | undefined {
  if (!usesTimer(options)) return undefined;
  const wish = sessionExpires(request);
  const able = knowsTimer(request);
  // Who knows no timer is not told of one: it is for our benefit alone, as in §7.2.
  if (wish === undefined) return ours === undefined ? undefined : { seconds: ours, refresher: able ? 'uac' : 'uas' };
  const least = Math.max(minimumOf(options), wholeNumber(request, 'Min-SE') ?? 0);
  const length = Math.min(wish.seconds, Math.max(ours ?? wish.seconds, least));
  return { seconds: length, refresher: wish.refresher ?? (able ? 'uac' : 'uas') };
}

/** The fields of a 2xx that agrees to it; who must refresh must know how (§9). */
export function agreedFields({ seconds: length, refresher }: Interval): readonly Field[] {
  const field: Field = ['Session-Expires', `${length};refresher=${refresher}`];
  return refresher === 'uac' ? [['Require', 'timer'], field] : [field];
}
