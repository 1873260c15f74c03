import type { MediaSession } from '../media/engine.ts';
import type { Hears } from '../media/protocol.ts';
import {
  type Line as SdpLine,
  type Media,
  type Passed,
  passedAnswer,
  type PassedKind,
  passedKind,
  passedOffer,
  readPassed,
  receives,
  type Sdp,
} from '../sdp/index.ts';
import type { Keying } from './keying.ts';

/** One stream beside the audio: what a peer says of it is passed on to the leg that it talks to. */
export interface Stream {
  readonly kind: PassedKind;
  /** Its place in the leg's descriptions. */
  index: number;
  media: MediaSession;
  readonly keying: Keying;
  /** What the peer of the leg last said of it; undefined: nothing, or that it does not want it. */
  theirs: Media | undefined;
  /** What the peer of the other leg says of it, and so do we; undefined: it is refused. */
  model: Media | undefined;
  agreed: Passed | undefined;
  /** Its peer has it because we offered it, not of its own accord. */
  byUs: boolean;
  /** We have offered it, and its peer would not have it: it is not asked again. */
  declined: boolean;
  epoch: number;
  /** How often its peer asked for a key frame by other ways than RTCP. */
  refreshes: number;
  hears: Hears;
}

/** What the streams of a leg are made of. */
export interface StreamPorts {
  readonly lease: () => MediaSession | undefined;
  /** Keys of their own for each stream (RFC 4568 §6.1: no two streams share one). */
  readonly keying: () => Keying;
  /** false: refused wherever it comes up. */
  readonly allows: (kind: PassedKind) => boolean;
  readonly latch: boolean;
}

const NOTHING: Hears = { kind: 'nothing' };

/** The streams of a leg beside its audio, one of each kind. */
export class Streams {
  readonly #ports: StreamPorts;
  readonly #all: Stream[] = [];

  constructor(ports: StreamPorts) {
    this.#ports = ports;
  }

  get all(): readonly Stream[] {
    return this.#all;
  }

  of(kind: PassedKind): Stream | undefined {
    return this.#all.find((stream) => stream.kind === kind);
  }

  /** What the peer would have, whether or not it was taken. */
  wanted(): readonly Media[] {
    return this.#all.flatMap(({ theirs }) => theirs ?? []);
  }

  /** Whether the peer may be offered one that it does not have. */
  mayOffer(kind: PassedKind): boolean {
    return this.#ports.allows(kind) && this.of(kind)?.declined !== true;
  }

