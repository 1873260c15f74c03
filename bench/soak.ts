/**
 * Nothing may stay behind: calls are held and released, registrations refreshed and left to expire; then memory must be back
 * within a tenth, and the status all zeros. `node bench/soak.ts [calls] [registrations]`; exit code 1 when it is not so.
 */
import { createLiveKernel } from '../src/node/clock.ts';
import { startServer, type Server } from './server.ts';
import { SoakPhone } from './soak-phones.ts';

const calls = Number(process.argv[2] ?? 2000);
const registrations = Number(process.argv[3] ?? 10_000);
/** Asked for at once. */
const WIDTH = 20;
/** Of a registration, in seconds; it is usable 5 s longer. */
const EXPIRES = 5;
const ALLOWED = 1.1;

const kernel = createLiveKernel({ onFault: ({ error }) => console.error(error) });
const answerer = await SoakPhone.open(kernel, 0);
process.env['STROWGER_SOAK_PORT'] = String(answerer.port);
process.env['STROWGER_SOAK_USERS'] = String(registrations);
const server = await startServer(new URL('./soak.config.ts', import.meta.url).pathname);
const caller = await SoakPhone.open(kernel, Number(server.target.split(':').at(-1)));

try {
  await soak();
} finally {
  await server.stop();
  for (const phone of [answerer, caller]) phone.close();
}

async function soak(): Promise<void> {
  // What is compiled, pooled and kept up to a bound (the last records, events and nonces) is there after two rounds.
  for (let warm = 0; warm < 2; warm += 1) await round(calls, registrations);
  const before = (await server.memory()).used;
  await round(calls, registrations);
  const after = (await server.memory()).used;
  const MB = (octets: number): string => (octets / 2 ** 20).toFixed(1);
  console.log(
    `${calls} calls held and released, ${registrations} registrations refreshed and expired: ${MB(before)} MB before, ${MB(after)} MB after`,
  );
  if (after <= before * ALLOWED) return;
  console.log('Memory did not come back within a tenth.');
  process.exitCode = 1;
}

async function round(held: number, registered: number): Promise<void> {
  const hangups: (() => Promise<void>)[] = [];
  await spread(held, async () => void hangups.push(await caller.call()));
  await expect(server, 'all calls held', ({ calls: up }) => up === held);
  await spread(held, async (at) => hangups[at]?.());
  await spread(registered, (at) => caller.register(`u${at}`, EXPIRES));
  await expect(server, 'zeros', ({ calls: up, registrations: there, scene }) => {
    const left = Object.values(scene).reduce((sum, count) => sum + count, 0);
    return up === 0 && there === 0 && left === 0;
  });
}

/** Does it so many times, {@link WIDTH} at once. */
async function spread(times: number, act: (at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < times; at = next++) await act(at);
  };
  await Promise.all(Array.from({ length: WIDTH }, lane));
}

async function expect(
  exchange: Server,
  what: string,
  holds: (status: Awaited<ReturnType<Server['status']>>) => boolean,
): Promise<void> {
  let status = await exchange.status();
  for (const deadline = performance.now() + 90_000; !holds(status) && performance.now() < deadline; ) {
    await new Promise((turn) => setTimeout(turn, 500));
    status = await exchange.status();
  }
  if (!holds(status)) throw new Error(`not seen: ${what}; ${JSON.stringify(status)}`);
  if (status.faults > 0) throw new Error(`${status.faults} faults were contained`);
}
