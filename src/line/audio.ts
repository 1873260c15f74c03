import type { MediaSession } from '../media/engine.ts';
import type { CodecName } from '../media/protocol.ts';
import {
  type Agreement,
  type LocalAudio,
  makeAnswer,
  makeOffer,
  parseSdp,
  printSdp,
  readAnswer,
  type Refused,
  revise,
  type Sdp,
} from '../sdp/index.ts';
import type { Keying } from './keying.ts';
import type { Streams } from './streams.ts';

/** How an endpoint presses and takes keys: telephone-event, SIP INFO, tones in the audio; auto: as it turns out. */
export type Dtmf = 'auto' | 'rfc4733' | 'info' | 'inband';

/** The session descriptions of one leg and what they agreed; its media session follows them. */
export interface Audio {
  readonly media: MediaSession;
  readonly originId: string;
  codecs: readonly CodecName[];
  /** What we last sent: never shrinks, and changes its version only with its content (telephony.md, SDP). */
  local: Sdp | undefined;
  /** What the peer last said: payload numbers it bound are not bound otherwise. */
  peer: Sdp | undefined;
  agreed: Agreement | undefined;
  /** Counts the remote addresses seen: a new one starts latching anew. */
  epoch: number;
  /** Answered: from now on silence may end it. */
  live: boolean;
  /** The address that the peer reaches the media session at. */
  readonly address: string;
  /** By which way keys are sent and taken. */
  readonly dtmf: Dtmf;
  /** Somebody wants its keys who does not hear them in the audio anyway. */
  keysWanted: boolean;
  /** Whether its audio may come from, and then goes to, another address than its SDP says. */
  readonly latch: boolean;
  readonly terms: AudioTerms;
}

/** On what terms a leg's audio is agreed. */
export interface AudioTerms {
  /** Left out: plain RTP only. */
  readonly keying?: Keying;
  /** The streams beside it; left out: every other stream is refused. */
  readonly streams?: Streams;
  /** So long without a packet that should come ends the leg (ms); 0: never; left out: as the media host is told. */
  readonly timeout?: number;
}

export function newAudio(
  media: MediaSession,
  originId: string,
  codecs: readonly CodecName[],
  address: string = media.local.address,
  latch = true,
  dtmf: Dtmf = 'auto',
  terms: AudioTerms = {},
): Audio {
  const nothing = { local: undefined, peer: undefined, agreed: undefined, epoch: 0, live: false, keysWanted: true };
  return { media, originId, codecs, ...nothing, address, latch, dtmf, terms };
}

/** Our offer; on a running leg it keeps the payload numbers and lines of what was said before. */
export function offer(audio: Audio): Uint8Array {
  const beside = audio.terms.streams?.offer(audio.local);
  return say(audio, makeOffer({ ...localAudio(audio), ...(beside && { beside }) }, audio.local, audio.peer));
}

/** What we last said, word for word, as an offer that changes nothing. */
export function repeated(audio: Audio): Uint8Array {
  return audio.local === undefined ? offer(audio) : printSdp(audio.local);
}

/** The answer to a peer's offer, agreed and in force; or why there is none. `prefer`: what the other leg of the call speaks. */
export function answer(audio: Audio, body: Uint8Array, prefer?: CodecName): { sdp: Uint8Array } | Refused {
  const theirs = parseSdp(body);
  if ('malformed' in theirs) return { refused: theirs.malformed, warning: 399 };
  return answerTo(audio, theirs, prefer);
}

/** Our first answer again, before it has been sent: what is said of other streams has changed, or which codec is wished for. */
export function reanswer(audio: Audio, prefer: CodecName | undefined): Uint8Array | undefined {
  if (audio.peer === undefined) return undefined;
  audio.local = undefined;
  const made = answerTo(audio, audio.peer, prefer);
  return 'sdp' in made ? made.sdp : undefined;
}

