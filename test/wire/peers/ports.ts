import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** Ports in a block: signalling, its TLS twin, two control ports, and from FIRST_RTP on media. */
export const BLOCK = 40;
export const FIRST_RTP = 10;
/** Below the ports that systems give to outgoing sockets. */
const FROM = 20_000;
const BLOCKS = 300;
const CONTROLS = 4;
/** Each process of tests begins its search elsewhere. */
let next = process.pid * 7;

/** The first of 40 free ports in a row on 127.0.0.1; the same block is not given out again until all have been. */
export async function freeBlock(): Promise<number> {
  for (let tried = 0; tried < BLOCKS; tried++) {
    const first = FROM + (next++ % BLOCKS) * BLOCK;
    if (await free(first)) return first;
  }
  throw new Error('no free ports on 127.0.0.1');
}

async function free(first: number): Promise<boolean> {
  for (let port = first; port < first + BLOCK; port++) {
    if (!(await udpFree(port))) return false;
    if (port < first + CONTROLS && !(await tcpFree(port))) return false;
  }
  return true;
}

function udpFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)));
  });
}

function tcpFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Whether somebody listens, or talks, at this port of 127.0.0.1. */
export function taken(port: number, protocol: 'udp' | 'tcp' = 'udp'): boolean {
  const local = `: 0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  return readFileSync(`/proc/net/${protocol}`, 'utf8').includes(local);
}
