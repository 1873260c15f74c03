import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { withRow } from './reliability.ts';
import { run } from './run.ts';
import type { TestRung } from './rungs.ts';

const home = mkdtempSync(join(tmpdir(), 'strowger-run-'));
after(() => rmSync(home, { recursive: true }));

let files = 0;

function testFile(code: string): string {
  const path = join(home, `${files++}.test.mjs`);
  writeFileSync(path, `import assert from 'node:assert';\nimport { describe, test } from 'node:test';\n${code}\n`);
  return path;
}

/** Runs one rung of these files; its counts, and everything it said. */
async function climbed(rung: Partial<TestRung>, root = false, path = process.env['PATH']) {
  const said: string[] = [];
  const whole: TestRung = {
    kind: 'tests',
    name: 'mine',
    files: [],
    isolated: false,
    env: {},
    needs: [],
    minutes: 1,
    ...rung,
  };
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined, PATH: path };
  const counts = await run(whole, { env, root, say: (text) => void said.push(text) });
  return { counts, said: said.join('\n') };
}

for (const isolated of [false, true]) {
  const how = isolated ? 'a process each' : 'one process';

  test(`${how}: passed, failed and skipped tests are counted, failures shown, marks not`, async () => {
    const good = testFile(`test('fine', () => {}); console.log('counts nothing');`);
    const bad = testFile(
      `describe('all', () => { test('wrong', () => assert.fail('no tone')); test.skip('later'); });`,
    );
    const { counts, said } = await climbed({ files: [good, bad], isolated });
    assert.deepEqual(counts, { passed: 1, failed: 1, skipped: 1 });
    assert.match(said, /✗ wrong .*\n {2}no tone/);
    assert.match(said, /- skipped: later/);
    assert.ok(!said.includes('\u001e') && !said.includes('"what"'), said);
  });

  test(`${how}: a rung that hangs is ended, and says who had not finished`, async () => {
    const file = testFile(
      `test('quick', () => {}); test('waits for a call that nobody makes', () => new Promise(() => setInterval(() => {}, 1000)));`,
    );
    const { counts, said } = await climbed({ files: [file], isolated, minutes: 0.03 });
    assert.deepEqual(counts, { passed: 1, failed: 1, skipped: 0 });
    assert.match(said, /mine: not over after 0\.03 minutes; unfinished:\n {2}waits for a call that nobody makes \(/);
    assert.doesNotMatch(said, / {2}quick/);
  });
}

test('a run that dies names who it died in', async () => {
  const file = testFile(
    `test('fatal', async () => { await null; setImmediate(() => process.kill(process.pid, 'SIGKILL')); await new Promise(() => {}); });`,
  );
  const { counts, said } = await climbed({ files: [file] });
  assert.deepEqual(counts, { passed: 0, failed: 1, skipped: 0 });
  assert.match(said, /no result; unfinished:\n {2}fatal/);
});

test('files without tests, and no files, are failures', async () => {
  assert.equal((await climbed({ files: [testFile('')] })).counts.failed, 1);
  assert.equal((await climbed({})).counts.failed, 1);
});

/** A folder of programs in which apt-get makes what it is asked for, unless it cannot. */
function programs(works: boolean): string {
  const folder = mkdtempSync(join(home, 'bin-'));
  const makes = works
    ? `[ "$1" = install ] && printf '#!/bin/sh\\n' > ${folder}/ringer && /bin/chmod +x ${folder}/ringer; exit 0`
    : 'echo E: no network; exit 100';
  writeFileSync(join(folder, 'apt-get'), `#!/bin/sh\n[ "$DEBIAN_FRONTEND" = noninteractive ] || exit 9\n${makes}\n`);
  chmodSync(join(folder, 'apt-get'), 0o755);
  return folder;
}

const needs = [{ program: 'ringer', debian: 'ringer-core' }];

test('a missing program is installed by root, and the tests run', async () => {
  const { counts, said } = await climbed(
    { files: [testFile(`test('rings', () => {});`)], needs },
    true,
    programs(true),
  );
  assert.deepEqual([counts, said], [{ passed: 1, failed: 0, skipped: 0 }, '']);
});

test('when it cannot be installed, or may not, the sentence says what to do', async () => {
  const several = [testFile(`test('rings', () => {});`)];
  const sentence = /mine: install first: apt-get install -y --no-install-recommends ringer-core$/;
  const offline = await climbed({ files: several, needs }, true, programs(false));
  assert.match(offline.said, sentence);
  assert.match(offline.said, /^E: no network\n/);
  assert.equal(offline.counts.failed, 1);
  const user = await climbed({ files: several, needs }, false, programs(true));
  assert.match(user.said, sentence);
});

test('the runner refuses what it does not understand, and explains itself', () => {
  const runner = join(import.meta.dirname, 'test.ts');
  const asked = (...args: readonly string[]) =>
    spawnSync(process.execPath, [runner, ...args], { encoding: 'utf8', input: '' });
  const refused = asked('wires', '--loud');
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /^not understood: wires --loud\n\nUsage: /);
  const help = asked('--help');
  assert.equal(help.status, 0);
  for (const word of ['fast', 'long', 'chaos', 'wire', 'STROWGER_SEEDS']) assert.ok(help.stdout.includes(word), word);
});

test('the reliability page gets a row and keeps the last twenty', () => {
  const result = { rungs: 'chaos', seeds: '50', passed: 7, failed: 0, minutes: 1.25 };
  let page = '';
  for (let day = 10; day < 35; day++) page = withRow(page, `2026-01-${day}`, 'abc1234', result);
  const rows = page.split('\n').filter((line) => line.startsWith('| 2026'));
  assert.equal(rows.length, 20);
  assert.equal(rows.at(-1), '| 2026-01-34 | abc1234 | chaos | 50 | 7 | 0 | 1.3 |');
  assert.match(page, /^# Reliability\n/);
  assert.equal(page.match(/^# /gm)?.length, 1);
});
