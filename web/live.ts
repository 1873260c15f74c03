import type { Call, Conference, Leg, Registration } from '../src/api/contract.ts';

/** As the stream tells them: a call without its legs, which come by themselves. */
export type LiveCall = Omit<Call, 'legs'>;
export type LiveLeg = Leg & { readonly call: string };
/** By the leg that it is of. */
export type LiveQuality = NonNullable<Leg['quality']> & { readonly call: string };

interface Topics {
  readonly calls: LiveCall;
  readonly legs: LiveLeg;
  readonly registrations: Registration;
  readonly conferences: Conference;
  readonly quality: LiveQuality;
}
type Topic = keyof Topics;
type Keyed<T extends Topic> = Readonly<Record<string, Topics[T]>>;

/** What there is now, by topic and key. */
export type Live = { readonly [T in Topic]: ReadonlyMap<string, Topics[T]> };

export type Change = {
  readonly [T in Topic]: {
    readonly type: 'change';
    readonly topic: T;
    readonly key: string;
    readonly value: Topics[T] | null;
  };
}[Topic];

/** What comes on the stream. */
export type Message = { readonly at: string } & (
  | ({ readonly type: 'snapshot' } & { readonly [T in Topic]: Keyed<T> })
  | Change
  | { readonly type: 'resumed' | 'reset' }
);

export const NOTHING: Live = {
  calls: new Map(),
  legs: new Map(),
  registrations: new Map(),
  conferences: new Map(),
  quality: new Map(),
};

/** What there is after that message. */
export function after(live: Live, message: Message): Live {
  switch (message.type) {
    case 'snapshot':
      return {
        calls: new Map(Object.entries(message.calls)),
        legs: new Map(Object.entries(message.legs)),
        registrations: new Map(Object.entries(message.registrations)),
        conferences: new Map(Object.entries(message.conferences)),
        quality: new Map(Object.entries(message.quality)),
      };
    case 'change':
      return { ...live, [message.topic]: changed(live[message.topic], message.key, message.value) };
    case 'resumed':
    case 'reset':
      return live;
  }
}

function changed<T>(known: ReadonlyMap<string, T>, key: string, value: T | null): ReadonlyMap<string, T> {
  const next = new Map(known);
  if (value === null) next.delete(key);
  else next.set(key, value);
  return next;
}

/** The calls with their legs, the newest first. */
export function callsIn({ calls, legs }: Live): readonly (LiveCall & { readonly legs: readonly LiveLeg[] })[] {
  const of = Map.groupBy(legs.values(), ({ call }) => call);
  return [...calls.values()]
    .map((call) => ({ ...call, legs: of.get(call.id) ?? [] }))
    .toSorted((a, b) => b.since - a.since);
}

export type Lamp = 'away' | 'idle' | 'calling' | 'ringing' | 'talking' | 'held';

/** What an account's lamp shows: the most of what its legs do. */
export function lampOf({ legs, registrations }: Live, number: string): Lamp {
  const own = [...legs.values()].filter(({ party }) => party.number === number);
  if (own.some(({ state, held }) => state === 'up' && !held)) return 'talking';
  if (own.some(({ state }) => state === 'up')) return 'held';
  if (own.some(({ direction }) => direction === 'out')) return 'ringing';
  if (own.length > 0) return 'calling';
  return [...registrations.values()].some(({ account }) => account === number) ? 'idle' : 'away';
}
