import { lookup, type RecordWithTtl, Resolver as NameServers, type SrvRecord } from 'node:dns';
import type { Answer, Naptr, Resolver, Srv } from '../sip/transport/resolve/resolver.ts';

/** What a name server says when there is no such name, or nothing of that kind (RFC 1035 §4.1.1). */
const NOTHING: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA']);
const TRY_MS = 2000;
const TRIES = 2;

type Told = NodeJS.ErrnoException | null;

/**
 * Names over DNS. `servers` are addresses, with a port where it is not 53 (`192.0.2.53`, `[::1]:5353`); without them the system's
 * are asked, and addresses as the system finds them, its hosts file included.
 */
export function createResolver({ servers = [] }: { readonly servers?: readonly string[] } = {}): Resolver {
  const dns = new NameServers({ timeout: TRY_MS, tries: TRIES });
  if (servers.length > 0) dns.setServers([...servers]);
  const asSystemFinds: Resolver['addresses'] = (name, family, then) =>
    lookup(name, { family, all: true }, (error, found) =>
      then(answer(error, () => found.map(({ address }) => address))),
    );
  const asServersSay: Resolver['addresses'] = (name, family, then) => {
    const told = (error: Told, found: readonly RecordWithTtl[]): void => then(lasting(error, found));
    if (family === 4) dns.resolve4(name, { ttl: true }, told);
    else dns.resolve6(name, { ttl: true }, told);
  };
  return {
    naptr: (name, then) => dns.resolveNaptr(name, (error, found) => then(answer<Naptr>(error, () => found))),
    srv: (name, then) => dns.resolveSrv(name, (error, found) => then(answer<Srv>(error, () => found.map(srvOf)))),
    addresses: servers.length === 0 ? asSystemFinds : asServersSay,
  };
}

/** Of several records the shortest time counts. */
function lasting(error: Told, found: readonly RecordWithTtl[]): Answer<string> {
  const told = answer(error, () => found.map(({ address }) => address));
  return told.ok && told.records.length > 0 ? { ...told, ttl: Math.min(...found.map(({ ttl }) => ttl)) } : told;
}

function srvOf({ priority, weight, port, name }: SrvRecord): Srv {
  return { priority, weight, port, target: name };
}

/** With an error there are no records to look at. */
function answer<R>(error: Told, records: () => readonly R[]): Answer<R> {
  if (error === null) return { ok: true, records: records() };
  return NOTHING.has(error.code ?? '') ? { ok: true, records: [] } : { ok: false, why: error.message };
}
