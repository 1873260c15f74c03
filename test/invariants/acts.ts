import { type Phone, type PlacedExchange, phoneOf, Random, type World } from '../../testing/index.ts';

export type PhoneCall = NonNullable<Phone['call']>;

/** Somebody with a telephone, and what he says into it. */
export interface Person {
  readonly phone: Phone;
  readonly name: string;
  readonly number: string;
  readonly hz: number;
  /** His power has failed. */
  gone: boolean;
}

/** Those who act. Nobody says the frequency of the exchange's own tones. */
const PEOPLE = [
  ['Alice', '101', 620],
  ['Bob', '102', 950],
  ['Carol', '103', 1500],
  ['Dave', '104', 2100],
] as const;

/** How often each is tried. */
const VERBS = {
  dial: 5,
  answer: 8,
  refuse: 1,
  hold: 3,
  resume: 2,
  blind: 4,
  attended: 6,
  blond: 5,
  hangup: 2,
  vanish: 1,
} as const;
type Verb = keyof typeof VERBS;
const TRIED = (Object.keys(VERBS) as Verb[]).flatMap((verb) => Array.from({ length: VERBS[verb] }, () => verb));
/** Nobody has more telephone calls at a time. */
const MOST_CALLS = 3;

/** How long nothing else is done: a moment, in which acts cross; or long enough to settle, or to ring out. */
const PAUSES = [0, 1, 3, 7, 20, 100, 500, 500, 500, 1500, 1500, 3000, 3000, 25_000] as const;

/** One act. What makes no sense when its time comes is not done, so that any act may be left out of a sequence. */
export interface Act {
  /** Chooses among those who can, and their calls. */
  readonly who: number;
  readonly verb: Verb;
  /** How he does it, and whom it is about. */
  readonly which: number;
  readonly whom: number;
  /** Milliseconds until the next. */
  readonly pause: number;
}

/** A sequence of acts that the seed stands for. */
export function actsOf(seed: number): readonly Act[] {
  const random = new Random(`acts ${seed}`);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.under(list.length))] as T;
  const mayVanish = random.chance(0.3);
  return Array.from({ length: 10 + Math.floor(random.under(40)) }, (): Act => {
    const verb = pick(TRIED);
    return {
      who: Math.floor(random.under(12)),
      verb: verb === 'vanish' && !mayVanish ? 'answer' : verb,
      which: Math.floor(random.under(6)),
      whom: Math.floor(random.under(PEOPLE.length + 1)),
      pause: pick(PAUSES),
    };
  });
}

export async function peopleIn(world: World, exchange: PlacedExchange): Promise<readonly Person[]> {
  const people = PEOPLE.map(([name, number, hz], at) => ({
    phone: phoneOf(world, exchange, name.toLowerCase(), { number, address: `10.0.0.${11 + at}`, tone: hz }),
    name,
    number,
    hz,
    gone: false,
  }));
  for (const { phone } of people) await phone.register();
  return people;
}

/** A REFER that was sent, and what came of it. */
export interface Sent {
  readonly by: Person;
  /** The transferor's call. */
  readonly call: PhoneCall;
  readonly at: number;
  readonly referral: ReturnType<PhoneCall['refer']>;
}

/** Those who act, and what they have asked for. */
export interface Scene {
  readonly world: World;
  readonly exchange: PlacedExchange;
  readonly people: readonly Person[];
  readonly sent: Sent[];
}

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
  switch (verb) {
    case 'dial':
      return scene.people[whom % PEOPLE.length] === person ||
        phone.calls.filter(({ ended }) => !ended).length >= MOST_CALLS
        ? []
        : [() => void phone.dial(numberOf(whom % PEOPLE.length))];
    case 'answer':
      return ringing.map((call) => () => unwaited(call.answer()));
    case 'refuse':
      return ringing.map((call) => () => call.reject([486, 603, 480][which % 3]));
    case 'hold':
      return up.filter((call) => !call.holds).map((call) => () => unwaited(call.hold()));
    case 'resume':
      return up.filter((call) => call.holds).map((call) => () => unwaited(call.resume()));
    case 'blind':
      return up.map((call) => () => refer(scene, person, call, () => call.refer(numberOf(whom))));
    case 'attended':
      return up.flatMap((call) =>
        up.filter((other) => other !== call).map((other) => attended(scene, person, call, other)),
      );
    case 'blond': {
      const out = phone.calls.filter((call) => call.direction === 'out' && call.ringing);
      return up.flatMap((call) => out.map((other) => attended(scene, person, call, other)));
    }
    case 'hangup':
      return phone.calls.filter((call) => !call.ended).map((call) => () => unwaited(call.hangup()));
    case 'vanish':
      return [() => vanish(person)];
  }
}

function refer({ world, sent }: Scene, by: Person, call: PhoneCall, send: () => Sent['referral']): void {
  sent.push({ by, call, at: world.now, referral: send() });
}

function attended(scene: Scene, by: Person, call: PhoneCall, other: PhoneCall): () => void {
  return () => refer(scene, by, call, () => call.referAttended(other, other.display.number));
}

function vanish(person: Person): void {
  person.gone = true;
  person.phone.vanish();
}

/** What it comes to is looked at later. */
function unwaited(doing: Promise<void>): void {
  doing.catch(() => undefined);
}

/** For people: what a sequence is. */
export function told(acts: readonly Act[]): string {
  return acts
    .map(({ who, verb, which, whom, pause }) => `  ${verb} (${who}, ${which}, to ${numberOf(whom)}), then ${pause} ms`)
    .join('\n');
}

/** Without voicemail: busy and no answer are signalled. One of them does not exist. */
function numberOf(whom: number): string {
  return whom < PEOPLE.length ? `20${whom + 1}` : '199';
}
