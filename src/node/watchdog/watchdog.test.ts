import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

const MODULE = JSON.stringify(new URL('index.ts', import.meta.url).href);

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly events: readonly { readonly event: string; readonly doing?: string; readonly level: string }[];
  readonly out: string;
}

/** Runs a script that stands still at `stand()`: until its watchdog has spoken, where it goes on, else for ever. */
async function run(body: string, goesOn: boolean): Promise<Ended> {
  const script = `
    import { readSync } from 'node:fs';
    import { startWatchdog } from ${MODULE};
    const stand = () => readSync(0, new Uint8Array(1));
    // A thread that has just begun to watch has nothing to compare yet; and nothing keeps the process alive meanwhile.
    const seen = async (dog) => {
      const held = setInterval(() => undefined, 1000);
      await dog.seen();
      clearInterval(held);
    };
    ${body}
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const spoken = err.includes('watchdog.stuck');
    err += text;
    if (!spoken && err.includes('watchdog.stuck') && goesOn) child.stdin.write('.');
  });
  const [code, signal] = (await once(child, 'close')) as [Ended['code'], Ended['signal']];
  const lines = err.split('\n').filter((line) => line.startsWith('{'));
  return { code, signal, out, events: lines.map((line) => JSON.parse(line)) };
}

test('a loop without end is named, and ends the process by a signal that a supervisor sees', async () => {
  const { signal, events, out } = await run(
    `
    const dog = startWatchdog({ warnAfter: 1000, endAfter: 2000 });
    await seen(dog);
    dog.note('script of 600');
    stand();
    process.stdout.write('went on');
  `,
    false,
  );
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
  const { code, events, out } = await run(
    `
    const dog = startWatchdog({ warnAfter: 1000, endAfter: 60_000 });
    await seen(dog);
    dog.note('a long sum');
    stand();
    dog.note('nothing');
    await seen(dog);
    process.stdout.write('went on');
  `,
    true,
  );
  assert.equal(code, 0);
  assert.equal(out, 'went on');
  assert.deepEqual(
    events.map(({ event }) => event),
    ['watchdog.stuck', 'watchdog.recovered'],
  );
  assert.equal(events[0]?.doing, 'a long sum');
});
