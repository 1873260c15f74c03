import { HEADER_OCTETS as HEADER, writeHeader } from '../rtp/index.ts';
import type { Session } from './session.ts';
import { advance, nextTimestamp } from './stream.ts';

/**
 * Sends a packet of our own making as the next of a leg's stream: room for the header first, then a payload of `units`, due
 * `at` (ms). The octets are given away. To a leg that may not hear nothing is sent.
 */
export function sendMade(session: Session, packet: Uint8Array, units: number, at: number): void {
  const { end, latch, stream } = session;
  if (end?.send === undefined || latch.target === undefined) {
    stream.fresh = true;
    return;
  }
  const sequence = (stream.sequence + 1) & 0xffff;
  const timestamp = nextTimestamp(stream, at);
  writeHeader(packet, stream.fresh, end.send.payload, sequence, timestamp, stream.ssrc);
  stream.fresh = false;
  advance(stream, sequence, timestamp, units, packet.length - HEADER, at);
  session.send(packet);
}
