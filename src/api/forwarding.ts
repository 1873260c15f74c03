import type { z } from 'zod';
import { StrowgerError } from '../kernel/index.ts';
import {
  type Diversion,
  type DiversionRefusal,
  type ExchangeView,
  milliseconds,
  type Duration,
  OCCASIONS,
} from '../pbx/index.ts';
import { type Answer, answer, type Later, refused } from './answer.ts';
import type { forwarding, newForwarding, parking, parkingAsked } from './contract.ts';

export function forwardingOf(view: ExchangeView, number: string): Answer<z.input<typeof forwarding>> {
  const diversion = view.diversion(number);
  return diversion === undefined ? refused(404, new StrowgerError('E_NO_ACCOUNT', { number })) : answer(diversion);
}

/** Answers when it is on disk. */
export function divert(
  view: ExchangeView,
  number: string,
  body: z.output<typeof newForwarding>,
): Later<z.input<typeof forwarding>> {
  return {
    later: (then) => {
      view.divert(number, changeOf(body), (result) =>
        then(result.ok ? forwardingOf(view, number) : refusal(number, result)),
      );
      return () => undefined;
    },
  };
}

/** null takes a forward back. */
function changeOf({ after, doNotDisturb, ...numbers }: z.output<typeof newForwarding>): Partial<Diversion> {
  const said = OCCASIONS.filter((occasion) => numbers[occasion] !== undefined);
  return {
    ...Object.fromEntries(said.map((occasion) => [occasion, numbers[occasion] ?? undefined])),
    ...(after !== undefined && { after: milliseconds(after as Duration) }),
    ...(doNotDisturb !== undefined && { doNotDisturb }),
  };
}

function refusal(number: string, result: DiversionRefusal): Answer<never> {
  switch (result.why) {
    case 'account':
      return refused(404, new StrowgerError('E_NO_ACCOUNT', { number }));
    case 'locked':
      return refused(409, new StrowgerError('E_LOCKED', { number }));
    case 'number':
      return refused(400, new StrowgerError('E_FORWARD', { number }));
    case 'disk':
      return refused(503, new StrowgerError('E_NOT_WRITTEN', { why: result.said }));
  }
}

/** It is a transfer: where it led to is told by an event. */
export function park(
  view: ExchangeView,
  id: string,
  { by, space }: z.output<typeof parking>,
): Answer<z.input<typeof parkingAsked>> {
  const came = view.park(id, by, space);
  if (came === 'parked') return { ok: true, status: 202, body: { parked: true } };
  if (came === 'no call') return refused(404, new StrowgerError('E_NO_CALL', { id }));
  return refused(404, new StrowgerError('E_NO_PARKING', { space: space ?? '' }));
}
