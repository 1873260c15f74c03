import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

const MODULE = JSON.stringify(new URL('index.ts', import.meta.url).href);

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly events: readonly { readonly event: string; readonly doing?: string; readonly level: string }[];
  readonly out: string;
}

async function run(body: string): Promise<Ended> {
  const script = `
    import { setTimeout as sleep } from 'node:timers/promises';
    import { startWatchdog } from ${MODULE};
    const compute = (ms) => { for (const until = performance.now() + ms; performance.now() < until; ); };
    const settled = () => sleep(1500);
    ${body}
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  const lines = err.split('\n').filter((line) => line.startsWith('{'));
  return { code, signal, out, events: lines.map((line) => JSON.parse(line)) };
}

test('a loop without end is named, and ends the process by a signal that a supervisor sees', async () => {
  const { signal, events, out } = await run(`
    const dog = startWatchdog({ warnAfter: 400, endAfter: 1200 });
    await settled();
    dog.note('script of 600');
    compute(60_000);
    process.stdout.write('went on');
  `);
  assert.equal(signal, 'SIGKILL');
  assert.equal(out, '');
  assert.deepEqual(
    events.map(({ event, doing }) => [event, doing]),
    [
      ['watchdog.stuck', 'script of 600'],
      ['watchdog.ended', 'script of 600'],
    ],
  );
});

test('a pause that ends is told and outlived; a loop that turns is left alone; it keeps no process alive', async () => {
  const { code, events, out } = await run(`
    const dog = startWatchdog({ warnAfter: 400, endAfter: 60_000 });
    await settled();
    dog.note('a long sum');
    compute(1500);
    dog.note('nothing');
    await settled();
    process.stdout.write('went on');
  `);
  assert.equal(code, 0);
  assert.equal(out, 'went on');
  assert.deepEqual(
    events.map(({ event }) => event),
    ['watchdog.stuck', 'watchdog.recovered'],
  );
  assert.equal(events[0]?.doing, 'a long sum');
});
