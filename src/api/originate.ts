import type { z } from 'zod';
import { StrowgerError } from '../kernel/index.ts';
import type { CallView, Duration, ExchangeView, Origination, PlacedView } from '../pbx/index.ts';
import { type Answer, answer, type Later, refused } from './answer.ts';
import type { origination } from './contract.ts';

type Body = z.output<typeof origination>;

/** Places a call. Who waits is told when it is decided, and cancels it by waiting no more. */
export function originate(view: ExchangeView, body: Body, wait: boolean): Answer<CallView> | Later<CallView> {
  const request = requestOf(body);
  if (wait) return waited(view, request);
  const { call } = view.originate(request);
  const placed = shown(view, call);
  return placed.ok ? { ...placed, status: 202, location: `/api/calls/${call}` } : placed;
}

function waited(view: ExchangeView, request: Origination): Later<CallView> {
  return {
    later: (then, progress) => {
      let decided = false;
      const placed = view.originate(request, (now) => {
        if (decided) return;
        const said = shown(view, placed.call);
        decided = isDecided(request, now);
        if (decided) then(said);
        else if (said.ok) progress(said.body);
      });
      return () => {
        if (!decided) placed.cancel();
      };
    },
  };
}

/** Whether it has come to what was wanted, or to nothing. */
function isDecided(request: Origination, { state }: PlacedView): boolean {
  return state === 'ended' || state === 'joined' || (state === 'answered' && 'to' in request);
}

function shown(view: ExchangeView, id: string): Answer<CallView> {
  const call = view.call(id);
  return call === undefined ? refused(404, new StrowgerError('E_NO_CALL', { id })) : answer(call);
}

function requestOf({ from, to, join = '', callerId, for: ringing, account, autoAnswer }: Body): Origination {
  return {
    from,
    ...(to === undefined ? { join } : { to }),
    ...(callerId && { callerId }),
    ...(ringing === undefined ? {} : { for: ringing as Duration }),
    ...(account === undefined ? {} : { account }),
    ...(autoAnswer === undefined ? {} : { autoAnswer }),
  };
}
