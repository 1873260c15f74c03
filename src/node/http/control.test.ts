import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { after, type TestContext, test } from 'node:test';
import { contract } from '../../api/index.ts';
import { ask } from '../cli/control-client.ts';
import { createLiveKernel } from '../clock.ts';
import { openControl } from './control.ts';
import { shown } from './exchange-view.test.ts';

const home = mkdtempSync(join(tmpdir(), 'strowger-control-'));
after(() => rmSync(home, { recursive: true }));

function folder(): string {
  return mkdtempSync(join(home, 'data-'));
}

const faults: string[] = [];
const kernel = createLiveKernel({ onFault: (fault) => faults.push(`${fault.step}: ${String(fault.error)}`) });

async function control(t: TestContext, at: string, view = shown()) {
  const open = await openControl({ kernel, view, folder: at });
  t.after(() => open.close());
  return open;
}

test('the API answers on a socket that only its owner can open', async (t) => {
  const data = folder();
  const mask = process.umask();
  const { path } = await control(t, data);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.ok(statSync(path).isSocket());
  assert.equal(process.umask(), mask);
  assert.deepEqual(await ask(data, 'GET', '/api/status', contract.status), shown().status());
  assert.deepEqual(await ask(data, 'GET', '/api/version', contract.version), { version: '1.2.3' });
});

test('whoever reaches the socket needs no key, and may do everything', async (t) => {
  const data = folder();
  await control(t, data);
  assert.deepEqual(await ask(data, 'GET', '/api/token', contract.key), { name: 'control socket', scopes: ['admin'] });
});

test('ids travel whole, a refusal keeps its code', async (t) => {
  const data = folder();
  const asked: string[] = [];
  await control(t, data, shown({ hangup: (id) => asked.push(id) > 1 }));
  const id = 'a/b?c %2f#\u00e9';
  const path = `/api/calls/${encodeURIComponent(id)}`;
  await assert.rejects(ask(data, 'DELETE', path, contract.ended), { code: 'E_NO_CALL' });
  assert.deepEqual(await ask(data, 'DELETE', path, contract.ended), { ended: true });
  assert.deepEqual(asked, [id, id]);
});

test('a handler that throws is a fault of the step and a 500 for the caller', async (t) => {
  const data = folder();
  const broken = () => {
    throw new Error('our mistake');
  };
  await control(t, data, shown({ calls: broken }));
  await assert.rejects(ask(data, 'GET', '/api/calls', contract.status), { code: 'E_INTERNAL' });
  assert.deepEqual(faults.splice(0), ['api: Error: our mistake']);
});

test('a second exchange is refused, the first goes on; closing takes the socket away', async () => {
  const data = folder();
  const first = await openControl({ kernel, view: shown(), folder: data });
  await assert.rejects(openControl({ kernel, view: shown(), folder: data }), { code: 'E_RUNNING' });
  assert.deepEqual(await ask(data, 'GET', '/api/version', contract.version), { version: '1.2.3' });
  await first.close();
  assert.ok(!existsSync(first.path));
  await assert.rejects(ask(data, 'GET', '/api/version', contract.version), { code: 'E_NOT_RUNNING' });
});

test('the socket that a killed exchange left is taken over', async (t) => {
  const data = folder();
  const path = join(data, 'control.sock');
  const program = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`;
  const killed = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(killed.stdout, 'data');
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  assert.ok(existsSync(path));
  await assert.rejects(ask(data, 'GET', '/api/version', contract.version), { code: 'E_NOT_RUNNING' });
  await control(t, data);
  assert.deepEqual(await ask(data, 'GET', '/api/version', contract.version), { version: '1.2.3' });
});

test('a file in the way is left alone, and a path that no socket can have is told', async () => {
  const data = folder();
  writeFileSync(join(data, 'control.sock'), 'precious');
  await assert.rejects(openControl({ kernel, view: shown(), folder: data }), {
    code: 'E_CONTROL',
    message: /in the way/,
  });
  assert.equal(statSync(join(data, 'control.sock')).size, 8);
  await assert.rejects(openControl({ kernel, view: shown(), folder: join(data, 'x'.repeat(120)) }), {
    code: 'E_CONTROL',
    message: /too long/,
  });
});

test('what is no exchange, or one that speaks otherwise, is told as such', async (t) => {
  const data = folder();
  const stranger = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'));
  stranger.listen(join(data, 'control.sock'));
  await once(stranger, 'listening');
  t.after(() => stranger.close());
  await assert.rejects(ask(data, 'GET', '/api/version', contract.version), { code: 'E_ANSWER' });
});
