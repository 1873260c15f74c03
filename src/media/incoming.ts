import { isRtcp, newHeader, readHeader } from '../rtp/index.ts';
import { startIfReady } from './hearing.ts';
import type { HostContext } from './host-context.ts';
import type { CodecName } from './protocol.ts';
import { relay } from './relay.ts';
import type { Session } from './session.ts';

/** One record for all packets of the thread: nothing is kept of it. */
const header = newHeader();

/** Takes a datagram on a leg's RTP port: what is not that leg's is counted and dropped, the rest goes to who hears it. */
export function receiveRtp(session: Session, bytes: Uint8Array, address: string, port: number): void {
  const payload = readHeader(bytes, header) ? session.payloads[header.payload] : undefined;
  if (payload === undefined)
    return session.end?.rtcp === 'mux' && isRtcp(bytes) ? session.rtcp(bytes, address, port) : drop(session);
  const now = session.host.ports.now();
  const verdict = session.latch.judge(address, port, header.ssrc, header.sequence, now);
  if (verdict === 'stranger') return drop(session);
  session.packetsIn += 1;
  session.heardAt = now;
  if (payload === 'event') session.digits.take(bytes, header, now);
  else session.reports.heard(header, now);
  startIfReady(session);
  const codec = payload === 'event' ? undefined : payload;
  session.host.abroad.carry(session.id, bytes, codec);
  passOn(session.audience, bytes, codec, now);
  if (verdict === 'latched') {
    session.reports.restart();
    session.host.ports.tell({ event: 'latched', session: session.id, source: { address, port } });
  }
  session.digits.tell();
}

/** The last listener gets the datagram itself, the others copies: sending takes the octets over. */
function passOn(audience: readonly Session[], bytes: Uint8Array, codec: CodecName | undefined, now: number): void {
  const last = audience.length - 1;
  for (let at = 0; at < last; at += 1) relay(audience[at]!, header, bytes.slice(), codec, now);
  if (last >= 0) relay(audience[last]!, header, bytes, codec, now);
}

/** Takes a packet of a leg of another host, which found it valid. */
export function receiveFromAbroad(
  host: HostContext,
  heard: string,
  bytes: Uint8Array,
  codec: CodecName | undefined,
): void {
  const audience = host.audiences.get(heard);
  if (audience !== undefined && readHeader(bytes, header)) passOn(audience, bytes, codec, host.ports.now());
}

function drop(session: Session): void {
  session.dropped += 1;
}
