import { meet, receives, reverse, sends } from './direction.ts';
import { type Bound, boundPayloads } from './payloads.ts';
import { assemble, audioIndex, audioSection, multiplexes, refusedSection, timesOf } from './sections.ts';
import type { Agreement, Direction, LocalAudio, Media, PayloadMap, Sdp } from './types.ts';

/**
 * The answer to an offer, and what it comes to; `refused` says why there is none (488). Order and numbers are the offer's
 * (RFC 3264 §6.1); every m-line but the audio one is answered with port 0.
 */
export function makeAnswer(
  offer: Sdp,
  local: LocalAudio,
): { readonly sdp: Sdp; readonly audio: Agreement } | { readonly refused: string } {
  const index = audioIndex(offer, local.codecs);
  const theirs = offer.media[index];
  if (theirs === undefined) return { refused: 'no audio stream with a codec of ours' };
  const bound = common(theirs, local);
  const direction = meet(reachable(theirs), local.direction);
  const sections = offer.media.map((media, at) =>
    at === index ? audioSection(local, theirs.protocol, bound, direction, multiplexes(theirs)) : refusedSection(media),
  );
  const audio = {
    ...agreement(theirs, direction, codecsOf(bound)[0], codecsOf(bound), eventsOf(bound, bound)),
    rtcp: rtcpOf(theirs, multiplexes(theirs)),
  };
  return { sdp: assemble(local, timesOf(offer), sections), audio };
}

/** What the peer's answer to our offer comes to; undefined: it does not answer our audio stream, or with nothing we offered. */
export function readAnswer(offer: Sdp, answer: Sdp): Agreement | undefined {
  const index = audioIndex(offer);
  const ours = offer.media[index];
  const theirs = answer.media[index];
  if (ours === undefined || theirs?.type !== 'audio') return undefined;
  if (theirs.port === 0) return { ...agreement(theirs, 'inactive', undefined, [], undefined), rtcp: undefined };
  const offered = boundPayloads(ours);
  const answered = boundPayloads(theirs).filter(({ meaning }) => offered.some((one) => one.meaning === meaning));
  const [send] = codecsOf(answered);
  if (send === undefined) return undefined;
  // We send with the answer's numbers and receive with those of our offer (RFC 3264 §7).
  const receive = codecsOf(offered).filter(({ codec }) => answered.some(({ meaning }) => meaning === codec));
  return {
    ...agreement(theirs, meet(ours.direction, reachable(theirs)), send, receive, eventsOf(answered, offered)),
    rtcp: rtcpOf(theirs, multiplexes(ours) && multiplexes(theirs)),
  };
}

/** The offer's formats that we also have, in its order; events last, whatever their place, so that a codec is the first. */
function common(theirs: Media, local: LocalAudio): readonly Bound[] {
  const bound = boundPayloads(theirs);
  const events = bound.find(({ meaning }) => meaning === 'events');
  const codecs = bound.filter(({ meaning }) => meaning !== 'events' && local.codecs.includes(meaning));
  return events === undefined ? codecs : [...codecs, events];
}

function codecsOf(bound: readonly Bound[]): readonly PayloadMap[] {
  return bound.flatMap(({ payload, meaning }) => (meaning === 'events' ? [] : [{ payload, codec: meaning }]));
}

/** Peers should answer with the offered number and mostly do; one that does not takes its own and sends ours. */
function eventsOf(sent: readonly Bound[], received: readonly Bound[]): Agreement['events'] {
  const [send, receive] = [sent, received].map((bound) => bound.find(({ meaning }) => meaning === 'events')?.payload);
  return send === undefined || receive === undefined ? undefined : { send, receive };
}

/** The directions that the peer leaves to us. To c=0.0.0.0 nothing is sent (RFC 3264 §8.4), but it may still send. */
function reachable(theirs: Media): Direction {
  const open = reverse(theirs.direction);
  return isBlackHole(theirs) ? meet(open, 'recvonly') : open;
}

function agreement(
  theirs: Media,
  direction: Direction,
  send: PayloadMap | undefined,
  receive: readonly PayloadMap[],
  events: Agreement['events'],
): Omit<Agreement, 'rtcp'> {
  return {
    remote: remoteOf(theirs),
    send: sends(direction) ? send : undefined,
    receive: receives(direction) ? receive : [],
    events,
    ptime: ptimeOf(theirs),
    heldByPeer: theirs.port !== 0 && (!receives(theirs.direction) || isBlackHole(theirs)),
    direction,
  };
}

/** `a=rtcp:PORT` with or without an address of its own (RFC 3605 §2.1). */
function rtcpOf(theirs: Media, mux: boolean): Agreement['rtcp'] {
  if (mux) return 'mux';
  const [port = '', , , address = theirs.connection?.address ?? ''] =
    theirs.attributes.find(({ name }) => name === 'rtcp')?.value?.split(' ') ?? [];
  const valid = /^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) <= 65_535 && isUnicast(address);
  return valid ? { address, port: Number(port) } : undefined;
}

function remoteOf(theirs: Media): Agreement['remote'] {
  const address = theirs.connection?.address ?? '';
  if (theirs.port === 0 || isBlackHole(theirs) || !isUnicast(address)) return undefined;
  return { address, port: theirs.port };
}

/** RFC 2543's hold; `::` and names in .invalid are its IPv6 forms (RFC 6157 §5). */
function isBlackHole({ connection }: Media): boolean {
  const address = connection?.address.toLowerCase() ?? '';
  return address === '0.0.0.0' || address === '::' || address.endsWith('.invalid');
}

/** An IP address that is no group: media is never sprayed at multicast or broadcast because an offer says so. */
function isUnicast(address: string): boolean {
  if (address.includes(':')) return /^[\da-f:.]+$/i.test(address) && !/^ff/i.test(address);
  const octets = address.split('.');
  return (
    octets.length === 4 &&
    octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) < 256) &&
    Number(octets[0]) < 224
  );
}

/** The peer's wish within reason: from 10 to 120 ms in whole tens, else 20; what is longer is 120. */
function ptimeOf({ ptime = 20, maxptime = 120 }: Media): number {
  const ms = Math.min(ptime, maxptime);
  return ms >= 10 && ms <= 120 && ms % 10 === 0 ? ms : 20;
}