  /** Takes the peer's offer in: what it would have. */
  note(theirs: Sdp): void {
    const seen = new Set<PassedKind>();
    for (const [at, media] of theirs.media.entries()) {
      const kind = passedKind(media);
      if (kind === undefined || seen.has(kind)) continue;
      seen.add(kind);
      const stream = this.#stream(kind, at);
      if (stream !== undefined) Object.assign(stream, { theirs: media, index: at, byUs: false, declined: false });
    }
    for (const stream of this.#all) if (!seen.has(stream.kind)) stream.theirs = undefined;
  }

  /** From now on we say of these kinds what the peer of another leg says; undefined: they are refused. */
  follow(kind: PassedKind, model: Media | undefined, previous: Sdp | undefined): void {
    const stream = model === undefined ? this.of(kind) : this.#stream(kind, placeOf(kind, previous, this.#all));
    if (stream !== undefined) stream.model = model;
  }

  /** What our offer says of them, by place. */
  offer(previous: Sdp | undefined): ReadonlyMap<number, readonly SdpLine[]> {
    const sections = new Map<number, readonly SdpLine[]>();
    for (const { model, theirs, index, media, keying } of this.#inOrder()) {
      const local = { port: media.local.port, crypto: keying };
      const lines = model && passedOffer(model, local, previous?.media[index], theirs);
      if (lines !== undefined) sections.set(index, lines);
    }
    return sections;
  }

  /** What our answer says of them, by place. */
  answer(offer: Sdp): ReadonlyMap<number, readonly SdpLine[]> {
    this.note(offer);
    const sections = new Map<number, readonly SdpLine[]>();
    for (const { model, theirs, index, media, keying } of this.#all) {
      const local = { port: media.local.port, crypto: keying };
      const lines = model && theirs && passedAnswer(theirs, model, local);
      if (lines !== undefined) sections.set(index, lines);
    }
    return sections;
  }

  /** Offer and answer are exchanged: puts into force what they come to. */
  agree(ours: Sdp, theirs: Sdp, offerer: 'us' | 'peer'): void {
    for (const stream of this.#all) {
      const [own, said] = [ours.media[stream.index], theirs.media[stream.index]];
      const before = stream.theirs;
      stream.theirs = said !== undefined && passedKind(said) === stream.kind ? said : undefined;
      if (offerer === 'us' && before === undefined) stream.byUs = stream.theirs !== undefined;
      if (offerer === 'us' && own !== undefined && own.port !== 0) stream.declined = stream.theirs === undefined;
      this.#connect(stream, own && said && readPassed(own, said, offerer, stream.keying));
    }
  }

  /** Each hears the same kind of the leg that is heard; undefined: nothing. True: video that it did not hear before. */
  hear(other: Streams | undefined): boolean {
    let begun = false;
    for (const stream of this.#all) {
      const session = other?.of(stream.kind)?.media.id;
      const before = stream.hears.kind === 'session' ? stream.hears.session : undefined;
      begun ||= stream.kind === 'video' && session !== undefined && session !== before;
      const hears: Hears = session === undefined ? NOTHING : { kind: 'session', session };
      stream.hears = hears;
      stream.media.hear(hears);
    }
    return begun;
  }

  /** The peer wants a key frame of the video that it sees. */
  refresh(): void {
    const video = this.of('video');
    if (video?.agreed === undefined) return;
    video.refreshes += 1;
    this.#connect(video, video.agreed);
  }

  release(): void {
    for (const stream of this.#all.splice(0)) stream.media.release();
  }

  #connect(stream: Stream, agreed: Passed | undefined): void {
    if (agreed === undefined && stream.agreed === undefined) return;
    const [before, now] = [stream.agreed?.remote, agreed?.remote];
    if (before?.address !== now?.address || before?.port !== now?.port) stream.epoch += 1;
    stream.agreed = agreed;
    stream.keying.met(agreed?.crypto?.receive.key);
    const { refreshes } = stream;
    const { clock = 90_000, send = [], receive = [], asked = 'pli', crypto } = agreed ?? {};
    stream.media.connect({
      remote: agreed?.remote,
      send: undefined,
      receive: [],
      events: undefined,
      rtcp: agreed?.rtcp,
      ptime: 20,
      latch: this.#ports.latch,
      epoch: stream.epoch,
      // A camera may be covered: only silence of the audio ends a call.
      timeout: 0,
      relay: { clock, send, receive, ...(stream.kind === 'video' && { asked, refreshes }) },
      ...(crypto && { crypto }),
    });
  }

  #inOrder(): readonly Stream[] {
    return this.#all.toSorted((a, b) => a.index - b.index);
  }

  #stream(kind: PassedKind, index: number): Stream | undefined {
    const known = this.of(kind);
    if (known !== undefined) return known;
    const media = this.#ports.allows(kind) ? this.#ports.lease() : undefined;
    if (media === undefined) return undefined;
    const nothing = { theirs: undefined, model: undefined, agreed: undefined, byUs: false, declined: false };
    const counts = { epoch: 0, refreshes: 0, hears: NOTHING };
    const stream = { kind, index, media, keying: this.#ports.keying(), ...nothing, ...counts };
    this.#all.push(stream);
    return stream;
  }
}

/** A line of that kind which was there, else a new one after all others (RFC 3264 §8.1). */
function placeOf(kind: PassedKind, previous: Sdp | undefined, others: readonly Stream[]): number {
  const known = previous?.media.findIndex(({ type }) => type === kind) ?? -1;
  if (known >= 0) return known;
  return Math.max(previous?.media.length ?? 1, ...others.map(({ index }) => index + 1));
}

/** The streams that an offer asks for, by kind. */
export function streamsIn(offer: Sdp): ReadonlyMap<PassedKind, Media> {
  const found = new Map<PassedKind, Media>();
  for (const media of offer.media) {
    const kind = passedKind(media);
    if (kind !== undefined && !found.has(kind)) found.set(kind, media);
  }
  return found;
}

/** Whether a description says that its sender hears nothing of the audio: the call is held. */
export function isHold(offer: Sdp): boolean {
  const audio = offer.media.find(({ type, port }) => type === 'audio' && port !== 0);
  return audio !== undefined && !receives(audio.direction);
}
