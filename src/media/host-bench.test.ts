import assert from 'node:assert/strict';
import { newHeader, readHeader, writeHeader } from '../rtp/index.ts';
import { createHost, type Host } from './host.ts';
import type { HostPorts } from './ports.ts';
import { type Address, type HostEvent, PROTOCOL_VERSION, type RtpEnd, type SessionSpec } from './protocol.ts';
import { createVirtual, type Virtual } from './virtual.test.ts';

export const HOST = '192.0.2.1';
export const PHONE = '192.0.2.50';
/** Samples in 20 ms. */
export const FRAME = 160;

/** A host on virtual time, and what it told. */
export interface Bench extends Virtual {
  readonly host: Host;
  readonly events: HostEvent[];
  readonly leases: () => readonly Extract<HostEvent, { event: 'leased' }>[];
}

export function bench(options: Partial<HostPorts> = {}): Bench {
  const virtual = createVirtual();
  const { kernel } = virtual;
  const events: HostEvent[] = [];
  const host = createHost({
    udp: virtual.udp,
    files: { load: (_name, then) => then(undefined), music: (then) => then([]) },
    addresses: [HOST],
    ports: undefined,
    poolSize: 2,
    now: () => kernel.now(),
    wall: () => kernel.wall(),
    random: (octets) => kernel.crypto.random(octets),
    tell: (event) => void events.push(event),
    after: (scope, ms, then) => kernel[scope].after(ms, then),
    ...options,
  });
  host.command({ do: 'hello', version: PROTOCOL_VERSION });
  const leases: Bench['leases'] = () => events.filter((event) => event.event === 'leased');
  return { ...virtual, host, events, leases };
}

export type Phone = ReturnType<Virtual['socket']>;

export function end(remote: Address, more: Partial<RtpEnd> = {}): RtpEnd {
  const pcmu = { payload: 0, codec: 'PCMU' } as const;
  return {
    remote,
    send: pcmu,
    receive: [pcmu],
    events: { send: 101, receive: 101 },
    ptime: 20,
    latch: true,
    epoch: 1,
    ...more,
  };
}

/** Opens a session for a phone on the at-th lease; returns where the phone sends to. */
export function open(to: Bench, session: string, phone: Phone, at: number, spec: Partial<SessionSpec> = {}): Address {
  const lease = to.leases()[at];
  assert.ok(lease);
  to.host.command({ do: 'open', session, lease: lease.lease });
  apply(to, session, 1, { rtp: end(phone.local), hears: { kind: 'nothing' }, ...spec });
  return { address: lease.address, port: lease.port };
}

export function apply(to: Bench, session: string, generation: number, spec: SessionSpec): void {
  to.host.command({ do: 'apply', session, generation, spec });
}

export function rtp(sequence: number, timestamp: number, ssrc = 7, payload = 0): Uint8Array {
  const bytes = new Uint8Array(12 + FRAME);
  writeHeader(bytes, false, payload, sequence & 0xffff, timestamp >>> 0, ssrc);
  return bytes;
}

export function read(bytes: Uint8Array): ReturnType<typeof newHeader> {
  const header = newHeader();
  assert.ok(readHeader(bytes, header));
  return header;
}

/** Decibels of a sound over its difference from another that comes later, by fewer than `longest` samples. */
export function signalToNoise(sound: Int16Array, heard: Int16Array, longest: number): number {
  let best = -Infinity;
  const length = Math.min(sound.length, heard.length) - 2000;
  for (let lag = 0; lag < longest; lag += 1) {
    let [signal, noise] = [0, 0];
    for (let at = 0; at < length; at += 1) {
      signal += sound[at]! ** 2;
      noise += (sound[at]! - heard[at + lag]!) ** 2;
    }
    best = Math.max(best, 10 * Math.log10(signal / noise));
  }
  return best;
}
