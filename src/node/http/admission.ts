import type { IncomingHttpHeaders } from 'node:http';
import { allows } from '../../api/index.ts';
import { type Kernel, StrowgerError } from '../../kernel/index.ts';
import type { ApiScope, TokenView } from '../../pbx/tokens.ts';
import type { ExchangeView } from '../../pbx/view.ts';
import { Attempts } from './attempts.ts';

/** Why a request is not let in. */
export interface Refusal {
  readonly status: 401 | 403 | 421 | 429 | 503;
  readonly error: StrowgerError;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that was refused, for the log. */
export interface Refused {
  readonly source: string;
  readonly path: string;
  readonly why: string;
}

export interface AdmissionPorts {
  readonly kernel: Kernel;
  readonly view: Pick<ExchangeView, 'tokens'>;
  readonly tell: (refused: Refused) => void;
}

/** What is known of a request before its body. */
export interface Knock {
  readonly headers: IncomingHttpHeaders;
  readonly url: string;
  /** The address it comes from. */
  readonly source: string;
}

export type Admitted =
  | { readonly ok: true; readonly token: TokenView }
  | { readonly ok: false; readonly refusal: Refusal };

const CHALLENGE = { 'www-authenticate': 'Bearer realm="Strowger"' };
const PAGE_CHALLENGE = { 'www-authenticate': 'Basic realm="Strowger", charset="UTF-8"' };

/** Who may come in by which token. A valid one is let in from anywhere: nobody can lock others out by guessing. */
export class Admission {
  readonly #ports: AdmissionPorts;
  readonly #attempts: Attempts;

  constructor(ports: AdmissionPorts) {
    this.#ports = ports;
    this.#attempts = new Attempts(() => ports.kernel.now());
  }

  /** By `Authorization: Bearer`, or the token in hand. */
  admit(knock: Knock, scopes: readonly ApiScope[], given = bearerIn(knock.headers)): Admitted {
    return this.#admit(knock, scopes, given, CHALLENGE);
  }

  /** A page that a browser opens: it may say the token as a password. */
  admitPage(knock: Knock): Admitted {
    const given = bearerIn(knock.headers) ?? passwordIn(knock.headers);
    return this.#admit(knock, ['read'], given, PAGE_CHALLENGE);
  }

  /** Whether what was let in by that token would be let in now. */
  stillGood(given: string): boolean {
    return this.#ports.view.tokens.verify(given) !== undefined;
  }

  #admit(
    knock: Knock,
    scopes: readonly ApiScope[],
    given: string | undefined,
    challenge: Readonly<Record<string, string>>,
  ): Admitted {
    const token = given === undefined ? undefined : this.#ports.view.tokens.verify(given);
    if (token !== undefined) {
      if (allows(token.scopes, scopes)) return { ok: true, token };
      const wanted = [...scopes, 'admin'].join(' or ');
      return { ok: false, refusal: { status: 403, error: new StrowgerError('E_SCOPE', { wanted }) } };
    }
    const error = new StrowgerError('E_TOKEN', {});
    if (given === undefined) return { ok: false, refusal: { status: 401, error, headers: challenge } };
    const wait = this.#attempts.failed(knock.source);
    if (wait === 0) {
      this.#ports.tell({
        source: knock.source,
        path: knock.url.split('?')[0]?.slice(0, 200) ?? '',
        why: 'no such token',
      });
      return { ok: false, refusal: { status: 401, error, headers: challenge } };
    }
    const headers = { 'retry-after': String(wait) };
    return { ok: false, refusal: { status: 429, error: new StrowgerError('E_ATTEMPTS', {}), headers } };
  }
}

/**
 * On loopback only names of this machine are ours: a page of another origin whose name was made to lead here (DNS rebinding)
 * still says that name.
 */
export function strangeHost({ host }: IncomingHttpHeaders): Refusal | undefined {
  if (host === undefined || /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(host)) return undefined;
  return { status: 421, error: new StrowgerError('E_HOST', { host: host.slice(0, 100) }) };
}

/** Whether a proxy brought it: it comes from this machine, and whoever sent it does not. */
export function isForwarded(headers: IncomingHttpHeaders): boolean {
  return ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => headers[name] !== undefined);
}

function bearerIn({ authorization }: IncomingHttpHeaders): string | undefined {
  return /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}

function passwordIn({ authorization }: IncomingHttpHeaders): string | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/=]{1,400})$/i.exec(authorization ?? '') ?? [];
  return encoded === undefined
    ? undefined
    : Buffer.from(encoded, 'base64').toString('latin1').split(':').slice(1).join(':');
}
