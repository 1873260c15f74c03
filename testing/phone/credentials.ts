import type { Kernel } from '../../src/kernel/index.ts';
import { answer, isStale, NonceCounts } from '../../src/sip/auth/index.ts';
import type { Field, Response } from '../../src/sip/message/index.ts';
import type { Refusal } from '../../src/sip/usage/types.ts';

export interface CredentialsParts {
  readonly kernel: Kernel;
  readonly user: string;
  readonly password: string;
}

/** Answers challenges (RFC 3261 §22.2) until the password turns out to be wrong. */
export class Credentials {
  readonly #parts: CredentialsParts;
  readonly #counts = new NonceCounts();

  constructor(parts: CredentialsParts) {
    this.#parts = parts;
  }

  /**
   * The header to repeat a refused request with; undefined: it was no challenge, we have no answer, or it was answered and
   * refused again.
   */
  answer(refusal: Response | Refusal, method: string, uri: string, answered: boolean): Field | undefined {
    const response = 'kind' in refusal ? refusal : refusal.response;
    if (response === undefined || (response.status !== 401 && response.status !== 407)) return undefined;
    if (answered && !isStale(response)) return undefined;
    const { kernel, user, password } = this.#parts;
    return answer(kernel, { response, method, uri, user, password, counts: this.#counts });
  }
}
