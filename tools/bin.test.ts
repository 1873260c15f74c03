import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';

const home = realpathSync(mkdtempSync(join(tmpdir(), 'strowger-bin-')));
after(() => rmSync(home, { recursive: true }));

const script = join(import.meta.dirname, '..', 'bin', 'strowger.js');

/** Makes one process take itself for Node 20; the one it starts is what it is. */
const aged = join(home, 'aged.cjs');
writeFileSync(
  aged,
  `if (!process.env.AGED) {
    process.env.AGED = '1';
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } });
    Object.defineProperty(process, 'version', { value: 'v20.1.0' });
  }`,
);

const TELLS = 'console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 7;';

let packages = 0;

/** A package with these files beside the real script; returns where the script is. */
function installed(files: Readonly<Record<string, string>>, nodeAt?: string): string {
  packages += 1;
  const root = join(home, `${packages}`, 'node_modules', 'strowger');
  write(join(root, 'package.json'), '{"type":"module"}');
  for (const [name, text] of Object.entries(files)) write(join(root, name), text);
  mkdirSync(join(root, 'bin'));
  copyFileSync(script, join(root, 'bin', 'strowger.js'));
  if (nodeAt !== undefined) {
    const node = join(root, nodeAt, `node-${process.platform}-${process.arch}`, 'bin', 'node');
    mkdirSync(dirname(node), { recursive: true });
    symlinkSync(process.execPath, node);
  }
  return join(root, 'bin', 'strowger.js');
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function run(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

test('what was built runs, with its arguments and exit code', () => {
  const bin = installed({ 'dist/bundle/main.js': TELLS, 'src/main.ts': 'throw new Error("the sources ran")' });
  const { status, stdout, stderr } = run(bin, 'calls', '--json');
  assert.deepEqual([status, stdout, stderr], [7, '["calls","--json"]\n', '']);
});

test('a main that is exported gets the arguments and gives the exit code', () => {
  const main = 'export async function main(argv) { console.log(argv.join()); return 3; }';
  const { status, stdout } = run(installed({ 'dist/bundle/main.js': main }), 'a', 'b');
  assert.deepEqual([status, stdout], [3, 'a,b\n']);
});

test('a checkout that was not built runs its sources', () => {
  const bin = installed({ 'src/main.ts': `const code: number = 5;\nprocess.exitCode = code;` });
  // Node strips no types below node_modules: a checkout lies elsewhere.
  const checkout = join(home, 'checkout');
  symlinkSync(dirname(dirname(bin)), checkout);
  const { status, stderr } = run(
    '--preserve-symlinks',
    '--preserve-symlinks-main',
    join(checkout, 'bin', 'strowger.js'),
  );
  assert.deepEqual([status, stderr], [5, '']);
});

test('it is found through a link, as npm installs it', () => {
  const bin = installed({ 'dist/bundle/main.js': TELLS });
  const link = join(home, 'link');
  symlinkSync(bin, link);
  assert.equal(run(link, 'x').stdout, '["x"]\n');
});

test('below Node 24 it says in one sentence what to do', () => {
  const { status, stdout, stderr } = run('--require', aged, installed({ 'dist/bundle/main.js': TELLS }), 'start');
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^strowger: Strowger needs Node 24 or newer and this is v20\.1\.0: install it from \S+\n$/);
});

test('below Node 24 it goes on in the Node that was installed with it, within or beside', () => {
  for (const at of ['node_modules', '..']) {
    const { status, stdout } = run('--require', aged, installed({ 'dist/bundle/main.js': TELLS }, at), 'calls', '-x');
    assert.deepEqual([status, stdout], [7, '["calls","-x"]\n'], at);
  }
});

test('signals reach the Node gone on in, and its end is the end', async () => {
  const waits = `process.on('SIGTERM', () => process.exit(9)); setInterval(() => {}, 1000); console.log('up');`;
  const child = hopping(waits);
  await once(child.stdout ?? child, 'data');
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [9, null]);
});

test('a Node that is killed is passed on as killed', async () => {
  const child = hopping(`process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000);`);
  assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL']);
});

function hopping(main: string): ChildProcess {
  const bin = installed({ 'dist/bundle/main.js': main }, '..');
  return spawn(process.execPath, ['--require', aged, bin], { stdio: ['ignore', 'pipe', 'inherit'] });
}
