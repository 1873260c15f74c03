import type { z } from 'zod';
import { StrowgerError } from '../kernel/index.ts';
import type { ExchangeView } from '../pbx/index.ts';
import { type Answer, answer, refused } from './answer.ts';
import type { conference, conferenceChange, ended, memberChange } from './contract.ts';

type Shown = Answer<z.input<typeof conference>>;

export function conferenceOf({ conferences }: ExchangeView, number: string): Shown {
  const room = conferences.view(number);
  return room === undefined ? noConference(number) : answer(room);
}

export function changeConference(view: ExchangeView, number: string, change: z.output<typeof conferenceChange>): Shown {
  return view.conferences.change(number, change) ? conferenceOf(view, number) : noConference(number);
}

export function changeMember(
  view: ExchangeView,
  { number, id }: { readonly number: string; readonly id: string },
  change: z.output<typeof memberChange>,
): Shown {
  return view.conferences.changeMember(number, id, change) ? conferenceOf(view, number) : noConference(number);
}

export function kick(
  view: ExchangeView,
  { number, id }: { readonly number: string; readonly id: string },
): Answer<z.input<typeof ended>> {
  return view.conferences.kick(number, id) ? answer({ ended: true as const }) : noConference(number);
}

export function endConference(view: ExchangeView, number: string): Answer<z.input<typeof ended>> {
  return view.conferences.end(number) ? answer({ ended: true as const }) : noConference(number);
}

function noConference(number: string): Answer<never> {
  return refused(404, new StrowgerError('E_NO_CONFERENCE', { number }));
}
