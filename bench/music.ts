/**
 * What music on hold costs: one media thread that plays it to many legs over loopback, 50 packets a second each. `node bench/music.ts
 * [listeners] [seconds]` prints rows as JSON.
 */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { CodecName } from '../src/media/protocol.ts';
import { createLiveKernel } from '../src/node/clock.ts';
import { startMediaWorkers } from '../src/node/media/engine.ts';
import { median, type Row, tell } from './measure.ts';

const LOOPBACK = '127.0.0.1';
const ROUNDS = 3;
const listeners = Number(process.argv[2] ?? 1000);
const seconds = Number(process.argv[3] ?? 5);

/** Takes everything and keeps nothing; tells how much it was. */
const SINK = `
  const { parentPort } = require('node:worker_threads');
  const socket = require('node:dgram').createSocket({ type: 'udp4', recvBufferSize: 8_000_000 });
  let heard = 0;
  socket.on('message', () => { heard += 1; });
  socket.bind(0, '${LOOPBACK}', () => parentPort.postMessage(socket.address().port));
  parentPort.on('message', () => parentPort.postMessage(heard));
`;

const sink = new Worker(SINK, { eval: true });
const [port] = (await once(sink, 'message')) as [number];
const rows: Row[] = [];
for (const [codec, payload] of [
  ['PCMU', 0],
  ['opus', 111],
] as const)
  rows.push(await row(codec, payload));
tell(rows);
process.exit(0);

async function row(codec: CodecName, payload: number): Promise<Row> {
  const started: Worker[] = [];
  const { engine } = await startMediaWorkers({
    kernel: createLiveKernel({ onFault: ({ error }) => console.error(error) }),
    count: 1,
    addresses: [LOOPBACK],
    ports: undefined,
    sounds: [fileURLToPath(new URL('../sounds', import.meta.url))],
    poolSize: listeners,
    onStart: (worker) => started.push(worker),
  });
  for (let at = 0; at < listeners; at += 1) {
    const session = engine.session(LOOPBACK, () => undefined);
    if (session === undefined) throw new Error('no ports are free');
    const send = { payload, codec };
    const remote = { address: LOOPBACK, port };
    session.connect({ remote, send, receive: [send], events: undefined, ptime: 20, latch: false, epoch: 1 });
    session.hear({ kind: 'music' });
  }
  const [thread] = started;
  if (thread === undefined) throw new Error('no media thread');
  await pause(2);
  const shares: number[] = [];
  const packets: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [before, heard, from] = [await thread.cpuUsage(), await arrived(), performance.now()];
    await pause(seconds);
    const { user, system } = await thread.cpuUsage(before);
    const ms = performance.now() - from;
    shares.push((user + system) / 10 / ms);
    packets.push((((await arrived()) - heard) * 1000) / ms);
  }
  await thread.terminate();
  return {
    operation: `music on hold, ${listeners} listeners, ${codec}, dgram`,
    measured: `${median(shares).toFixed(0)} % of a core, ${median(packets).toFixed(0)} packets a second arrive`,
    beside: '',
    atMost: codec === 'PCMU' ? '≤ 70 %' : '',
  };
}

async function arrived(): Promise<number> {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  sink.postMessage('how many');
  const [heard] = (await once(sink, 'message')) as [number];
  return heard;
}

function pause(length: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, length * 1000));
}
