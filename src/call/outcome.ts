import type { Leg } from './leg.ts';
import { CAUSES, type Cause } from './party.ts';

/** What became of a dial. Busy and no answer are values, not exceptions. */
export type Outcome =
  | { readonly kind: 'answered'; readonly leg: Leg }
  | ({ readonly kind: 'busy' | 'noAnswer' | 'unavailable' | 'rejected' } & Cause);

/** The outcome a refusal with this status means to a dialplan. */
export function outcomeOf(cause: Cause): Exclude<Outcome, { kind: 'answered' }> {
  if (cause.status === CAUSES.noAnswer.status && cause.q850 === CAUSES.noAnswer.q850)
    return { kind: 'noAnswer', ...cause };
  return { kind: KINDS[cause.status] ?? 'rejected', ...cause };
}

const KINDS: Readonly<Record<number, 'busy' | 'noAnswer' | 'unavailable'>> = {
  404: 'unavailable',
  408: 'unavailable',
  410: 'unavailable',
  480: 'unavailable',
  486: 'busy',
  600: 'busy',
  604: 'unavailable',
};