function answerTo(audio: Audio, theirs: Sdp, prefer: CodecName | undefined): { sdp: Uint8Array } | Refused {
  const beside = audio.terms.streams?.answer(theirs);
  const made = makeAnswer(theirs, { ...localAudio(audio), prefer, ...(beside && { beside }) });
  if ('refused' in made) return made;
  agree(audio, theirs, made.audio);
  const sdp = say(audio, made.sdp);
  audio.terms.streams?.agree(made.sdp, theirs, 'peer');
  return { sdp };
}

/** The codec that a leg is sent, so that another one may speak the same; undefined: nothing is agreed. */
export function spoken({ agreed }: Audio): CodecName | undefined {
  return (agreed?.send ?? agreed?.receive[0])?.codec;
}

/** Takes the peer's answer to our last offer; false: it cannot be used. */
export function answered(audio: Audio, body: Uint8Array): boolean {
  const theirs = parseSdp(body);
  if ('malformed' in theirs || audio.local === undefined) return false;
  const agreed = readAnswer(audio.local, theirs);
  if (agreed === undefined || lacksKeys(audio, agreed)) return false;
  agree(audio, theirs, agreed);
  audio.terms.streams?.agree(audio.local, theirs, 'us');
  return true;
}

/** Keys that were offered beside plain RTP may be left unanswered, but not where SRTP is required. */
function lacksKeys({ terms }: Audio, { crypto, send, receive }: Agreement): boolean {
  const silent = send === undefined && receive.length === 0;
  return terms.keying?.policy === 'required' && crypto === undefined && !silent;
}

function localAudio(audio: Audio): LocalAudio {
  const { port } = audio.media.local;
  return {
    ...(audio.terms.keying && { crypto: audio.terms.keying }),
    address: audio.address,
    port,
    codecs: audio.codecs,
    comfort: true,
    events: audio.dtmf === 'auto' || audio.dtmf === 'rfc4733',
    direction: 'sendrecv',
    originId: audio.originId,
    version: 1,
  };
}

function say(audio: Audio, next: Sdp): Uint8Array {
  audio.local = revise(audio.local, next);
  return printSdp(audio.local);
}

function agree(audio: Audio, peer: Sdp, agreed: Agreement): void {
  audio.peer = peer;
  const { remote } = agreed;
  const moved = remote?.address !== audio.agreed?.remote?.address || remote?.port !== audio.agreed?.remote?.port;
  if (moved) audio.epoch += 1;
  audio.agreed = agreed;
  audio.terms.keying?.met(agreed.crypto?.receive.key);
  connect(audio, agreed);
}

/** The leg is answered, and its peer knows. */
export function live(audio: Audio): void {
  if (audio.live) return;
  audio.live = true;
  if (audio.agreed !== undefined) connect(audio, audio.agreed);
}

/** Tones in its audio are listened for, or not: that costs the decoding of what it says. */
export function wantKeys(audio: Audio, wanted: boolean): void {
  if (audio.keysWanted === wanted) return;
  audio.keysWanted = wanted;
  if (audio.agreed !== undefined) connect(audio, audio.agreed);
}

function connect(audio: Audio, agreed: Agreement): void {
  audio.media.connect({
    remote: agreed.remote,
    send: agreed.send,
    receive: agreed.receive,
    events: agreed.events,
    ...(agreed.comfort === true && { comfort: true }),
    rtcp: agreed.rtcp,
    ptime: agreed.ptime,
    inband: audio.keysWanted && agreed.events === undefined && (audio.dtmf === 'auto' || audio.dtmf === 'inband'),
    latch: audio.latch,
    epoch: audio.epoch,
    ...(agreed.crypto && { crypto: agreed.crypto }),
    ...(agreed.xr === true && { xr: true }),
    ...timeoutOf(audio, agreed),
  });
}

/** Who rings, holds, or may not be heard is not expected to send; a held leg is checked by its session timer. */
function timeoutOf({ terms: { timeout }, live: up }: Audio, agreed: Agreement): { readonly timeout?: number } {
  if (timeout === undefined) return {};
  return { timeout: up && !agreed.heldByPeer && agreed.receive.length > 0 ? timeout : 0 };
}
