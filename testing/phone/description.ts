import {
  type Agreement,
  type CodecName,
  type Direction,
  type LocalAudio,
  type Line,
  type LocalCrypto,
  makeAnswer,
  makeOffer,
  parseSdp,
  printSdp,
  readAnswer,
  revise,
  type Sdp,
} from '../../src/sdp/index.ts';

import type { Picture } from './picture.ts';

export interface DescriptionParts {
  /** Where its RTP socket is now. */
  readonly local: () => { readonly address: string; readonly port: number };
  readonly codecs: readonly CodecName[];
  readonly crypto: LocalCrypto;
  readonly events: boolean;
  /** Its streams beside the audio. */
  readonly pictures: readonly Picture[];
  readonly originId: string;
  /** What was agreed anew. */
  readonly agreed: (agreement: Agreement) => void;
}

/** The session descriptions of one call as a phone keeps them. */
export class Description {
  /** What the phone wishes: sendonly while it holds. */
  direction: Direction = 'sendrecv';
  readonly #parts: DescriptionParts;
  #local: Sdp | undefined;
  #remote: Sdp | undefined;

  constructor(parts: DescriptionParts) {
    this.#parts = parts;
  }

  offer(): Uint8Array {
    return this.#say(makeOffer({ ...this.#audio(), beside: this.#offered() }, this.#local, this.#remote));
  }

  /** The answer to an offer; undefined: 488. */
  answer(body: Uint8Array): Uint8Array | undefined {
    const offer = parseSdp(body);
    if ('malformed' in offer) return undefined;
    const made = makeAnswer(offer, { ...this.#audio(), beside: this.#answered(offer) });
    if ('refused' in made) return undefined;
    this.#remote = offer;
    const said = this.#say(made.sdp);
    this.#agree('peer');
    this.#parts.agreed(made.audio);
    return said;
  }

  /** Takes the peer's answer to the last offer; false: it is none. */
  answered(body: Uint8Array): boolean {
    const answer = parseSdp(body);
    if ('malformed' in answer || this.#local === undefined) return false;
    const agreement = readAnswer(this.#local, answer);
    if (agreement === undefined) return false;
    this.#remote = answer;
    this.#agree('us');
    this.#parts.agreed(agreement);
    return true;
  }

  #audio(): LocalAudio {
    const { codecs, crypto, events, originId } = this.#parts;
    return { ...this.#parts.local(), codecs, crypto, events, direction: this.direction, originId, version: 1 };
  }

  #offered(): ReadonlyMap<number, readonly Line[]> {
    const sections = new Map<number, readonly Line[]>();
    let next = this.#local?.media.length ?? 1;
    for (const picture of this.#parts.pictures) {
      const known = this.#local?.media.findIndex(({ type }) => type === picture.options.kind) ?? -1;
      if (!picture.on) continue;
      const at = known >= 0 ? known : next;
      if (known < 0) next += 1;
      sections.set(at, picture.offer(this.#local?.media[at]));
    }
    return sections;
  }

  #answered(offer: Sdp): ReadonlyMap<number, readonly Line[]> {
    const sections = new Map<number, readonly Line[]>();
    for (const [at, theirs] of offer.media.entries()) {
      const picture = this.#parts.pictures.find(({ options }) => options.kind === theirs.type);
      const lines = picture?.answer(theirs);
      if (lines !== undefined) sections.set(at, lines);
    }
    return sections;
  }

  #agree(offerer: 'us' | 'peer'): void {
    for (const picture of this.#parts.pictures) {
      const of = (sdp: Sdp | undefined) => sdp?.media.find(({ type }) => type === picture.options.kind);
      picture.agree(of(this.#local), of(this.#remote), offerer);
    }
  }

  #say(next: Sdp): Uint8Array {
    this.#local = revise(this.#local, next);
    return printSdp(this.#local);
  }
}
