import { fromLatin1, hex, type Kernel } from '../../kernel/index.ts';

/** Octets of the HMAC that a nonce shows. */
const SEAL = 16;

/**
 * Nonces that prove themselves: time of issue, random token, HMAC over both and over this run's own token. Issuing stores
 * nothing; a restart, another key or other text makes them unknown.
 */
export class Nonces {
  readonly #kernel: Kernel;
  readonly #key: Uint8Array;
  readonly #lifetime: number;
  readonly #run: string;

  constructor(kernel: Kernel, key: Uint8Array, lifetime: number) {
    this.#kernel = kernel;
    this.#key = key;
    this.#lifetime = lifetime;
    this.#run = kernel.token(16);
  }

  issue(): string {
    const content = Math.floor(this.#kernel.now()).toString(16).padStart(12, '0') + this.#kernel.token(8);
    return content + this.#seal(content);
  }

  /** When it was issued (monotonic ms); undefined when it is not ours or too old. */
  issuedAt(nonce: string): number | undefined {
    const content = nonce.slice(0, 28);
    if (nonce.length !== 28 + SEAL * 2) return undefined;
    const seal = fromLatin1(this.#seal(content));
    if (!this.#kernel.crypto.equal(seal, fromLatin1(nonce.slice(28)))) return undefined;
    const issued = Number.parseInt(content.slice(0, 12), 16);
    return this.#kernel.now() - issued <= this.#lifetime ? issued : undefined;
  }

  #seal(content: string): string {
    return hex(this.#kernel.crypto.hmac('sha256', this.#key, `${this.#run}:${content}`).subarray(0, SEAL));
  }
}
