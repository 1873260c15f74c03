/**
 * What a leg costs that talks to a program over a WebSocket, which says back what it hears: one media thread, G.711 over loopback, and
 * the delay that the program adds to an echo. `node bench/programs.ts [legs] [seconds]` prints rows as JSON.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { OpusWasm } from '../src/codec/index.ts';
import type { Hears } from '../src/media/protocol.ts';
import { createLiveKernel } from '../src/node/clock.ts';
import { startMediaWorkers } from '../src/node/media/engine.ts';
import { loadOpus } from '../src/node/media/opus.ts';
import { crowd } from './crowd.ts';
import { median, type Row, tell } from './measure.ts';
import { delays, phoneOn } from './pulse.ts';

const ROUNDS = 3;
const SOUNDS = 30;
const legs = Number(process.argv[2] ?? 100);
const seconds = Number(process.argv[3] ?? 6);

/** A program that says back what it hears, in a thread of its own. */
const PROGRAM = `
  const { parentPort } = require('node:worker_threads');
  const { WebSocketServer } = require('ws');
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: ([first]) => first });
  server.on('listening', () => parentPort.postMessage(server.address().port));
  server.on('connection', (socket) => {
    socket.on('message', (data, binary) => { if (binary) socket.send(data, { binary }); });
    socket.on('error', () => undefined);
  });
`;

const opus = new OpusWasm(loadOpus());
const program = new Worker(PROGRAM, { eval: true });
const [port] = (await once(program, 'message')) as [number];
const started: Worker[] = [];
const { engine } = await startMediaWorkers({
  kernel: createLiveKernel({ onFault: ({ error }) => console.error(error) }),
  count: 1,
  addresses: ['127.0.0.1'],
  ports: undefined,
  sounds: [],
  poolSize: legs + 8,
  onStart: (worker) => started.push(worker),
});
const [thread] = started;
if (thread === undefined) throw new Error('no media thread');
const talk: Hears = {
  kind: 'program',
  url: `ws://127.0.0.1:${port}`,
  start: {},
  token: 'bench',
  within: 5000,
  most: 2000,
};

const plain = await cost({ kind: 'echo' });
const joined = await cost(talk);
const [near, far] = [await echoed({ kind: 'echo' }), await echoed(talk)];
const rows: readonly Row[] = [
  {
    operation: `leg joined to a program that echoes, ${legs} at once`,
    measured: `${joined.ms.toFixed(2)} CPU-ms a second: ${Math.floor(1000 / joined.ms)} legs a core`,
    beside: `the exchange's own echo ${plain.ms.toFixed(2)}; lost ${(Math.max(0, 1 - joined.heard) * 100).toFixed(1)} %`,
    atMost: '',
  },
  {
    operation: 'delay that such a program adds',
    measured: `${(far.p50 - near.p50).toFixed(0)} ms, p90 ${(far.p90 - near.p50).toFixed(0)} ms`,
    beside: `the exchange's own echo ${near.p50.toFixed(1)} ms; ${far.heard} of ${SOUNDS} sounds heard`,
    atMost: '',
  },
];
tell(rows);
process.exit(0);

/** CPU-ms of the media thread for a leg and a second. */
async function cost(hears: Hears): Promise<{ ms: number; heard: number }> {
  const phones = await crowd(engine, legs, ['PCMU'], opus);
  for (const session of phones.sessions) session.hear(hears);
  await phones.speak(3);
  const taken: { ms: number; heard: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [before, from] = [(await thread?.cpuUsage()) ?? { user: 0, system: 0 }, performance.now()];
    const { sent, heard } = await phones.speak(seconds);
    const { user = 0, system = 0 } = (await thread?.cpuUsage(before)) ?? {};
    taken.push({ ms: (user + system) / legs / (performance.now() - from), heard: heard / sent });
  }
  await phones.stop();
  return { ms: median(taken.map(({ ms }) => ms)), heard: median(taken.map(({ heard }) => heard)) };
}

async function echoed(hears: Hears) {
  const phone = await phoneOn(engine, 'PCMU');
  phone.session.hear(hears);
  const taken = await delays(phone, phone, SOUNDS, opus);
  phone.session.release();
  phone.socket.close();
  return taken;
}
