import assert from 'node:assert/strict';
import type { Phone, Stage } from '../testing/index.ts';
import { TONES } from '../testing/index.ts';

type PhoneCall = NonNullable<Phone['call']>;
type Referral = ReturnType<PhoneCall['refer']>;

/** The exchange's own tone, of which it makes ringing and congestion (ITU-T E.180). Nobody says it. */
export const OWN = 425;

/** Who transfers whom in a call that Alice made to Bob. */
export interface Cast {
  readonly transferor: Phone;
  /** The transferor's side of the call. */
  readonly his: PhoneCall;
  readonly transferee: Phone;
  /** The transferee's side of it. */
  readonly call: PhoneCall;
  /** What each says, and who they are on displays. */
  readonly tone: { readonly transferor: number; readonly transferee: number };
  readonly party: { readonly transferor: Display; readonly transferee: Display };
}

interface Display {
  readonly name: string;
  readonly number: string;
}

export const ALICE: Display = { name: 'Alice', number: '101' };
export const BOB: Display = { name: 'Bob', number: '102' };
export const CAROL: Display = { name: 'Carol', number: '103' };

/** Each transfer is played twice: Bob, who was called, transfers Alice; and with the roles turned. */
export const ROLES = ['Bob', 'Alice'] as const;
export type Transferor = (typeof ROLES)[number];

/** Alice dials Bob, and they talk. */
export async function talking(stage: Stage, transferor: Transferor, carol = true, number = '102'): Promise<Cast> {
  const { world, alice, bob } = stage;
  for (const phone of [alice, bob, ...(carol ? [stage.carol] : [])]) await phone.register();
  const call = alice.dial(number);
  const other = await bob.answer();
  await world.until(() => call.up && call.hearsOnly(TONES.bob) && other.hearsOnly(TONES.alice));
  const atAlice = { phone: alice, call, tone: TONES.alice, party: ALICE };
  const atBob = { phone: bob, call: other, tone: TONES.bob, party: BOB };
  const [he, she] = transferor === 'Bob' ? [atBob, atAlice] : [atAlice, atBob];
  return {
    transferor: he.phone,
    his: he.call,
    transferee: she.phone,
    call: she.call,
    tone: { transferor: he.tone, transferee: she.tone },
    party: { transferor: he.party, transferee: she.party },
  };
}

/** Music plays: there is sound, and nobody's voice in it. */
export function hearsMusic(call: PhoneCall): boolean {
  return call.hearsSound() && ![...Object.values(TONES), OWN].some((hz) => call.hearsOnly(hz));
}

/** A phone rings for him: a tone that lasts. */
export async function hearsRinging({ world }: Stage, call: PhoneCall): Promise<void> {
  await world.until(() => call.hearsOnly(OWN) && call.heardTone(OWN, world.now - 700));
}

/** Nobody wants him: the same tone, but cut into pieces (fast busy). */
export async function hearsCongestion({ world }: Stage, call: PhoneCall): Promise<void> {
  call.mark();
  await world.until(() => call.heardSomewhere(OWN), '10s');
  call.mark();
  await world.after('2s');
  assert.ok(call.beginnings(OWN) >= 3, `${call.beginnings(OWN)} beeps`);
}

/** The transferor was told each status as it happened, one of them final, and then no more (RFC 3515 §2.4.4). */
export async function told({ world, calm }: Stage, referral: Referral, ...statuses: readonly number[]): Promise<void> {
  await world.until(() => referral.over);
  // What ends with the call may end before the 202 has come.
  if (calm || referral.status > 0) assert.equal(referral.status, 202);
  if (calm) assert.deepEqual(referral.told, statuses);
  assert.equal(referral.told.at(-1), statuses.at(-1), "the target's own status");
  assert.equal(referral.told.filter((status) => status >= 200).length, 1);
  const states = referral.notifies.map(({ headers }) => headers.get('Subscription-State') ?? '');
  assert.equal(states.pop(), 'terminated;reason=noresource');
  for (const state of states) assert.match(state, /^active;expires=\d+$/);
  for (const { headers } of referral.notifies) assert.match(headers.get('Content-Type') ?? '', /^message\/sipfrag\b/);
}

/** All that a display showed with a name, in order. Where messages are lost it may have missed one. */
export function saw({ calm }: Stage, call: PhoneCall, ...parties: readonly Display[]): void {
  if (calm)
    assert.deepEqual(
      call.displays.filter(({ name }) => name !== ''),
      parties,
    );
  assert.deepEqual(call.display, parties.at(-1));
}

/** Both talk to each other, and see each other. */
export async function together(
  { world }: Stage,
  [a, toneA, partyA]: readonly [PhoneCall, number, Display],
  [b, toneB, partyB]: readonly [PhoneCall, number, Display],
): Promise<void> {
  await world.until(() => a.hearsOnly(toneB) && b.hearsOnly(toneA));
  await world.until(() => same(a.display, partyB) && same(b.display, partyA));
  assert.equal(a.stream.stepsBack + b.stream.stepsBack, 0);
  assert.deepEqual(
    [a, b].map(({ stream }) => stream.ssrcs.length),
    [1, 1],
    'one stream for the life of a call',
  );
}

export function same(a: Display, b: Display): boolean {
  return a.name === b.name && a.number === b.number;
}
