/**
 * What a transfer costs the exchange: the time spent in its own kernel while phones of the simulated world call, transfer and
 * hang up, less that of the same calls without. No audio flows: nobody talks for as long as one packet. Prints rows as JSON.
 */
import { type Phone, type PhoneCall, phoneOf, startExchange, World } from '../testing/index.ts';
import { median, type Row, tell } from './measure.ts';

const ROUNDS = 9;
const EACH = 40;

const world = new World({ seed: 'bench' });
const exchange = await startExchange(world);
const people = ['101', '102', '103'].map((number, at) =>
  phoneOf(world, exchange, number, { number, address: `10.0.0.${11 + at}`, tone: 620 + at * 300 }),
);
for (const phone of people) await phone.register();
const [alice, bob, carol] = people;
if (alice === undefined || bob === undefined || carol === undefined) throw new Error('nobody is there');
const clock = stopwatch();

const calls = {
  'two parties': () => talk(alice, bob, '202'),
  'both calls of three parties': async () => [...(await talk(alice, bob, '202')), ...(await talk(bob, carol, '203'))],
  'blind transfer': async () => {
    const [call, his] = await talk(alice, bob, '202');
    const referral = his.refer('203');
    const rings = await carol.answer();
    await world.until(() => referral.over && his.ended);
    return [call, rings] as const;
  },
  'attended transfer': async () => {
    const [call, his] = await talk(alice, bob, '202');
    const [asks, rings] = await talk(bob, carol, '203');
    const referral = his.referAttended(asks, '203');
    await world.until(() => referral.over && his.ended && asks.ended);
    return [call, rings] as const;
  },
} satisfies Record<string, () => Promise<readonly PhoneCall[]>>;

const cost = new Map<string, number>();
for (const [name, play] of Object.entries(calls)) cost.set(name, await measured(play));
tell([
  row('blind transfer', cost.get('two parties') ?? 0),
  row('attended transfer', cost.get('both calls of three parties') ?? 0),
]);

function row(name: string, without: number): Row {
  const whole = cost.get(name) ?? 0;
  const perSecond = Math.floor(1000 / whole);
  return {
    operation: `${name}, beyond its calls`,
    measured: `${Math.max(0, whole - without).toFixed(2)} ms`,
    beside: `with its calls ${whole.toFixed(2)} ms: ${perSecond} a second on one core`,
    atMost: '100 a second',
  };
}

async function talk(caller: Phone, callee: Phone, number: string): Promise<readonly [PhoneCall, PhoneCall]> {
  const call = caller.dial(number);
  const other = await callee.answer();
  await world.until(() => call.up && other.up);
  return [call, other];
}

/** Median milliseconds of one, after a round to warm up. Each ends with nothing left of it. */
async function measured(play: () => Promise<readonly PhoneCall[]>): Promise<number> {
  const samples: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const before = clock.ms;
    for (let time = 0; time < EACH; time += 1) {
      await play();
      await Promise.all(people.map((phone) => phone.hangup()));
    }
    samples.push((clock.ms - before) / EACH);
    for (const phone of people) phone.calls.length = 0;
  }
  return median(samples.slice(1));
}

/** Time spent in the exchange's kernel: what others do is not counted. */
function stopwatch(): { ms: number } {
  const { kernel } = exchange.host;
  const spent = { ms: 0 };
  let depth = 0;
  const timed = <T>(act: () => T): T => {
    const started = performance.now();
    depth += 1;
    try {
      return act();
    } finally {
      depth -= 1;
      if (depth === 0) spent.ms += performance.now() - started;
    }
  };
  const [input, runDue] = [kernel.input.bind(kernel), kernel.runDue.bind(kernel)];
  kernel.input = (step, act) => timed(() => input(step, act));
  kernel.runDue = () => timed(runDue);
  return spent;
}
