import { isRtcp, newHeader, readHeader } from '../rtp/index.ts';
import { startIfReady } from './hearing.ts';
import type { HostContext } from './host-context.ts';
import { EVENT_CLOCK, isEvent, type Kind } from './kinds.ts';
import { relay } from './relay.ts';
import type { Session } from './session.ts';
import { feed } from './voice/voices.ts';

/** One record for all packets of the thread: nothing is kept of it. */
const header = newHeader();

/** Takes a datagram on a leg's RTP port: what is not that leg's is counted and dropped, the rest goes to who hears it. */
export function receiveRtp(session: Session, bytes: Uint8Array, address: string, port: number): void {
  const shaped = readHeader(bytes, header);
  const payload = shaped ? session.payloads[header.payload] : undefined;
  if (payload === undefined) {
    if (session.end?.rtcp === 'mux' && isRtcp(bytes)) return session.rtcp(bytes, address, port);
    return session.stray(shaped ? 'payload' : 'shape', address, port);
  }
  const now = session.host.ports.now();
  const verdict = session.latch.judge(address, port, header.ssrc, header.sequence, now);
  if (verdict === 'stranger') return session.stray('source', address, port);
  session.packetsIn += 1;
  session.heardAt = now;
  const event = isEvent(payload);
  if (event) session.digits.take(bytes, header, now, EVENT_CLOCK[payload]);
  else session.reports.heard(header, now, payload);
  if (session.playing !== undefined) startIfReady(session);
  if (!event) feed(session.host, session.id, payload, bytes, header, now);
  session.host.abroad.carry(session.id, bytes, payload);
  passOn(session.audience, bytes, payload, now);
  if (verdict === 'latched') {
    session.reports.restart();
    session.host.ports.tell({ event: 'latched', session: session.id, source: { address, port } });
  }
  if (event) session.digits.tell();
}

/** The last listener gets the datagram itself, the others copies: sending takes the octets over. */
function passOn(audience: readonly Session[], bytes: Uint8Array, kind: Kind, now: number): void {
  const last = audience.length - 1;
  for (let at = 0; at < last; at += 1) relay(audience[at]!, header, bytes.slice(), kind, now);
  if (last >= 0) relay(audience[last]!, header, bytes, kind, now);
}

/** Takes a packet of a leg of another host, which found it valid. */
export function receiveFromAbroad(host: HostContext, heard: string, bytes: Uint8Array, kind: Kind): void {
  if (!readHeader(bytes, header)) return;
  const now = host.ports.now();
  if (!isEvent(kind)) feed(host, heard, kind, bytes, header, now);
  const audience = host.audiences.get(heard);
  if (audience !== undefined) passOn(audience, bytes, kind, now);
}
