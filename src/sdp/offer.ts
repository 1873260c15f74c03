import { offeredCrypto } from './crypto.ts';
import {
  type Bound,
  CODECS,
  COMFORT,
  EVENTS,
  boundPayloads,
  isCodec,
  isEvents,
  type Meaning,
  payloadNumber,
} from './payloads.ts';
import { assemble, audioIndex, audioSection, multiplexes, refusedSection, timesOf } from './sections.ts';
import type { Line, LocalAudio, Media, Sdp } from './types.ts';

/**
 * An offer of one audio stream. `previous` is our last description on this leg: its m-lines stay in their places, its payload
 * numbers keep their meaning. `peer` is the peer's last one: numbers that it bound to something else are left alone.
 */
export function makeOffer(local: LocalAudio, previous?: Sdp, peer?: Sdp): Sdp {
  const index = previous === undefined ? 0 : audioSlot(previous);
  const slot = previous?.media[index];
  const bound = offered(local, slot, peer?.media[index]);
  const usual = local.crypto?.policy === 'required' ? 'RTP/SAVP' : 'RTP/AVP';
  const protocol = slot?.type === 'audio' ? slot.protocol : usual;
  const extras = offeredCrypto(local.crypto, slot);
  const sections: (readonly Line[])[] = previous?.media.map(refusedSection) ?? [];
  // A new leg is not offered multiplexing: plain telephones gain nothing. What was agreed once is kept.
  const mux = slot !== undefined && multiplexes(slot);
  sections[index] = audioSection(local, protocol, bound, local.direction, mux, extras);
  for (const [at, lines] of local.beside ?? []) if (at !== index && at <= sections.length) sections[at] = lines;
  return assemble(local, timesOf(previous), sections);
}

/** The live audio stream's place, else one that was refused (RFC 3264 §8.1), else a new one at the end. */
function audioSlot(previous: Sdp): number {
  const live = audioIndex(previous);
  if (live >= 0) return live;
  const refused = previous.media.findIndex(({ type, protocol }) => type === 'audio' && protocol === 'RTP/AVP');
  return refused >= 0 ? refused : previous.media.length;
}

function offered(local: LocalAudio, slot: Media | undefined, peerSlot: Media | undefined): readonly Bound[] {
  const known = slot === undefined ? [] : boundPayloads(slot);
  const taken = takenNumbers([slot, peerSlot]);
  const bound: Bound[] = [];
  for (const meaning of meanings(local)) {
    const before = known.find((one) => one.meaning === meaning)?.payload;
    const payload = before ?? freeNumber(usualNumber(meaning), taken, meaning);
    taken.set(payload, meaning);
    bound.push({ payload, meaning });
  }
  return bound;
}

/** Comfort noise beside G.711 only, and telephone-event for each clock rate of a codec (RFC 4733 §2.1). */
function meanings({ codecs, comfort, events }: LocalAudio): readonly Meaning[] {
  const narrow = codecs.some((codec) => CODECS[codec].clock === EVENTS.events.clock);
  return [
    ...new Set(codecs),
    ...(comfort === true && codecs.some((codec) => codec === 'PCMU' || codec === 'PCMA') ? ['comfort' as const] : []),
    ...(events !== false && narrow ? ['events' as const] : []),
    ...(events !== false && codecs.includes('opus') ? ['events/48000' as const] : []),
  ];
}

function usualNumber(meaning: Meaning): number {
  if (isCodec(meaning)) return CODECS[meaning].payload;
  return isEvents(meaning) ? EVENTS[meaning].payload : COMFORT.payload;
}

/** What each number of this stream means already; 'other' for what is not ours (RFC 3264 §8.3.2). */
function takenNumbers(sections: readonly (Media | undefined)[]): Map<number, string> {
  const taken = new Map<number, string>();
  for (const media of sections) {
    if (media === undefined) continue;
    for (const format of [...media.rtpmap.keys(), ...media.formats]) {
      const payload = payloadNumber(format);
      if (payload !== undefined && !taken.has(payload)) taken.set(payload, 'other');
    }
    for (const { payload, meaning } of boundPayloads(media)) taken.set(payload, meaning);
  }
  return taken;
}

function freeNumber(preferred: number, taken: ReadonlyMap<number, string>, meaning: string): number {
  if ((taken.get(preferred) ?? meaning) === meaning) return preferred;
  for (let payload = 96; payload <= 127; payload += 1) if (!taken.has(payload)) return payload;
  return preferred;
}
