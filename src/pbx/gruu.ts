import { type Crypto, fromLatin1, hex } from '../kernel/index.ts';
import { printUri, quote, type Uri } from '../sip/message/index.ts';

/** What a GRUU names (RFC 5627 §3.1): a public one the instance, a temporary one what a binding's `gruuKey` says. */
export type Gruu =
  | { readonly kind: 'public'; readonly account: string; readonly instance: string }
  | { readonly kind: 'temporary'; readonly gruuKey: string };

const KEY_OCTETS = 8;
const SALT_OCTETS = 8;
const SEAL_OCTETS = 10;
const PREFIX = 'tgruu.';

/**
 * Makes and reads GRUUs without remembering any (RFC 5627 §5.4, Appendix A): a temporary one is the binding's key under a
 * salt, sealed, so that two of them cannot be linked and none can be made up.
 */
export class Gruus {
  readonly #crypto: Crypto;
  readonly #secret: Uint8Array;

  constructor(crypto: Crypto, secret: Uint8Array) {
    this.#crypto = crypto;
    this.#secret = secret;
  }

  /** A key under which an instance's temporary GRUUs are made, until they become invalid. */
  newKey(): string {
    return hex(this.#crypto.random(KEY_OCTETS));
  }

  publicOf(aor: Uri, instance: string): string {
    return printUri({ ...bare(aor), params: new Map([['gr', bracketless(instance)]]) });
  }

  temporaryOf(aor: Uri, gruuKey: string): string {
    const salt = hex(this.#crypto.random(SALT_OCTETS));
    const veiled = this.#veil(salt, gruuKey);
    const user = `${PREFIX}${salt}${veiled}${this.#seal(salt + veiled)}`;
    return printUri({ ...bare(aor), user, params: new Map([['gr', '']]) });
  }

  /** The Contact parameters of a binding (RFC 5627 §5.2); none without an instance. */
  paramsOf(aor: Uri, row: { readonly instance: string; readonly gruuKey: string }): string {
    if (row.instance === '' || row.gruuKey === '') return '';
    const [pub, temp] = [this.publicOf(aor, row.instance), this.temporaryOf(aor, row.gruuKey)];
    return `;pub-gruu=${quote(pub)};temp-gruu=${quote(temp)}`;
  }

  /** undefined: no GRUU, or none of ours. */
  read(uri: Uri): Gruu | undefined {
    const instance = uri.params.get('gr');
    if (instance === undefined) return undefined;
    if (instance !== '') return { kind: 'public', account: uri.user, instance };
    const text = uri.user.startsWith(PREFIX) ? uri.user.slice(PREFIX.length) : '';
    if (!SHAPE.test(text)) return undefined;
    const [salt, veiled] = [text.slice(0, SALT_OCTETS * 2), text.slice(SALT_OCTETS * 2, -SEAL_OCTETS * 2)];
    const seal = fromLatin1(text.slice(-SEAL_OCTETS * 2));
    if (!this.#crypto.equal(seal, fromLatin1(this.#seal(salt + veiled)))) return undefined;
    return { kind: 'temporary', gruuKey: this.#veil(salt, veiled) };
  }

  /** Its own inverse: the key and what the salt makes of the secret, digit by digit. */
  #veil(salt: string, digits: string): string {
    const pad = hex(this.#crypto.hmac('sha256', this.#secret, `veil ${salt}`));
    return digits.replaceAll(/./g, (digit, at: number) =>
      (Number.parseInt(digit, 16) ^ Number.parseInt(pad.charAt(at), 16)).toString(16),
    );
  }

  #seal(text: string): string {
    return hex(this.#crypto.hmac('sha256', this.#secret, `seal ${text}`)).slice(0, SEAL_OCTETS * 2);
  }
}

const SHAPE = new RegExp(`^[0-9a-f]{${(SALT_OCTETS + KEY_OCTETS + SEAL_OCTETS) * 2}}$`);

/** Whether a public GRUU's `gr` names that instance. */
export function isInstance(gr: string, instance: string): boolean {
  return instance !== '' && bracketless(instance).toLowerCase() === gr.toLowerCase();
}

/** An instance id is a URN in angle brackets (RFC 5626 §4.1), which no URI parameter may hold. */
function bracketless(instance: string): string {
  return instance.replace(/^<(.*)>$/, '$1');
}

function bare({ scheme, user, host, port }: Uri): Uri {
  return { scheme, user, password: '', host, port, params: new Map(), headers: '' };
}
