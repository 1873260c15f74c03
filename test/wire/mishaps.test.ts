import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { until } from './peers/until.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PROGRAM = join(ROOT, 'bin', 'strowger.js');
const SECONDS = 1000;
/** Without calls there is nothing to wait for. */
const LEAVES_WITHIN = 8 * SECONDS;

const folder = mkdtempSync(join(tmpdir(), 'strowger-mishaps-'));
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

let started = 0;

interface Started {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string | null>;
}

function start(options: readonly string[], stderr: 'pipe' | number = 'pipe', env: NodeJS.ProcessEnv = {}): Started {
  started += 1;
  const data = join(folder, `data${started}`);
  const ports = options.includes('--config') ? [] : ['--sip-port', '0', '--http-port', '0', '--bind', '127.0.0.1'];
  const child = spawn(process.execPath, [PROGRAM, 'start', '--data', data, '--json', ...ports, ...options], {
    stdio: ['ignore', 'pipe', stderr],
    env: { ...process.env, ...env },
  });
  children.push(child);
  const heard = { out: '', err: '' };
  child.stdout?.on('data', (chunk: Buffer) => (heard.out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (heard.err += chunk.toString()));
  const ended = once(child, 'exit').then(([code, signal]) => (signal as string | null) ?? (code as number | null));
  return { child, out: () => heard.out, err: () => heard.err, ended };
}

function ready({ out, err }: Started): Promise<unknown> {
  return until('the ready line', async () => out().includes('"ready":true'), 12 * SECONDS, err);
}

function leaves({ ended, err }: Started): Promise<number | string | null> {
  const late = setTimeout(LEAVES_WITHIN, undefined, { ref: false }).then(
    () => `still there after it was told\n${err()}`,
  );
  return Promise.race([ended, late]);
}

function configuration(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const LISTEN = 'listen: { addresses: [127.0.0.1], sip: 0, tls: off, ws: off, wss: off, http: 0 }\n';

describe('mishaps of the process', () => {
  test('SIGHUP at the very moment of being ready reads the configuration again', async () => {
    const file = configuration('hup.yaml', `${LISTEN}endpoints: { 101: { secret: x } }\n`);
    const one = start(['--config', file]);
    one.child.stdout?.once('data', () => one.child.kill('SIGHUP'));
    await ready(one);
    await until('the reload', async () => one.err().includes('"event":"reloaded"'), 10 * SECONDS, one.err);
    one.child.kill('SIGTERM');
    assert.equal(await leaves(one), 0);
  });

  test('whose terminal vanished leaves at the first SIGTERM', async () => {
    const one = start([]);
    await ready(one);
    one.child.stdout?.destroy();
    one.child.stderr?.destroy();
    one.child.kill('SIGTERM');
    assert.equal(await leaves(one), 0);
  });

  test('nobody reads what it says: it starts, and leaves at the first SIGTERM', async () => {
    const fifo = join(folder, 'full');
    execFileSync('mkfifo', [fifo]);
    const fill = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    const block = Buffer.alloc(4096, 'x');
    assert.throws(() => {
      for (;;) writeSync(fill, block);
    }, /EAGAIN/);
    const stderr = openSync(fifo, constants.O_RDWR);
    const one = start(['--demo-password', 'sesame'], stderr);
    await ready(one);
    one.child.kill('SIGTERM');
    assert.equal(await leaves(one), 0);
    closeSync(stderr);
    closeSync(fill);
  });

  test('whose database thread died ends with a word why, and not as if all were well', async () => {
    const hook = configuration(
      'kill-store.mjs',
      `import threads from 'node:worker_threads';
       import { syncBuiltinESMExports } from 'node:module';
       const { Worker } = threads;
       threads.Worker = class extends Worker {
         constructor(program, options) {
           super(program, options);
           if (String(program).includes('/store/')) process.on('SIGUSR2', () => this.terminate());
         }
       };
       if (threads.isMainThread) syncBuiltinESMExports();`,
    );
    const env = { NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import ${pathToFileURL(hook).href}` };
    const one = start([], 'pipe', env);
    await ready(one);
    one.child.kill('SIGUSR2');
    assert.equal(await leaves(one), 1, one.err());
    assert.match(one.err(), /E_STORE/);
    assert.match(one.err(), /its thread ended/);
  });

  test('whose dialplan computes for ever is named and ended for its supervisor', async () => {
    const file = configuration(
      'forever.config.ts',
      `export default {
         listen: { addresses: ['127.0.0.1'], sip: 0, tls: 'off', ws: 'off', wss: 'off', http: 0 },
         watchdog: '2s',
         endpoints: { 101: { addresses: ['127.0.0.1'] } },
         dialplan: (plan: any) => plan.on('600', async (call: any) => { for (;;); }),
       };`,
    );
    const one = start(['--config', file]);
    await ready(one);
    const { sip } = JSON.parse(one.out().split('\n')[0] ?? '') as { sip: { udp: string[] } };
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const here = `127.0.0.1:${socket.address().port}`;
    const port = Number(sip.udp[0]?.split(':')[1]);
    socket.send(invite(here), port, '127.0.0.1');
    const ended = await one.ended;
    socket.close();
    assert.equal(ended, 'SIGKILL', one.err());
    assert.match(one.err(), /"event":"watchdog.stuck".*"doing":"script of 600"/);
    assert.match(one.err(), /"event":"watchdog.ended"/);
  });
});

function invite(here: string): string {
  const sdp = `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n`;
  const lines = [
    'INVITE sip:600@127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/UDP ${here};branch=z9hG4bKforever;rport`,
    'Max-Forwards: 70',
    'From: <sip:101@127.0.0.1>;tag=1',
    'To: <sip:600@127.0.0.1>',
    'Call-ID: forever',
    'CSeq: 1 INVITE',
    `Contact: <sip:101@${here}>`,
    'Content-Type: application/sdp',
    `Content-Length: ${sdp.length}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${sdp}`;
}
