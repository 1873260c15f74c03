import { display, fromLatin1, type Kernel, wireText } from '../../kernel/index.ts';
import { type Field, parseUri, quote, type Request } from '../message/index.ts';
import { type AuthParams, parseAuth, plain } from './auth-params.ts';
import { type Algorithm, algorithmOf, type DigestInput, digestResponse } from './digest.ts';
import { Nonces } from './nonce.ts';
import { NonceUses } from './nonce-uses.ts';

/**
 * - `missing`: nothing there that we could check. Challenge.
 * - `stale`: nonce not ours, too old, or its count used before. Challenge with `stale`; no strike.
 * - `wrong`: the password is wrong, or the answer was made for another Request-URI.
 * - `unknown`: no such user, or no secret of his for that algorithm. To be answered as `wrong` is.
 */
export type Verdict =
  | { readonly ok: true; readonly user: string; readonly algorithm: Algorithm }
  | { readonly ok: false; readonly reason: 'missing' | 'stale' | 'wrong' | 'unknown' };

export type Secrets = { readonly [A in Algorithm]?: string };

export interface Challenger {
  /** One WWW-Authenticate line per algorithm, in the order given; SHA-256 then MD5 without `only`. All with one new nonce. */
  challenges(options?: { readonly stale?: boolean; readonly only?: readonly Algorithm[] }): readonly Field[];
  /**
   * Checks a request's Authorization. `lookup` gets the user name as people's text and gives HA1s in hex. Once a request: a
   * second time its count was used before.
   */
  verify(request: Request, lookup: (user: string) => Secrets | undefined): Verdict;
}

export interface ChallengerOptions {
  readonly kernel: Kernel;
  /** Secret octets, 32 or more. */
  readonly key: Uint8Array;
  /** People's text. */
  readonly realm: string;
  /** Of a nonce, in ms; 5 minutes. */
  readonly lifetime?: number;
}

const OFFERED: readonly Algorithm[] = ['SHA-256', 'MD5'];
/** Nonces with a count to remember: about 10 MB. */
const MOST_NONCES = 65_536;
/** Authorization lines that are looked at. */
const MOST_LINES = 8;

/** Credentials for our realm, as far as they can be checked. */
interface Credentials {
  readonly algorithm: Algorithm;
  readonly user: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly counted: DigestInput['counted'];
}

/** The server's side of digest authentication in SIP (RFC 8760, RFC 7616, RFC 2617; RFC 3261 §22). */
export function createChallenger(options: ChallengerOptions): Challenger {
  const { kernel } = options;
  const lifetime = options.lifetime ?? 300_000;
  const realm = wireText(options.realm);
  const nonces = new Nonces(kernel, options.key, lifetime);
  const uses = new NonceUses(lifetime, MOST_NONCES);

  /** Of several the first with a nonce that is good; else the first. */
  function choose(request: Request): { given: Credentials; issued: number | undefined } | undefined {
    let first: Credentials | undefined;
    for (const line of request.headers.lines('Authorization').slice(0, MOST_LINES)) {
      for (const params of parseAuth(line)) {
        const given = credentials(params, realm);
        if (given === undefined) continue;
        const issued = nonces.issuedAt(given.nonce);
        if (issued !== undefined) return { given, issued };
        first ??= given;
      }
    }
    return first && { given: first, issued: undefined };
  }

  return {
    challenges({ stale = false, only = OFFERED } = {}) {
      const common = `Digest realm=${quote(realm)}, nonce="${nonces.issue()}"`;
      const rest = `qop="auth"${stale ? ', stale=true' : ''}`;
      return only.map((algorithm): Field => ['WWW-Authenticate', `${common}, algorithm=${algorithm}, ${rest}`]);
    },

    verify(request, lookup) {
      const chosen = choose(request);
      if (chosen === undefined) return { ok: false, reason: 'missing' };
      const { given, issued } = chosen;
      if (issued === undefined) return { ok: false, reason: 'stale' };
      const count = given.counted === undefined ? 0 : countOf(given.counted.nc);
      if (count === undefined) return { ok: false, reason: 'stale' };

      const known = lookup(given.user)?.[given.algorithm];
      const right = matches(kernel, request, given, known ?? NOBODY[given.algorithm]);
      if (known === undefined) return { ok: false, reason: 'unknown' };
      if (!right || !sameResource(given.uri, request)) return { ok: false, reason: 'wrong' };
      const fresh = given.counted === undefined || uses.use(given.nonce, issued, count, kernel.now());
      return fresh ? { ok: true, user: given.user, algorithm: given.algorithm } : { ok: false, reason: 'stale' };
    },
  };
}

/** Stands in for the HA1 of users that do not exist, so that they cost the same work. */
const NOBODY: Readonly<Record<Algorithm, string>> = {
  MD5: '0'.repeat(32),
  'SHA-256': '0'.repeat(64),
  'SHA-512-256': '0'.repeat(64),
};

function credentials(params: AuthParams, realm: string): Credentials | undefined {
  const { scheme, raw } = params;
  const algorithm = algorithmOf(plain(params, 'algorithm'));
  if (scheme !== 'digest' || algorithm === undefined || plain(params, 'realm') !== realm) return undefined;
  const user = plain(params, 'username');
  const nonce = raw.get('nonce');
  const uri = raw.get('uri');
  const response = raw.get('response');
  if (user === undefined || nonce === undefined || uri === undefined || response === undefined) return undefined;
  const counted = countedOf(raw);
  return counted === 'broken'
    ? undefined
    : { algorithm, user: display(user), nonce, uri, response: response.toLowerCase(), counted };
}

/** qop with what belongs to it; RFC 2617 §3.2.2 lets all three be left out. A missing count is a bad one. */
function countedOf(raw: ReadonlyMap<string, string>): DigestInput['counted'] | 'broken' {
  const qop = raw.get('qop')?.toLowerCase();
  const cnonce = raw.get('cnonce');
  if (qop === undefined || qop === '') return undefined;
  if ((qop !== 'auth' && qop !== 'auth-int') || cnonce === undefined) return 'broken';
  return { qop, nc: raw.get('nc') ?? '', cnonce };
}

/** nc-value: hexadecimal digits, eight by the grammar. */
function countOf(nc: string): number | undefined {
  return /^[0-9a-fA-F]{1,8}$/.test(nc) ? Number.parseInt(nc, 16) : undefined;
}

function matches(kernel: Kernel, request: Request, given: Credentials, secret: string): boolean {
  const { algorithm, nonce, uri, counted } = given;
  const { method, body } = request;
  const right = digestResponse(kernel.crypto, { algorithm, ha1: secret, nonce, method, uri, counted, body });
  return given.response.length === right.length && kernel.crypto.equal(fromLatin1(given.response), fromLatin1(right));
}

/**
 * RFC 8760 §2.6 item 6: the answer must be meant for this resource. Ports and parameters may differ: proxies and phones
 * change them.
 */
function sameResource(uriText: string, request: Request): boolean {
  if (uriText === request.uriText) return true;
  const uri = parseUri(uriText);
  return uri !== undefined && uri.user === request.uri.user && uri.host === request.uri.host;
}
