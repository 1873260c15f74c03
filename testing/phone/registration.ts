import type { Kernel, Timer } from '../../src/kernel/index.ts';
import type { Field, Response } from '../../src/sip/message/index.ts';
import type { Destination, Identities, Refusal, UserAgent } from '../../src/sip/usage/types.ts';
import type { Credentials } from './credentials.ts';

export interface RegistrationParts {
  readonly kernel: Kernel;
  readonly agent: UserAgent;
  readonly credentials: Credentials;
  readonly destination: () => Destination;
  readonly identities: Identities;
  /** The Contact URI, without brackets. */
  readonly contact: () => string;
  /** `+sip.instance`'s URN; '' for none. */
  readonly instance: string;
  /** `reg-id`; 0 for none. */
  readonly regId: number;
  /** What its REGISTERs say besides. */
  readonly headers: readonly Field[];
}

/** How a REGISTER ended. */
export interface Registered {
  readonly status: number;
  readonly reasonPhrase: string;
  /** Seconds granted to our contact; 0: it is not bound. */
  readonly expires: number;
  /** Contact URIs of all bindings, as the registrar wrote them. */
  readonly contacts: readonly string[];
  readonly response: Response | undefined;
}

/** A phone's registration (RFC 3261 §10.2): one Call-ID, CSeq rising, refreshed when asked to. */
export class Registration {
  readonly #parts: RegistrationParts;
  readonly #callId: string;
  readonly #fromTag: string;
  #cseq = 0;
  #refresh: Timer | undefined;
  /** The last outcome. */
  last: Registered | undefined;

  constructor(parts: RegistrationParts) {
    this.#parts = parts;
    this.#callId = parts.kernel.token(16);
    this.#fromTag = parts.kernel.token();
  }

  /** Binds the contact for so many seconds; 0 unbinds it. */
  bind(expires: number, done: (outcome: Registered) => void): void {
    const { contact, instance, regId } = this.#parts;
    const flow = regId === 0 ? '' : `;reg-id=${regId}`;
    const params = instance === '' ? '' : `;+sip.instance="<${instance}>"${flow}`;
    this.#send(
      [
        ['Contact', `<${contact()}>${params}`],
        ['Expires', String(expires)],
      ],
      done,
    );
  }

  /** Unbinds every contact of this address of record, others' too (RFC 3261 §10.2.2). */
  unbindAll(done: (outcome: Registered) => void): void {
    this.#send(
      [
        ['Contact', '*'],
        ['Expires', '0'],
      ],
      done,
    );
  }

  /** Binds again each time nine tenths of what was granted have passed. */
  keepBound(expires: number): void {
    this.#refresh?.cancel();
    const granted = this.last?.expires ?? 0;
    if (granted === 0) return;
    this.#refresh = this.#parts.kernel.house.after(granted * 900, () =>
      this.bind(expires, () => this.keepBound(expires)),
    );
  }

  /** Refreshes no more. */
  rest(): void {
    this.#refresh?.cancel();
  }

  #send(headers: readonly Field[], done: (outcome: Registered) => void, authorization?: Field): void {
    const { agent, identities, destination, credentials } = this.#parts;
    const to = destination();
    this.#cseq += 1;
    const options = { callId: this.#callId, cseq: this.#cseq, fromTag: this.#fromTag };
    const own = [...headers, ...this.#parts.headers];
    const all = authorization === undefined ? own : [...own, authorization];
    agent.request('REGISTER', to, identities, { ...options, headers: all }, (result) => {
      const again = credentials.answer(result, 'REGISTER', to.requestUri, authorization !== undefined);
      if (again !== undefined) return this.#send(headers, done, again);
      this.last = this.#outcome(result);
      done(this.last);
    });
  }

  #outcome(result: Response | Refusal): Registered {
    const { status, reasonPhrase } = result;
    const response = 'kind' in result ? result : result.response;
    const contacts = status === 200 ? (response?.contacts ?? []) : [];
    const ours = contacts.find(({ uriText }) => uriText === this.#parts.contact());
    const expires = Number(
      ours?.params.get('expires') ?? (ours === undefined ? 0 : response?.headers.get('Expires')) ?? 0,
    );
    return { status, reasonPhrase, expires, contacts: contacts.map(({ uriText }) => uriText), response };
  }
}
