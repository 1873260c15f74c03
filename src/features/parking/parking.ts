import { CAUSES, type Party } from '../../call/index.ts';
import {
  type Call,
  type Duration,
  type Feature,
  type FeatureContext,
  type Parked,
  type ParkOptions,
  say,
} from '../../pbx/index.ts';
import { type Lot, lotOf } from './lot.ts';

export interface ParkingOptions {
  /** Where one can be parked: the first and the last number. */
  readonly spaces: readonly [first: number, last: number];
  /** Who is transferred there gets the first free space. */
  readonly entrance: string;
  /** How long somebody is parked before whoever parked him is rung: two minutes unless said. */
  readonly timeout?: Duration;
  /** How long he is rung: 20 s unless said. */
  readonly ring?: Duration;
  /** How often he is rung, with the same time between, before the caller hears congestion: three times unless said. */
  readonly rounds?: number;
}

/** Whoever is sent to the entrance, or to a free space, waits there with music until somebody dials the space. */
export function parking(options: ParkingOptions): Feature {
  const [first, last] = options.spaces;
  const spaces = Array.from({ length: last - first + 1 }, (_, at) => String(first + at));
  return {
    name: 'parking',
    extensions: (context, builder) => {
      const lot = lotOf(context.kernel);
      Object.assign(lot, { numbers: spaces, entrance: options.entrance });
      builder.on(options.entrance, (call) => send(context, lot, options, call));
      for (const space of spaces)
        builder.on(space, (call) =>
          call.sentBy === undefined ? retrieve(context, lot, call, space) : send(context, lot, options, call, space),
        );
    },
    parks: (context) => (call, wanted, how) => {
      const lot = lotOf(context.kernel);
      if (wanted !== undefined && !lot.numbers.includes(wanted))
        return Promise.resolve({ kind: 'refused', why: 'unknown' });
      return park(context, lot, options, call, wanted, how);
    },
  };
}

/** Whoever came by the number of a space, or of all: where there is no room he is sent back, and when nobody wanted him he hears so. */
async function send(
  context: FeatureContext,
  lot: Lot,
  options: ParkingOptions,
  call: Call,
  wanted?: string,
): Promise<void> {
  const parked = await park(context, lot, options, call, wanted);
  if (parked.kind === 'refused') return call.hangup(CAUSES.busy);
  if (parked.kind === 'unclaimed') await call.tone('congestion', { for: '15s' });
}

async function park(
  context: FeatureContext,
  lot: Lot,
  options: ParkingOptions,
  call: Call,
  wanted: string | undefined,
  { by = call.sentBy ?? call.account, announce = true }: ParkOptions = {},
): Promise<Parked> {
  const parked = { call: call.id, waiting: call.waiting, by, since: context.kernel.wall() };
  const space = lot.enter(parked, wanted);
  if (space === undefined) return { kind: 'refused', why: wanted === undefined ? 'full' : 'busy' };
  try {
    if (announce) await sayWhere(call, space);
    context.tell({ event: 'parking.parked', call: call.id, space, party: call.from, by: by ?? '' });
    const returned = await wait(context, options, call, space, by, () => lot.leave(space, parked));
    return { kind: returned ? 'returned' : 'unclaimed', space };
  } finally {
    lot.leave(space, parked);
  }
}

/** Whoever parks is told where: over his own call, or as the one who asked. */
function sayWhere(call: Call, space: string): Promise<void> {
  const said = ['parking/parked', say.digits(space)] as const;
  return call.sentBy === undefined ? call.play(...said) : call.tellSender({ name: 'Parked', number: space }, ...said);
}

async function wait(
  { tell }: FeatureContext,
  { timeout = '2m', ring = '20s', rounds = 3 }: ParkingOptions,
  call: Call,
  space: string,
  by: string | undefined,
  leave: () => void,
): Promise<boolean> {
  for (let round = 0; round < rounds; round += 1) {
    await call.music(undefined, { for: timeout });
    // Who parked himself is not called back.
    if (by === undefined || by === call.account) continue;
    const returned = { ...call.from, name: `${call.from.name} (parked ${space} returned)`.trim() };
    const result = await call.dial(by, {
      for: ring,
      direct: true,
      silent: true,
      callerId: returned,
      earlyMedia: 'never',
    });
    if (result.kind !== 'answered') continue;
    leave();
    tell({ event: 'parking.returned', call: call.id, space, party: call.from, by });
    await call.bridge(result.leg);
    return true;
  }
  return false;
}

async function retrieve({ tell }: FeatureContext, lot: Lot, call: Call, space: string): Promise<void> {
  const parked = lot.at(space);
  const party: Party | undefined = parked?.waiting.party;
  if (parked === undefined || party === undefined || parked.waiting.leg === undefined)
    return call.play('parking/nobody');
  lot.leave(space, parked);
  tell({ event: 'parking.retrieved', call: parked.call, space, party, by: call.account ?? '' });
  if (!(await call.meet(parked.waiting))) await call.play('parking/nobody');
}
