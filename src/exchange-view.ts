import { CAUSES } from './call/index.ts';
import { lotOf } from './features/index.ts';
import type { ExchangeView } from './pbx/index.ts';
import type { Parts } from './parts.ts';

/** What the API may ask of an exchange. */
export function viewOf(parts: Parts): ExchangeView {
  const { kernel, calls, contacts, records, registrar, board, startedAt, desk, directory, diversions, transfers } =
    parts;
  return {
    status: () => ({
      version: parts.config.version,
      node: parts.config.node,
      startedAt,
      accounts: parts.config.accounts.length,
      registrations: registrar.all.length,
      calls: calls.count,
      scene: kernel.scene.census(),
      house: kernel.house.census(),
      faults: kernel.faults,
    }),
    calls: () => desk.calls(),
    call: (id) => desk.call(id),
    measured: (id, then) => desk.measured(id, then),
    records: (limit, before) => records.recent(limit, before),
    registrations: () => [
      ...registrar.all.map((binding) => desk.registrationView(binding)),
      ...contacts.all.map(({ account, contact, target, reach }) => ({
        account,
        contact,
        source: target === undefined ? '' : `${target.protocol}:${target.hop.address}:${target.hop.port}`,
        userAgent: '',
        expiresAt: undefined,
        reach,
      })),
    ],
    conferences: parts.rooms,
    hangup: (id) => {
      if (desk.originations.cancel(id)) return true;
      const legs = calls.legsOf(id);
      for (const leg of legs) board.end(leg, CAUSES.normal);
      return legs.length > 0;
    },
    transfer: (call, wish) => transfers.wished(calls, call, wish),
    parked: () => lotOf(kernel).views,
    park: (call, by, space) => park(parts, call, by, space),
    diversion: (account) =>
      directory.accounts.has(account) ? { ...diversions.of(account), locked: diversions.locked(account) } : undefined,
    divert: (account, change, then) => diversions.set(account, change, then),
    accounts: () => parts.config.accounts,
    originate: (request, hear) => desk.originations.place(request, hear),
    subscribe: (client, topics, since) => desk.stream.subscribe(client, topics, since),
    tokens: desk.tokens,
  };
}

/** By a blind transfer that nobody's phone asked for. */
function park(
  { calls, kernel, transfers }: Parts,
  call: string,
  by: string,
  space: string | undefined,
): ReturnType<ExchangeView['park']> {
  const lot = lotOf(kernel);
  const number = space ?? lot.entrance;
  if (number === undefined || (space !== undefined && !lot.numbers.includes(space))) return 'no parking';
  const leg = calls.legsOf(call).find(({ account, state }) => account === by && state === 'up');
  return leg === undefined || transfers.sendOn(leg, number) !== undefined ? 'no call' : 'parked';
}
