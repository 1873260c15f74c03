import { display, type Kernel, wireText } from '../../kernel/index.ts';
import { type Field, quote, type Response } from '../message/index.ts';
import { type AuthParams, parseAuth, plain } from './auth-params.ts';
import { ALGORITHMS, type Algorithm, algorithmOf, type DigestInput, digestResponse, ha1 } from './digest.ts';

/** How often each nonce was used: kept by whoever answers several requests with one challenge. */
export class NonceCounts {
  readonly #counts = new Map<string, number>();

  /** The count of the next use, 1 the first time. The eight nonces last used are remembered. */
  next(nonce: string): number {
    const count = (this.#counts.get(nonce) ?? 0) + 1;
    this.#counts.delete(nonce);
    this.#counts.set(nonce, count);
    for (const oldest of this.#counts.keys()) if (this.#counts.size > 8) this.#counts.delete(oldest);
    return count;
  }
}

export interface AnswerInput {
  /** The 401 or 407 with the challenges. */
  readonly response: Response;
  readonly method: string;
  /** The Request-URI as it is written in the request. */
  readonly uri: string;
  /** People's text, as the password. */
  readonly user: string;
  readonly password: string;
  /** Of the request to send; matters where the peer wants auth-int alone. */
  readonly body?: Uint8Array;
  /** For further requests on the same challenge. */
  readonly counts?: NonceCounts;
}

/**
 * The Authorization (to a 401) or Proxy-Authorization (to a 407) for the strongest challenge we understand; undefined when
 * there is none. The caller tells a repeated 401 from a stale one by {@link isStale}.
 */
export function answer(kernel: Kernel, input: AnswerInput): Field | undefined {
  const strongest = pick(input.response);
  if (strongest === undefined) return undefined;
  const { challenge, algorithm, qop } = strongest;
  const realm = plain(challenge, 'realm') ?? '';
  const nonce = challenge.raw.get('nonce') ?? '';
  const secret = ha1(kernel.crypto, algorithm, input.user, display(realm), input.password);
  const counted: DigestInput['counted'] = qop && {
    qop,
    nc: (input.counts ?? new NonceCounts()).next(nonce).toString(16).padStart(8, '0'),
    cnonce: kernel.token(16),
  };
  const { method, uri, body = new Uint8Array(0) } = input;
  const digest = digestResponse(kernel.crypto, { algorithm, ha1: secret, nonce, method, uri, counted, body });
  const name = input.response.status === 407 ? 'Proxy-Authorization' : 'Authorization';
  const opaque = challenge.raw.get('opaque');
  return [
    name,
    `Digest username=${quote(wireText(input.user))}, realm=${quote(realm)}, nonce="${nonce}", uri="${uri}", response="${digest}"` +
      (challenge.raw.has('algorithm') ? `, algorithm=${algorithm}` : '') +
      (counted === undefined ? '' : `, qop=${counted.qop}, nc=${counted.nc}, cnonce="${counted.cnonce}"`) +
      (opaque === undefined ? '' : `, opaque="${opaque}"`),
  ];
}

/** Whether the peer only wants a new nonce: the password was right (RFC 7616 §3.3: stale). */
export function isStale(response: Response): boolean {
  return pick(response)?.challenge.raw.get('stale')?.toLowerCase() === 'true';
}

interface Choice {
  readonly challenge: AuthParams;
  readonly algorithm: Algorithm;
  readonly qop: 'auth' | 'auth-int' | undefined;
}

function pick(response: Response): Choice | undefined {
  const name = response.status === 407 ? 'Proxy-Authenticate' : 'WWW-Authenticate';
  const choices = response.headers.lines(name).flatMap(parseAuth).flatMap(choice);
  for (const algorithm of ALGORITHMS) {
    const found = choices.find((one) => one.algorithm === algorithm);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Nothing for a challenge that we cannot answer. */
function choice(challenge: AuthParams): readonly Choice[] {
  const algorithm = algorithmOf(plain(challenge, 'algorithm'));
  const offered = plain(challenge, 'qop')
    ?.split(',')
    .map((qop) => qop.trim().toLowerCase());
  const usable = challenge.scheme === 'digest' && challenge.raw.has('realm') && challenge.raw.has('nonce');
  if (!usable || algorithm === undefined) return [];
  if (offered === undefined) return [{ challenge, algorithm, qop: undefined }];
  if (offered.includes('auth')) return [{ challenge, algorithm, qop: 'auth' }];
  return offered.includes('auth-int') ? [{ challenge, algorithm, qop: 'auth-int' }] : [];
}
