import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { test } from 'node:test';
import { createLog, logEvent } from './log.ts';

function logged(level?: 'warn'): { log: ReturnType<typeof createLog>; lines: string[] } {
  const lines: string[] = [];
  return { log: createLog({ ...(level === undefined ? {} : { level }), write: (line) => lines.push(line) }), lines };
}

test('an event is one JSON line with its name, facts, level and time', () => {
  const { log, lines } = logged();
  logEvent(log, 'call answered', { call: 'c1', by: '102\n{"event":"forged"}' });
  assert.equal(lines.length, 1);
  assert.equal(lines[0]?.trimEnd().includes('\n'), false);
  const { time, ...rest } = JSON.parse(lines[0] ?? '');
  assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000);
  assert.deepEqual(rest, { level: 'info', event: 'call answered', call: 'c1', by: '102\n{"event":"forged"}' });
});

test('a log that cannot be written costs its lines and nothing else', () => {
  const full = openSync('/dev/full', 'w');
  const script = `
    import { setImmediate } from 'node:timers/promises';
    import { createLog, logEvent } from ${JSON.stringify(new URL('log.ts', import.meta.url).href)};
    const log = createLog({});
    for (let turn = 0; turn < 200; turn += 1) {
      logEvent(log, 'lost');
      await setImmediate();
    }
    process.stdout.write('alive');
  `;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', full],
    encoding: 'utf8',
  });
  closeSync(full);
  assert.deepEqual([status, stdout], [0, 'alive']);
});

test('what is below the level is not written', () => {
  const { log, lines } = logged('warn');
  logEvent(log, 'quiet');
  logEvent(log, 'loud', {}, 'warn');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).event),
    ['loud'],
  );
});

test('secrets are never written, at the top or one level down', () => {
  const { log, lines } = logged();
  const secrets = { password: 'sesame', ha1: 'sesame', authorization: 'Digest sesame', sha256: 'sesame' };
  logEvent(log, 'account', { ...secrets, account: { number: '101', ...secrets } });
  assert.doesNotMatch(lines.join(''), /sesame/);
  assert.equal(JSON.parse(lines[0] ?? '').account.number, '101');
});
