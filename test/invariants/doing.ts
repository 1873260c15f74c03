import type { PhoneCall } from '../../testing/index.ts';
import type { Act } from './acts.ts';
import { numberOf, PEOPLE, type Person, type Scene, type Sent } from './people.ts';

/** Numbers of the exchange's own: a conference, and where one parks. */
export const ROOM = '600';
const PARKING = '721';

/** Nobody has more telephone calls at a time. */
const MOST_CALLS = 3;

/** What is said by a star code: nobody rings me, they go to somebody else; and the opposite. */
const CODES = ['*78', '*72', '*78', '*72', '*79', '*73'] as const;
/** Between two things that one person does in one act: milliseconds. */
const AT_ONCE = [0, 1, 2, 3, 5, 8] as const;
/** He lets it ring so long. */
const LATER = [50, 300, 1000, 2500, 5000, 12_000] as const;

/** Has it done by one of those who can; false: nobody can. */
export function perform(scene: Scene, act: Act): boolean {
  const able = scene.people.filter(({ gone }) => !gone).flatMap((person) => chances(scene, person, act));
  const chosen = able[act.who % able.length];
  chosen?.();
  return chosen !== undefined;
}

/** The ways in which somebody can do it now: with this call of his or that. */
function chances(scene: Scene, person: Person, { verb, which, whom }: Act): readonly (() => void)[] {
  const { phone } = person;
  const up = phone.calls.filter((call) => call.up);
  const ringing = phone.calls.filter((call) => call.direction === 'in' && call.ringing);
  // Who has nobody to send is told so; tried now and then.
  const sendable = which === 0 ? up : up.filter(({ display }) => /^[12]/.test(display.number));
  switch (verb) {
    case 'dial':
      return scene.people[whom % PEOPLE.length] === person ? [] : dialling(person, numberOf(whom % PEOPLE.length));
    case 'confer':
      return dialling(person, ROOM);
    case 'retrieve':
      return spacesShown(scene).flatMap((space) => dialling(person, space));
    case 'unrung':
      return scene.people[whom % PEOPLE.length] === person ? [] : saying(scene, person, which, whom);
    case 'answer':
      return ringing.map((call) => () => unwaited(call.answer()));
    case 'later':
      return ringing.map((call) => () => later(scene, LATER[which], () => call.answer()));
    case 'refuse':
      return ringing.map((call) => () => call.reject([486, 603, 480][which % 3]));
    case 'hold':
      return up.filter((call) => !call.holds).map((call) => () => unwaited(call.hold()));
    case 'resume':
      return up.filter((call) => call.holds).map((call) => () => unwaited(call.resume()));
    case 'flick':
      return up.filter((call) => !call.holds).map((call) => () => unwaited(call.hold().then(() => call.resume())));
    case 'blind':
      return sendable.map((call) => () => blind(scene, person, call, numberOf(whom)));
    case 'regret':
      return sendable
        .filter((call) => call.holds)
        .map((call) => () => {
          blind(scene, person, call, numberOf(whom));
          later(scene, LATER[which], () => call.resume());
        });
    case 'park':
      return sendable.map((call) => () => blind(scene, person, call, PARKING));
    case 'sendToRoom':
      return sendable.map((call) => () => blind(scene, person, call, ROOM));
    case 'leave':
      return sendable.map((call) => () => {
        blind(scene, person, call, numberOf(whom));
        later(scene, AT_ONCE[which], () => call.hangup());
      });
    case 'leaveJoined':
      return pairs(sendable, up).map(([call, other]) => () => {
        attended(scene, person, call, other)();
        for (const one of [other, call]) later(scene, AT_ONCE[which], () => one.hangup());
      });
    case 'attended':
      return pairs(sendable, up).map(([call, other]) => attended(scene, person, call, other));
    case 'blond': {
      const out = phone.calls.filter((call) => call.direction === 'out' && call.ringing);
      return sendable.flatMap((call) => out.map((other) => attended(scene, person, call, other)));
    }
    case 'hangup':
      return phone.calls.filter((call) => !call.ended).map((call) => () => unwaited(call.hangup()));
    case 'vanish':
      return [() => vanish(person)];
  }
}

/** Dials it, if he has not got too many calls. */
function dialling({ phone }: Person, number: string): readonly (() => void)[] {
  return phone.calls.filter(({ ended }) => !ended).length >= MOST_CALLS ? [] : [() => void phone.dial(number)];
}

/** Spaces in which displays say that somebody waits. */
function spacesShown({ people }: Scene): readonly string[] {
  const calls = people.flatMap(({ phone }) => phone.calls).filter(({ up }) => up);
  return calls.flatMap(({ display }) => (display.name === 'Parked' ? display.number : []));
}

/** Says by a star code that he is not to be rung, or is again. It holds when a voice tells him so. */
function saying({ world }: Scene, person: Person, which: number, whom: number): readonly (() => void)[] {
  const code = CODES[which % CODES.length] ?? '*79';
  return dialling(person, code === '*72' ? `${code}${numberOf(whom % PEOPLE.length)}` : code).map((dial) => () => {
    dial();
    const call = person.phone.call;
    Object.assign(person, { said: call, unrung: undefined });
    const answered = world
      .until(() => call === undefined || call.up || call.ended)
      .then(() => {
        if (person.said === call && call?.up === true && (code === '*72' || code === '*78'))
          person.unrung = person.phone.calls.length;
      });
    unwaited(answered);
  });
}

function pairs(
  calls: readonly PhoneCall[],
  others: readonly PhoneCall[],
): readonly (readonly [PhoneCall, PhoneCall])[] {
  return calls.flatMap((call) => others.filter((other) => other !== call).map((other) => [call, other] as const));
}

function blind(scene: Scene, by: Person, call: PhoneCall, to: string): void {
  refer(scene, by, call, to.startsWith('2'), () => call.refer(to));
}

function refer(
  { world, sent }: Scene,
  by: Person,
  call: PhoneCall,
  rings: boolean,
  send: () => Sent['referral'],
): void {
  sent.push({ by, call, at: world.now, rings, referral: send() });
}

function attended(scene: Scene, by: Person, call: PhoneCall, other: PhoneCall): () => void {
  return () => refer(scene, by, call, false, () => call.referAttended(other, other.display.number));
}

function later({ world }: Scene, delay: number | undefined, act: () => Promise<void>): void {
  world.arrive(delay ?? 0, () => unwaited(act()));
}

function vanish(person: Person): void {
  person.gone = true;
  person.phone.vanish();
}

/** What it comes to is looked at later. */
function unwaited(doing: Promise<void>): void {
  doing.catch(() => undefined);
}
