import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readWave } from '../../tools/sounds/wave.ts';
import { Baresip } from '../wire/peers/baresip.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'strowger-package-'));

interface Ready {
  readonly sip: { readonly udp: readonly string[] };
  readonly http: string;
}

before(() => {
  npm(ROOT, 'run', '--silent', 'build');
  npm(ROOT, 'pack', '--silent', '--pack-destination', folder);
  const [tarball = ''] = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  npm(folder, 'install', '--no-audit', '--no-fund', '--omit=dev', `./${tarball}`);
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('installed from its tarball in an empty folder it starts, and a phone hears the prompt', async () => {
  const bin = join(folder, 'node_modules', 'strowger', 'bin', 'strowger.js');
  const options = `--bind 127.0.0.1 --sip-port 0 --http-port 0 --rtp-ports 0 --data ${folder}/data --demo-password secret`;
  const server = spawn(process.execPath, [bin, 'start', ...options.split(' ')]);
  try {
    const { sip, http } = await ready(server);
    const page = await (await fetch(http)).text();
    const [script = ''] = /\/assets\/console-[0-9a-f]+\.js/.exec(page) ?? [];
    assert.equal((await fetch(`${http}${script}`)).headers.get('content-type'), 'text/javascript; charset=utf-8');
    const [address = ''] = sip.udp;
    const [host = '', port = ''] = address.split(':');
    const alice = await Baresip.start({
      number: '101',
      tone: 620,
      registrar: { host, sipPort: Number(port), password: 'secret' },
    });
    try {
      const prompt = readWave(readFileSync(join(ROOT, 'sounds', 'demo', 'weasels.wav')));
      assert.ok(prompt !== undefined);
      const start = alice.mark();
      await alice.dial('800');
      await alice.established();
      await alice.hearsPrompt(prompt, start);
      await alice.closed();
    } finally {
      await alice.stop();
    }
  } finally {
    server.kill('SIGTERM');
    const [code] = (await once(server, 'exit')) as [number | null];
    assert.equal(code, 0);
  }
});

test('its check reads a configuration in TypeScript and in YAML, and names each mistake', () => {
  const bin = join(folder, 'node_modules', 'strowger', 'bin', 'strowger.js');
  const check = (name: string, text: string): { readonly status: number | null; readonly said: string } => {
    writeFileSync(join(folder, name), text);
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'check', name], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { status, said: stdout + stderr };
  };
  const typed = `import { defineConfig } from 'strowger';
    export default defineConfig({ endpoints: { 101: { secret: 'x' } }, dialplan: (d) => void d.on('600', (c) => c.echo()) });`;
  assert.deepEqual(check('strowger.config.ts', typed), {
    status: 0,
    said: 'strowger.config.ts has no mistakes (endpoints: 1, extensions: 0).\n',
  });
  assert.equal(check('good.yaml', 'endpoints:\n  101: { secret: x }\n').status, 0);
  const bad = check('bad.yaml', 'endpoints:\n  101: { secret: x, seccret: y }\nsessionTimer: 10s\n');
  assert.notEqual(bad.status, 0);
  assert.match(bad.said, /bad\.yaml:2\b.*seccret/);
  assert.match(bad.said, /bad\.yaml:3\b/);
});

test('a user writes a dialplan and tests it with the exported kit', () => {
  const script = `
    import { dialplan } from 'strowger';
    import { World, startExchange, phoneOf, quiet } from 'strowger/testing';
    const rules = (d) => d.on('900', (call) => call.play('beep'));
    dialplan(rules);
    const world = new World();
    const exchange = await startExchange(world, { rules, features: [] });
    const alice = phoneOf(world, exchange, 'alice', { number: '101', address: '10.0.0.11' });
    await alice.register();
    const call = alice.dial('900');
    await world.until(() => call.ended);
    await quiet(world);
    console.log(call.status.join(' '));
  `;
  writeFileSync(join(folder, 'mine.mjs'), script);
  const said = execFileSync(process.execPath, ['mine.mjs'], { cwd: folder, encoding: 'utf8' });
  assert.equal(said.trim(), '200');
});

function npm(cwd: string, ...args: readonly string[]): void {
  execFileSync('npm', args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}

async function ready(server: ChildProcess): Promise<Ready> {
  let text = '';
  for await (const chunk of server.stdout ?? []) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return JSON.parse(text) as Ready;
}
