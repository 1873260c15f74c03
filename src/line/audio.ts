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
  revise,
  type Sdp,
} from '../sdp/index.ts';

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
  /** The address that the peer reaches the media session at. */
  readonly address: string;
  /** Whether its audio may come from, and then goes to, another address than its SDP says. */
  readonly latch: boolean;
}

export function newAudio(
  media: MediaSession,
  originId: string,
  codecs: readonly CodecName[],
  address: string = media.local.address,
  latch = true,
): Audio {
  return { media, originId, codecs, local: undefined, peer: undefined, agreed: undefined, epoch: 0, address, latch };
}

/** Our offer; on a running leg it keeps the payload numbers and lines of what was said before. */
export function offer(audio: Audio): Uint8Array {
  return say(audio, makeOffer(localAudio(audio), audio.local, audio.peer));
}

/** What we last said, word for word, as an offer that changes nothing. */
export function repeated(audio: Audio): Uint8Array {
  return audio.local === undefined ? offer(audio) : printSdp(audio.local);
}

/** The answer to a peer's offer, agreed and in force; or why there is none. */
export function answer(audio: Audio, body: Uint8Array): { sdp: Uint8Array } | { refused: string } {
  const theirs = parseSdp(body);
  if ('malformed' in theirs) return { refused: theirs.malformed };
  const made = makeAnswer(theirs, localAudio(audio));
  if ('refused' in made) return made;
  agree(audio, theirs, made.audio);
  return { sdp: say(audio, made.sdp) };
}

/** Takes the peer's answer to our last offer; false: it cannot be used. */
export function answered(audio: Audio, body: Uint8Array): boolean {
  const theirs = parseSdp(body);
  if ('malformed' in theirs || audio.local === undefined) return false;
  const agreed = readAnswer(audio.local, theirs);
  if (agreed === undefined) return false;
  agree(audio, theirs, agreed);
  return true;
}

function localAudio(audio: Audio): LocalAudio {
  const { port } = audio.media.local;
  return {
    address: audio.address,
    port,
    codecs: audio.codecs,
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
  audio.media.connect({
    remote,
    send: agreed.send,
    receive: agreed.receive,
    events: agreed.events,
    rtcp: agreed.rtcp,
    ptime: agreed.ptime,
    latch: audio.latch,
    epoch: audio.epoch,
  });
}
