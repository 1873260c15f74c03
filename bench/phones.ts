/**
 * Phones in a thread of their own, so that they share no event loop with what is measured: each sends 50 packets a second and counts
 * what it hears; without voices of their own packets of G.711 with the time of sending in them.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { HEADER_OCTETS, writeHeader } from '../src/rtp/index.ts';

const LOOPBACK = '127.0.0.1';
const FRAME_MS = 20;
const FRAME = 160;
/** Where a packet names its round, behind the time of sending. */
const ROUND = HEADER_OCTETS + 8;
/** Phones speak in turn, a part of them each 2 ms. */
const SLOTS = 10;

/** How many there are; a number alone says the same. Their voices are taken in turn, and repeated without end. */
export interface Crowd {
  readonly phones: number;
  readonly voices: readonly Voice[];
}

interface Voice {
  readonly payload: number;
  /** Of the timestamp, in 20 ms. */
  readonly units: number;
  /** With room for the RTP header. */
  readonly packets: readonly Uint8Array[];
}

/** What the phones are told: where each sends to, or to speak for so many seconds. */
export type Told = { readonly targets: readonly number[] } | { readonly speak: number };

/** What they say: their ports, that they know where to send, or what they sent and heard. */
export type Said =
  | { readonly ports: readonly number[] }
  | { readonly connected: true }
  | { readonly sent: number; readonly heard: number; readonly p50: number; readonly p99: number };

interface Phone {
  readonly socket: Socket;
  target: number;
  frame: number;
}

const { phones: size, voices } = asked(workerData);
const phones: Phone[] = [];
/** Of these packets; what comes late from the round before is not counted. */
let round = 0;
let heard = 0;
let delays: number[] = [];

for (let at = 0; at < size; at += 1) phones.push(await phone());
parentPort?.on('message', (told: Told) => {
  if ('targets' in told) connect(told.targets);
  else void speak(told.speak).then(say);
});
say({ ports: phones.map(({ socket }) => socket.address().port) });

async function phone(): Promise<Phone> {
  const lookup = (address: string, _: unknown, answer: (error: null, address: string, family: number) => void): void =>
    answer(null, address, 4);
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20, lookup });
  const listening = once(socket, 'listening');
  socket.bind(0, LOOPBACK);
  await listening;
  socket.on('message', (bytes) => {
    if (voices.length === 0 && bytes[ROUND] !== round) return;
    heard += 1;
    if (voices.length === 0 && heard % 8 === 0) delays.push(now() - bytes.readDoubleBE(HEADER_OCTETS));
  });
  return { socket, target: 0, frame: 0 };
}

function connect(targets: readonly number[]): void {
  for (const [at, one] of phones.entries()) one.target = targets[at] ?? 0;
  say({ connected: true });
}

/** Lets every phone speak for so long. */
async function speak(seconds: number): Promise<Said> {
  round = (round + 1) & 0xff;
  heard = 0;
  delays = [];
  let sent = 0;
  const begin = now();
  for (let slot = 0; slot < (seconds * 1000 * SLOTS) / FRAME_MS; slot += 1) {
    const due = begin + (slot * FRAME_MS) / SLOTS;
    while (now() < due) await new Promise((turn) => setTimeout(turn, Math.max(0, due - now())));
    for (let at = slot % SLOTS; at < phones.length; at += SLOTS) sent += talk(phones[at], at);
  }
  await new Promise((turn) => setTimeout(turn, 500));
  delays.sort((a, b) => a - b);
  const part = (share: number): number => delays[Math.floor(delays.length * share)] ?? Number.NaN;
  return { sent, heard, p50: part(0.5), p99: part(0.99) };
}

function talk(one: Phone | undefined, at: number): number {
  if (one === undefined) return 0;
  one.frame += 1;
  const voice = voices[at % voices.length];
  if (voice !== undefined) return recite(one, at, voice);
  const packet = Buffer.alloc(HEADER_OCTETS + FRAME, 0xff);
  writeHeader(packet, false, 0, one.frame & 0xffff, (one.frame * FRAME) >>> 0, at + 1);
  packet.writeDoubleBE(now(), HEADER_OCTETS);
  packet[ROUND] = round;
  one.socket.send(packet, one.target, LOOPBACK);
  return 1;
}

function recite({ socket, frame, target }: Phone, at: number, { payload, units, packets }: Voice): number {
  const packet = Uint8Array.from(packets[frame % packets.length] ?? []);
  writeHeader(packet, false, payload, frame & 0xffff, (frame * units) >>> 0, at + 1);
  socket.send(packet, target, LOOPBACK);
  return 1;
}

function asked(given: number | Crowd): Crowd {
  return typeof given === 'number' ? { phones: given, voices: [] } : given;
}

function now(): number {
  return performance.now();
}

function say(said: Said): void {
  parentPort?.postMessage(said);
}
