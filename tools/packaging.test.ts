import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli, type StartOptions } from '../src/node/cli/index.ts';

const ROOT = join(import.meta.dirname, '..');
const unit = read('packaging/strowger.service');
const dockerfile = read('Dockerfile');

function read(name: string): string {
  return readFileSync(join(ROOT, name), 'utf8');
}

/** Values of a key in the unit. */
function settings(key: string): readonly string[] {
  return [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value);
}

/** Arguments of the instruction of that name, the last of it in the file. */
function instruction(name: string): readonly string[] {
  const [, list = ''] = [...dockerfile.matchAll(new RegExp(`^${name} (\\[.*\\])$`, 'gm'))].at(-1) ?? [];
  return JSON.parse(list) as string[];
}

/** What `strowger start` would be run with; fails when the command line does not understand the words. */
async function understood(words: readonly string[]): Promise<StartOptions> {
  let options: StartOptions | undefined;
  const said: string[] = [];
  const note = (text: string): void => void said.push(text);
  const start = async (given: StartOptions): Promise<void> => void (options = given);
  const code = await runCli(words, { start, check: async () => '', version: '', out: note, err: note });
  assert.equal(code, 0, said.join(''));
  assert.ok(options !== undefined);
  return options;
}

test('the unit starts the command with options it has, on the folder that systemd makes', async () => {
  const [command = '', ...more] = settings('ExecStart');
  assert.deepEqual(more, []);
  const [program, ...words] = command.split(' ');
  assert.equal(program, '/usr/local/bin/strowger');
  const { bin } = JSON.parse(read('package.json')) as { bin: Readonly<Record<string, string>> };
  assert.ok(existsSync(join(ROOT, bin['strowger'] ?? 'none')));
  const options = await understood(words);
  assert.equal(options.data, `/var/lib/${settings('StateDirectory')[0]}`);
  const stop = Number(settings('TimeoutStopSec')[0]) * 1000;
  assert.ok(stop >= options.drainMs + 10_000, 'systemd gives the calls in progress the time that the exchange does');
});

test('the unit gives the exchange no rights that it does not need', () => {
  const strict = {
    DynamicUser: 'yes',
    CapabilityBoundingSet: '',
    AmbientCapabilities: '',
    NoNewPrivileges: 'yes',
    ProtectSystem: 'strict',
    ProtectHome: 'yes',
    KillSignal: 'SIGTERM',
    Restart: 'on-failure',
  };
  for (const [key, value] of Object.entries(strict)) assert.deepEqual(settings(key), [value], key);
  // V8 writes the code it runs.
  assert.deepEqual(settings('MemoryDenyWriteExecute'), []);
});

// Where there is no systemd its opinion cannot be had; a skipped test would count as failed.
if (existsSync('/usr/bin/systemd-analyze'))
  test('systemd understands the unit', () => {
    const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', 'packaging/strowger.service'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const missing = /^strowger\.service: Command \S+ is not executable: No such file or directory$/;
    assert.deepEqual(
      stderr.split('\n').filter((line) => line !== '' && !missing.test(line)),
      [],
    );
  });

test('the image runs the command with options it has, as a user who owns the data folder, and asks for its health', async () => {
  const [node, program = '', ...rest] = [...instruction('ENTRYPOINT'), ...instruction('CMD')];
  assert.equal(node, 'node');
  assert.ok(existsSync(join(ROOT, program)), program);
  const options = await understood(rest);
  assert.match(
    dockerfile,
    new RegExp(`^RUN install -d -o node .*${options.data}$\nUSER node\nVOLUME ${options.data}$`, 'm'),
  );
  assert.ok(dockerfile.includes(`http://127.0.0.1:${options.httpPort}/health`));
  const [, exposed = ''] = /^EXPOSE (.*)$/m.exec(dockerfile) ?? [];
  const { sipPort, tlsPort, wsPort, wssPort, rtpPorts } = options;
  const streams = [sipPort, tlsPort, wsPort, wssPort].map((port) => `${port}/tcp`);
  assert.deepEqual(exposed.split(' '), [`${sipPort}/udp`, ...streams, `${rtpPorts?.from}-${rtpPorts?.to}/udp`]);
});

test('what the image is built of is there, and is let through', () => {
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, names = '']) => names.split(' '));
  assert.ok(copied.length > 5);
  const allowed = read('.dockerignore')
    .split('\n')
    .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
  for (const name of copied) {
    assert.ok(existsSync(join(ROOT, name)), name);
    assert.ok(allowed.includes(name), `${name} in .dockerignore`);
  }
  const [, image] = /^FROM (\S+)$/m.exec(dockerfile) ?? [];
  assert.match(image ?? '', /^node:24-slim$/);
});
