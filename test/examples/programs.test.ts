import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import { WebSocket } from 'ws';

const FOLDER = join(import.meta.dirname, '..', '..', 'examples');
const PROTOCOL = 'strowger.audio.v1';
const children: ChildProcess[] = [];

/** Starts an example on a free port; its lines. */
async function started(name: string): Promise<{ readonly url: string; readonly lines: string[] }> {
  const child = spawn(process.execPath, [join(FOLDER, name), '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const lines: string[] = [];
  const out = createInterface(child.stdout);
  const [url] = (await once(out, 'line')) as [string];
  out.on('line', (line) => lines.push(line));
  return { url, lines };
}

async function connected(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, [PROTOCOL]);
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'start', rate: 16_000, format: 's16le' }));
  return socket;
}

/** A frame of 20 ms: of a tone, or of silence. */
function frame(loud: boolean): Buffer {
  const octets = Buffer.alloc(640);
  for (let at = 0; at < (loud ? 320 : 0); at += 1) octets.writeInt16LE(Math.round(9000 * Math.sin(at / 4)), at * 2);
  return octets;
}

after(() => {
  for (const child of children) child.kill();
});

describe('programs to connect calls with', () => {
  test('echo-program.ts gives back what it hears', async () => {
    const { url } = await started('echo-program.ts');
    const socket = await connected(url);
    const heard = once(socket, 'message');
    socket.send(frame(true));
    assert.deepEqual((await heard)[0], frame(true));
    socket.close();
    await once(socket, 'close');
  });

  test('counting-program.ts counts words, answers each, and hangs up in the end', async () => {
    const { url, lines } = await started('counting-program.ts');
    const socket = await connected(url);
    const told: string[] = [];
    let octets = 0;
    const hungUp = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer, binary) => {
        if (binary) octets += data.length;
        else told.push((JSON.parse(String(data)) as { type: string }).type);
        if (told.at(-1) === 'mark') socket.send(JSON.stringify({ type: 'mark', name: 'goodbye' }));
        if (told.at(-1) === 'hangup') resolve();
      });
    });
    // Two words, and a click that is none.
    for (const [loud, ms] of [
      [false, 500],
      [true, 300],
      [false, 400],
      [true, 40],
      [false, 400],
      [true, 700],
      [false, 8100],
    ] as const)
      for (let at = 0; at < ms; at += 20) socket.send(frame(loud));
    await hungUp;
    assert.deepEqual(told, ['flush', 'flush', 'flush', 'mark', 'hangup']);
    assert.equal(octets, (2 * 200 + 400) * 32);
    assert.deepEqual(lines, ['word 1, 300 ms', 'word 2, 700 ms', '2 words']);
    socket.close();
    await once(socket, 'close');
  });

  test('counting-program.ts sends who presses 0 to 800', async () => {
    const { url } = await started('counting-program.ts');
    const socket = await connected(url);
    const asked = once(socket, 'message');
    socket.send(JSON.stringify({ type: 'digit', digit: '0', ms: 100 }));
    assert.deepEqual(JSON.parse(String((await asked)[0])), { type: 'goto', number: '800' });
    socket.close();
    await once(socket, 'close');
  });
});
