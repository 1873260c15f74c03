import {
  type Agreement,
  type CodecName,
  type Direction,
  type LocalAudio,
  makeAnswer,
  makeOffer,
  parseSdp,
  printSdp,
  readAnswer,
  revise,
  type Sdp,
} from '../../src/sdp/index.ts';

export interface DescriptionParts {
  /** Where its RTP socket is now. */
  readonly local: () => { readonly address: string; readonly port: number };
  readonly codecs: readonly CodecName[];
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
    return this.#say(makeOffer(this.#audio(), this.#local, this.#remote));
  }

  /** The answer to an offer; undefined: 488. */
  answer(body: Uint8Array): Uint8Array | undefined {
    const offer = parseSdp(body);
    if ('malformed' in offer) return undefined;
    const made = makeAnswer(offer, this.#audio());
    if ('refused' in made) return undefined;
    this.#remote = offer;
    const said = this.#say(made.sdp);
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
    this.#parts.agreed(agreement);
    return true;
  }

  #audio(): LocalAudio {
    const { codecs, originId } = this.#parts;
    return { ...this.#parts.local(), codecs, direction: this.direction, originId, version: 1 };
  }

  #say(next: Sdp): Uint8Array {
    this.#local = revise(this.#local, next);
    return printSdp(this.#local);
  }
}
