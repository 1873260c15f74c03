import { answeredCrypto, cryptoLines, isSecure, readCryptoAnswer } from './crypto.ts';
import { meet, receives, reverse, sends } from './direction.ts';
import { type Bound, boundPayloads, CODECS, EVENTS, isCodec, isEvents } from './payloads.ts';
import { assemble, audioIndex, audioSection, multiplexes, refusedSection, timesOf } from './sections.ts';
import type { Agreement, CodecName, Direction, Line, LocalAudio, Media, PayloadMap, Sdp } from './types.ts';

/** Opus is not made with fewer (RFC 7587 §6.1). */
const LEAST_BITS = 6000;
/** Samples a second: Opus knows none less, and what plays so many plays all. */
const LEAST_RATE = 8000;
const MOST_RATE = 48_000;

/**
 * The answer to an offer, and what it comes to; `refused` says why there is none (488). Order and numbers are the offer's
 * (RFC 3264 §6.1); every m-line but the audio one is answered with port 0.
 */
export function makeAnswer(offer: Sdp, local: LocalAudio): { readonly sdp: Sdp; readonly audio: Agreement } | Refused {
  const index = chosenStream(offer, local);
  const theirs = offer.media[index];
  if (theirs === undefined) return refusal(offer, local);
  const crypto = answeredCrypto(local.crypto, theirs);
  const xr = theirs.attributes.some(isVoipMetrics);
  const extras = [...(crypto === undefined ? [] : [crypto.line]), ...(xr ? [VOIP_METRICS] : [])];
  const bound = common(theirs, local);
  const direction = meet(reachable(theirs), local.direction);
  const sections = offer.media.map((media, at) =>
    at === index
      ? audioSection(local, theirs.protocol, bound, direction, multiplexes(theirs), extras)
      : media.port === 0
        ? refusedSection(media)
        : (local.beside?.get(at) ?? refusedSection(media)),
  );
  const [send] = codecsOf(bound);
  const audio = {
    ...agreement(theirs, direction, send, codecsOf(bound), send && eventsOf(bound, bound, send.codec)),
    ...comfortOf(bound, bound),
    rtcp: rtcpOf(theirs, multiplexes(theirs)),
    ...(crypto && { crypto: crypto.agreed }),
    ...(xr && { xr }),
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
  const crypto = readCryptoAnswer(ours, theirs);
  if (send === undefined || (crypto === undefined && (isSecure(ours) || isSecure(theirs)))) return undefined;
  // We send with the answer's numbers and receive with those of our offer (RFC 3264 §7).
  const receive = codecsOf(offered).filter(({ codec }) => answered.some(({ meaning }) => meaning === codec));
  return {
    ...agreement(
      theirs,
      meet(ours.direction, reachable(theirs)),
      send,
      receive,
      eventsOf(answered, offered, send.codec),
    ),
    ...comfortOf(answered, offered),
    rtcp: rtcpOf(theirs, multiplexes(ours) && multiplexes(theirs)),
    ...(crypto && { crypto }),
    ...(ours.attributes.some(isVoipMetrics) && theirs.attributes.some(isVoipMetrics) && { xr: true }),
  };
}

/** Why there is no answer, and the code of a Warning that says it (RFC 3261 §20.43). */
export interface Refused {
  readonly refused: string;
  readonly warning: 302 | 305 | 399;
}

/** The stream we answer. Of protected and plain ones side by side it is a protected one, where that is wanted. */
function chosenStream(offer: Sdp, { codecs, crypto }: LocalAudio): number {
  const plain = (media: Media): boolean => !isSecure(media);
  const keyed = (media: Media): boolean => cryptoLines(media).length > 0;
  if (crypto === undefined || crypto.policy === 'off') return audioIndex(offer, codecs, plain);
  const secured = audioIndex(offer, codecs, (media) => isSecure(media) && keyed(media));
  if (secured >= 0) return secured;
  const open = audioIndex(offer, codecs, (media) => plain(media) && keyed(media));
  return open >= 0 || crypto.policy === 'required' ? open : audioIndex(offer, codecs, plain);
}

function refusal(offer: Sdp, { codecs, crypto }: LocalAudio): Refused {
  if (audioIndex(offer, codecs) < 0) return { refused: 'no audio stream with a codec of ours', warning: 305 };
  if (crypto?.policy === 'required') return { refused: 'SRTP with a crypto suite of ours is required', warning: 302 };
  if (crypto?.policy === 'offered') return { refused: 'no crypto suite of ours', warning: 302 };
  return { refused: 'SRTP is not taken here', warning: 302 };
}

/** The block of voice metrics (RFC 3611 §4.7), the only one that we send and read. */
const VOIP_METRICS: Line = { type: 'a', value: 'rtcp-xr:voip-metrics' };

function isVoipMetrics({ name, value }: Media['attributes'][number]): boolean {
  return name === 'rtcp-xr' && value?.split(' ').includes('voip-metrics') === true;
}

/**
 * The offer's formats that we also have, in its order, but for the one that needs no transcoding; comfort noise and events last,
 * whatever their place, so that a codec is the first.
 */
function common(theirs: Media, local: LocalAudio): readonly Bound[] {
  const bound = boundPayloads(theirs);
  const codecs = bound.filter(({ meaning }) => isCodec(meaning) && local.codecs.includes(meaning));
  const preferred = codecs.find(({ meaning }) => meaning === local.prefer);
  const law = codecs.some(({ meaning }) => meaning === 'PCMU' || meaning === 'PCMA');
  return [
    ...(preferred === undefined ? [] : [preferred]),
    ...codecs.filter((one) => one !== preferred),
    ...bound.filter(({ meaning }) => meaning === 'comfort' && local.comfort === true && law),
    ...(local.events === false ? [] : eventsBeside(bound, codecs)),
  ];
}

/** Each once, and only those with the clock of a codec beside them; another one is better than none. */
function eventsBeside(bound: readonly Bound[], codecs: readonly Bound[]): readonly Bound[] {
  const events = bound.filter(
    ({ meaning }, at) => isEvents(meaning) && bound.findIndex((one) => one.meaning === meaning) === at,
  );
  const clocks = new Set(codecs.map(({ meaning }) => (isCodec(meaning) ? CODECS[meaning].clock : 0)));
  const fitting = events.filter(({ meaning }) => isEvents(meaning) && clocks.has(EVENTS[meaning].clock));
  return fitting.length > 0 ? fitting : events.slice(0, 1);
}

function codecsOf(bound: readonly Bound[]): readonly PayloadMap[] {
  return bound.flatMap(({ payload, meaning }) => (isCodec(meaning) ? [{ payload, codec: meaning }] : []));
}

/**
 * Of each clock rate that both have: the one that fits what is sent comes first. Peers should answer with the offered number and
 * mostly do; one that does not takes its own and sends ours.
 */
function eventsOf(sent: readonly Bound[], received: readonly Bound[], codec: CodecName): Agreement['events'] {
  const fitting = CODECS[codec].clock === EVENTS.events.clock ? 'events' : 'events/48000';
  const both = sent.flatMap(({ meaning, payload }) => {
    const ours = received.find((one) => one.meaning === meaning);
    return ours === undefined || !isEvents(meaning) ? [] : [{ meaning, send: payload, receive: ours.payload }];
  });
  const main = both.find(({ meaning }) => meaning === fitting) ?? both[0];
  if (main === undefined) return undefined;
  const { send, receive, meaning } = main;
  const also = both.find((one) => one.meaning !== meaning);
  const { clock } = EVENTS[meaning];
  return {
    send,
    receive,
    ...(clock === EVENTS.events.clock ? {} : { sendClock: clock, receiveClock: clock }),
    ...(also && { also: { receive: also.receive, clock: EVENTS[also.meaning].clock } }),
  };
}

function comfortOf(sent: readonly Bound[], received: readonly Bound[]): { readonly comfort?: true } {
  const both = [sent, received].every((bound) => bound.some(({ meaning }) => meaning === 'comfort'));
  return both ? { comfort: true } : {};
}

/** The directions that the peer leaves to us. To c=0.0.0.0 nothing is sent (RFC 3264 §8.4), but it may still send. */
export function reachable(theirs: Media): Direction {
  const open = reverse(theirs.direction);
  return isBlackHole(theirs) ? meet(open, 'recvonly') : open;
}

/** What a peer says of the Opus that it takes. We send one channel, whatever it says of stereo. */
function asWished(send: PayloadMap, theirs: Media): PayloadMap {
  if (send.codec !== 'opus') return send;
  const wishes = new Map(
    (theirs.fmtp.get(String(send.payload)) ?? '').split(';').map((one) => {
      const [name = '', value = ''] = one.split('=', 2);
      return [name.trim().toLowerCase(), value.trim()] as const;
    }),
  );
  const bitrate = numberOf(wishes.get('maxaveragebitrate'));
  const playback = numberOf(wishes.get('maxplaybackrate'));
  return {
    ...send,
    ...(bitrate >= LEAST_BITS && { bitrate }),
    ...(wishes.get('usedtx') === '1' && { dtx: true }),
    ...(wishes.get('cbr') === '1' && { constant: true }),
    ...(wishes.get('useinbandfec') === '1' && { fec: true }),
    ...(playback >= LEAST_RATE && playback < MOST_RATE && { playback }),
  };
}

/** NaN: it is no number of a plausible size. */
function numberOf(text = ''): number {
  return /^\d{4,6}$/.test(text) ? Number(text) : Number.NaN;
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
    send: sends(direction) && send !== undefined ? asWished(send, theirs) : undefined,
    receive: receives(direction) ? receive : [],
    events,
    ptime: ptimeOf(theirs),
    heldByPeer: theirs.port !== 0 && (!receives(theirs.direction) || isBlackHole(theirs)),
    direction,
  };
}

/** `a=rtcp:PORT` with or without an address of its own (RFC 3605 §2.1). */
export function rtcpOf(theirs: Media, mux: boolean): Agreement['rtcp'] {
  if (mux) return 'mux';
  const [port = '', , , address = theirs.connection?.address ?? ''] =
    theirs.attributes.find(({ name }) => name === 'rtcp')?.value?.split(' ') ?? [];
  const valid = /^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) <= 65_535 && isUnicast(address);
  return valid ? { address, port: Number(port) } : undefined;
}

export function remoteOf(theirs: Media): Agreement['remote'] {
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
