import { type Phone, type PhoneCall, type PlacedExchange, phoneOf, type World } from '../../testing/index.ts';

/** Somebody with a telephone, and what he says into it. */
export interface Person {
  readonly phone: Phone;
  readonly name: string;
  readonly number: string;
  readonly hz: number;
  /** His power has failed. */
  gone: boolean;
  /** He has said by a star code that he is not to be rung: none of his calls from the one at this place on. */
  unrung: number | undefined;
  /** The last call by which he said something of the kind. */
  said: PhoneCall | undefined;
}

/** Those who act. Nobody says the frequency of the exchange's own tones. */
export const PEOPLE = [
  ['Alice', '101', 620],
  ['Bob', '102', 950],
  ['Carol', '103', 1500],
  ['Dave', '104', 2100],
] as const;

export async function peopleIn(world: World, exchange: PlacedExchange): Promise<readonly Person[]> {
  const people = PEOPLE.map(([name, number, hz], at) => ({
    phone: phoneOf(world, exchange, name.toLowerCase(), { number, address: `10.0.0.${11 + at}`, tone: hz }),
    name,
    number,
    hz,
    gone: false,
    unrung: undefined,
    said: undefined,
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
  /** Whether somebody must answer for it to succeed. */
  readonly rings: boolean;
  readonly referral: ReturnType<PhoneCall['refer']>;
}

/** Those who act, and what they have asked for. */
export interface Scene {
  readonly world: World;
  readonly exchange: PlacedExchange;
  readonly people: readonly Person[];
  readonly sent: Sent[];
}

/** Without voicemail: busy and no answer are signalled. One of them does not exist. */
export function numberOf(whom: number): string {
  return whom < PEOPLE.length ? `20${whom + 1}` : '199';
}
