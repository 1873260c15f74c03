/**
 * What music on hold costs: one media thread that plays it to many legs over loopback, 50 packets a second each. A packet that was
 * sent and did not arrive is lost; one that was due and not sent was left out, because the thread did not get the processor for 200 ms.
 * `node bench/music.ts [listeners] [seconds]` prints rows as JSON.
 */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { MediaSession } from '../src/media/engine.ts';
import type { CodecName } from '../src/media/protocol.ts';
import { createLiveKernel } from '../src/node/clock.ts';
import { startMediaWorkers } from '../src/node/media/engine.ts';
import { median, type Row, tell } from './measure.ts';

const LOOPBACK = '127.0.0.1';
const ROUNDS = 3;
/** Packets a second of a leg. */
const RATE = 50;
const listeners = Number(process.argv[2] ?? 1000);
const seconds = Number(process.argv[3] ?? 5);
/** Sockets that listen: what all of them get in one turn must not fill the room of one. */
const EARS = 20;

/** Takes everything and keeps nothing; tells how much it was. */
const SINK = `
  const { parentPort } = require('node:worker_threads');
  const { createSocket } = require('node:dgram');
  const ports = [];
  let heard = 0;
  for (let at = 0; at < ${EARS}; at += 1) {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4_000_000 });
    socket.on('message', () => { heard += 1; });
    socket.bind(0, '${LOOPBACK}', () => {
      ports.push(socket.address().port);
      if (ports.length === ${EARS}) parentPort.postMessage(ports);
    });
  }
  parentPort.on('message', () => parentPort.postMessage(heard));
`;

const sink = new Worker(SINK, { eval: true });
const [ports] = (await once(sink, 'message')) as [readonly number[]];
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
  const heardBefore = await arrived();
  const sessions = Array.from({ length: listeners }, (_, at) => {
    const session = engine.session(LOOPBACK, () => undefined);
    if (session === undefined) throw new Error('no ports are free');
    const send = { payload, codec };
    const remote = { address: LOOPBACK, port: ports[at % EARS] ?? 0 };
    session.connect({ remote, send, receive: [send], events: undefined, ptime: 20, latch: false, epoch: 1 });
    session.hear({ kind: 'music' });
    return session;
  });
  const [thread] = started;
  if (thread === undefined) throw new Error('no media thread');
  await pause(2);
  const shares: number[] = [];
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [before, heard, from] = [await thread.cpuUsage(), await arrived(), performance.now()];
    await pause(seconds);
    const { user, system } = await thread.cpuUsage(before);
    const ms = performance.now() - from;
    shares.push((user + system) / 10 / ms);
    rates.push((((await arrived()) - heard) * 1000) / ms);
  }
  const sent = await released(sessions);
  await pause(0.5);
  const lost = sent - ((await arrived()) - heardBefore);
  await thread.terminate();
  const share = median(shares);
  return {
    operation: `music on hold, ${listeners} listeners, ${codec}, dgram`,
    measured: `${share.toFixed(0)} % of a core, ${median(rates).toFixed(0)} packets a second arrive`,
    beside: `due ${listeners * RATE} a second; of ${sent} sent in all ${lost} lost`,
    atMost: '≤ 70 %, none lost',
    holds: share <= 70 && lost === 0,
  };
}

/** Ends them; how many packets they have sent. */
async function released(sessions: readonly MediaSession[]): Promise<number> {
  const all = sessions.map(
    (session) => new Promise<number>((then) => session.release(({ packetsOut }) => then(packetsOut))),
  );
  return (await Promise.all(all)).reduce((sum, one) => sum + one, 0);
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
