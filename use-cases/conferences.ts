import assert from 'node:assert/strict';
import type { ConferenceView } from '../src/pbx/index.ts';
import { type Phone, type PhoneCall, type Stage, TONES } from '../testing/index.ts';

/** Somebody who registers, dials and is put through. */
export async function joined({ world }: Stage, phone: Phone, number = '600'): Promise<PhoneCall> {
  if (phone.registration?.status !== 200) await phone.register();
  const call = phone.dial(number);
  await world.until(() => call.up);
  return call;
}

export function rooms({ exchange }: Stage): readonly ConferenceView[] {
  return exchange.exchange.view.conferences.views();
}

export async function three(stage: Stage, number = '600'): Promise<readonly [PhoneCall, PhoneCall, PhoneCall]> {
  const { world, alice, bob, carol } = stage;
  const a = await joined(stage, alice, number);
  const b = await joined(stage, bob, number);
  const c = await joined(stage, carol, number);
  await world.until(
    () =>
      a.hearsOnly(TONES.bob, TONES.carol) &&
      b.hearsOnly(TONES.alice, TONES.carol) &&
      c.hearsOnly(TONES.alice, TONES.bob),
  );
  return [a, b, c];
}

export async function over(stage: Stage, calls: readonly PhoneCall[]): Promise<void> {
  for (const call of calls) if (!call.ended) await call.hangup();
  await stage.world.until(() => rooms(stage).length === 0);
}

/** What API and console do, as an input of its own. */
export function ask<T>(
  { exchange: { exchange, host } }: Stage,
  what: (conferences: typeof exchange.view.conferences) => T,
): T {
  let answer: T | undefined;
  host.kernel.input('api', () => {
    answer = what(exchange.view.conferences);
  });
  return answer as T;
}

export function memberOf(stage: Stage, number: string): ConferenceView['members'][number] {
  const member = rooms(stage)[0]?.members.find(({ party }) => party.number === number);
  assert.ok(member !== undefined, `${number} is not in the conference`);
  return member;
}
