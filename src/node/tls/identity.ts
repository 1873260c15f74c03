import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, getCACertificates, type PeerCertificate, type SecureContext } from 'node:tls';
import { StrowgerError } from '../../kernel/index.ts';
import { why } from '../why.ts';

/** How the peers are verified that we connect to by a name. */
export interface Verifying {
  /** Those whose word is taken; made when the first is asked for. */
  readonly authorities: () => SecureContext;
}

/** The system's authorities, Node's own, and those of these PEM files. Throws E_AUTHORITY for a file that is none. */
export function verifying(files: readonly string[]): Verifying {
  let context: SecureContext | undefined;
  const own = files.map(authorityIn);
  const read = (): SecureContext => {
    const known = new Set([...getCACertificates('default'), ...getCACertificates('system')]);
    return createSecureContext({ ca: [...known, ...own] });
  };
  return { authorities: () => (context ??= read()) };
}

function authorityIn(file: string): string {
  try {
    const text = readFileSync(file, 'utf8');
    // Throws for what is none.
    void new X509Certificate(text);
    return text;
  } catch (error) {
    throw new StrowgerError('E_AUTHORITY', { file, why: why(error) }, { cause: error });
  }
}

/**
 * Why a certificate is none of this SIP domain's; undefined: it is (RFC 5922 §7.1, §7.2). URIs `sip:domain` and DNS names of
 * the subjectAltName count, the common name only without one; no wildcard does.
 */
export function notOf(domain: string, { subject, subjectaltname }: PeerCertificate): string | undefined {
  const wanted = domain.toLowerCase().replace(/\.$/, '');
  const names = identities(subjectaltname ?? '');
  const common = [subject?.CN ?? []].flat();
  const all = subjectaltname === undefined ? common : names;
  if (all.some((name) => name.toLowerCase() === wanted)) return undefined;
  return `its certificate is for ${all.length === 0 ? 'nobody' : all.join(', ')}, not for ${domain}`;
}

/** Node quotes values that hold a comma; such are no domains. */
function identities(subjectaltname: string): readonly string[] {
  return subjectaltname.split(', ').flatMap((entry) => {
    const [, kind = '', value = ''] = /^(DNS|URI):(.*)$/.exec(entry) ?? [];
    if (kind === 'DNS') return [value];
    const [, domain] = /^sip:([^@;?:]+)$/i.exec(value) ?? [];
    return domain === undefined ? [] : [domain];
  });
}
