/** A thread that relays with dgram and nothing else, port for port: what relay.ts measures ours against. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';

const LOOPBACK = '127.0.0.1';
const remotes = workerData as readonly number[];
const sockets: Socket[] = [];
for (const [at] of remotes.entries()) sockets.push(await socketOf(at));
parentPort?.postMessage(sockets.map((socket) => socket.address().port));

/** What comes in at one leg of a call leaves by the other to its phone. */
async function socketOf(at: number): Promise<Socket> {
  const lookup = (address: string, _: unknown, answer: (error: null, address: string, family: number) => void): void =>
    answer(null, address, 4);
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 18, lookup });
  const listening = once(socket, 'listening');
  socket.bind(0, LOOPBACK);
  await listening;
  const other = at ^ 1;
  const port = remotes[other] ?? 0;
  socket.on('message', (bytes) => sockets[other]?.send(bytes, port, LOOPBACK));
  return socket;
}
