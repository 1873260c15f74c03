import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Configured, configure, read } from '../../src/configure.ts';
import { createLog } from '../../src/node/log.ts';
import { reload } from '../../src/reload.ts';
import { type Configuration, PASSWORD, phoneOf, startExchange, World } from '../../testing/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'strowger-reload-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'strowger.config.ts');

/** 500 waits, then refuses with what another file says. */
function write(status: number, rest = ''): void {
  writeFileSync(join(folder, 'status.ts'), `export const status: number = ${status};\n`);
  writeFileSync(
    file,
    `import { defineConfig } from 'strowger';
import { status } from './status.ts';
export default defineConfig({
  endpoints: { 101: { secret: '${PASSWORD}' } },
  dialplan: (d) =>
    d.on('500', async (call) => {
      await call.wait('5s');
      return call.hangup({ status, reasonPhrase: 'As The File Says' });
    }),
  ${rest}
});
`,
  );
}

test('a script in progress keeps its code; the next call has the new one, of every file', async () => {
  const world = new World();
  write(410);
  const exchange = await startExchange(world, { configuration: (await read(file)).value as Configuration });
  const { kernel } = exchange.host;
  const lines: string[] = [];
  const around = {
    kernel,
    log: createLog({ write: (line) => void lines.push(line) }),
    exchange: exchange.exchange,
    here: { version: '0.0.0', node: 'world' },
    stored: ['900'],
    folder,
  };
  const said = (): readonly string[] =>
    lines.splice(0).map((line) => {
      const { event, change, key, why } = JSON.parse(line) as Readonly<Record<string, string>>;
      return [event, change, key, why?.split('\n')[1]?.replace(/^.*?: /, '')]
        .filter((one) => one !== undefined)
        .join(' ');
    });
  const alice = phoneOf(world, exchange, 'alice', { number: '101', address: '10.0.0.11' });
  await alice.register();
  let followed: Configured = await configure(file, kernel.crypto);

  const first = alice.dial('500');
  await world.after('1s');
  write(603);
  followed = await reload(followed, around);
  assert.deepEqual(said(), ['reload.changed changed dialplan', 'reloaded']);
  const second = alice.dial('500');
  await world.until(() => first.ended && second.ended);
  assert.deepEqual([first.refusal?.status, second.refusal?.status], [410, 603]);

  write(404, "realm: 'elsewhere',");
  assert.equal(await reload(followed, around), followed);
  assert.deepEqual(said(), [
    'reload.refused The key realm cannot change while the exchange runs. Put back what it was, or restart the exchange.',
  ]);
  write(404, "extensions: { 900: { echo: true } },\n  colour: 'blue' as never,");
  assert.equal(await reload(followed, around), followed);
  assert.match(said().join(), /There is no key "colour" here/);
  writeFileSync(file, 'export default {');
  assert.equal(await reload(followed, around), followed);
  assert.match(said().join(), /This is not well-formed/);
  const third = alice.dial('500');
  await world.until(() => third.ended);
  assert.equal(third.refusal?.status, 603, 'none of them changed anything');
  assert.deepEqual(world.faults, []);
});
