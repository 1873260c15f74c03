import type { Kernel } from '../../../kernel/index.ts';
import type { Answer, Resolver } from './resolver.ts';

/** Seconds. Where nobody says for how long, for SRV and NAPTR out of the system's library, a minute. */
const TTL = { unsaid: 60, least: 5, most: 3600 };
/** How long an answer that has run out may stand in while name servers fail: better an old address than none (RFC 8767 §4). */
const STALE_MS = 86_400_000;
const MOST_ANSWERS = 1000;

interface Kept {
  readonly answer: Answer<unknown>;
  readonly until: number;
}

/** A resolver that keeps what it was told as long as that says (TTL); what is kept is answered at once. */
export function cached(kernel: Kernel, resolver: Resolver): Resolver {
  const kept = new Map<string, Kept>();
  const ask = <R>(
    key: string,
    put: (then: (answer: Answer<R>) => void) => void,
    then: (a: Answer<R>) => void,
  ): void => {
    const known = kept.get(key) as { readonly answer: Answer<R>; readonly until: number } | undefined;
    if (known !== undefined && known.until > kernel.now()) return then(known.answer);
    put((answer) => {
      if (answer.ok) keep(kept, key, { answer, until: kernel.now() + lasts(answer.ttl) });
      const old = !answer.ok && known !== undefined && known.until + STALE_MS > kernel.now();
      then(old ? known.answer : answer);
    });
  };
  return {
    naptr: (name, then) => ask(`naptr ${name}`, (told) => resolver.naptr(name, told), then),
    srv: (name, then) => ask(`srv ${name}`, (told) => resolver.srv(name, told), then),
    addresses: (name, family, then) => ask(`${family} ${name}`, (told) => resolver.addresses(name, family, told), then),
  };
}

function lasts(ttl: number = TTL.unsaid): number {
  return Math.min(TTL.most, Math.max(TTL.least, ttl)) * 1000;
}

/** The oldest make room. */
function keep(all: Map<string, Kept>, key: string, kept: Kept): void {
  all.delete(key);
  all.set(key, kept);
  const [oldest] = all.keys();
  if (all.size > MOST_ANSWERS && oldest !== undefined) all.delete(oldest);
}
