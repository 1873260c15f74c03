import { display, type Kernel } from '../kernel/index.ts';
import { createChallenger, type Verdict as DigestVerdict } from '../sip/auth/index.ts';
import type { Field, Request } from '../sip/message/index.ts';
import type { Flow } from '../sip/transport/types.ts';
import type { Directory } from './directory.ts';

/** As digest says it; without an algorithm when the sender's address was enough. */
export type Verdict = DigestVerdict | { readonly ok: true; readonly user: string; readonly algorithm: undefined };

/** Who may come in: from a trusted address, or by digest with the accounts' secrets. Always 401, never 407. */
export interface Guard {
  verify(request: Request, flow: Flow): Verdict;
  /** The 401's challenges after that verdict, strongest first. */
  challenge(verdict: Verdict & { ok: false }, request: Request, flow: Flow): readonly Field[];
  /** The secret that outlasts a restart: who does not exist is offered the same again. */
  keep(secret: Uint8Array): void;
}

export interface GuardPorts {
  readonly kernel: Kernel;
  readonly directory: Directory;
  readonly realm: string;
  /** The algorithm with which an account's phone at that address is registered now. */
  readonly algorithmAt: (account: string, address: string) => string | undefined;
}

/** Senders whose unanswered challenges are counted; the oldest is forgotten. */
const MOST_SENDERS = 4096;
/** So many requests without credentials, and the sender is taken to look at the first challenge only. */
const PATIENCE = 2;

export function createGuard({ kernel, directory, realm, algorithmAt }: GuardPorts): Guard {
  // A restart makes old nonces stale, which phones take in their stride: the key need not last.
  const challenger = createChallenger({ kernel, key: kernel.crypto.random(32), realm });
  let secret = kernel.crypto.random(32);
  const unanswered = new Map<string, number>();

  const count = (sender: string): void => {
    const before = unanswered.get(sender) ?? 0;
    unanswered.delete(sender);
    unanswered.set(sender, before + 1);
    const [oldest] = unanswered.keys();
    if (unanswered.size > MOST_SENDERS && oldest !== undefined) unanswered.delete(oldest);
  };

  /** Many phones know MD5 only and give up at the first challenge they do not know: for them it comes alone. */
  const simple = (request: Request, flow: Flow): boolean =>
    (unanswered.get(senderOf(request, flow)) ?? 0) >= PATIENCE ||
    algorithmAt(request.from.uri.user, flow.remote.address) === 'MD5';

  /** Always worked out, so that an account costs what its absence does. */
  const chance = (user: string): number => {
    const [high = 0, low = 0] = kernel.crypto.hmac('sha256', secret, `offer ${user}`);
    return (high * 256 + low) / 65_536;
  };

  return {
    keep: (kept) => {
      secret = kept;
    },
    verify: (request, flow) => {
      const claimed = display(request.from.uri.user);
      if (directory.trusts(claimed, flow.remote.address)) return { ok: true, user: claimed, algorithm: undefined };
      // A trunk's From is whoever calls through it. A phone that is registered from there is itself all the same.
      const bare = request.method !== 'REGISTER' && !request.headers.has('Authorization');
      const its = bare && algorithmAt(claimed, flow.remote.address) === undefined;
      const trunk = its ? directory.trunkAt(flow.remote.address) : undefined;
      if (trunk !== undefined) return { ok: true, user: trunk, algorithm: undefined };
      const verdict = challenger.verify(request, (user) => directory.secretsOf(user));
      if (verdict.ok) unanswered.delete(senderOf(request, flow));
      else if (!request.headers.has('Authorization')) count(senderOf(request, flow));
      return verdict;
    },
    challenge: (verdict, request, flow) => {
      const user = display(request.from.uri.user);
      const offered = directory.offerTo(user, chance(user));
      return challenger.challenges({
        stale: verdict.reason === 'stale',
        only: offered.includes('MD5') && simple(request, flow) ? ['MD5'] : offered,
      });
    },
  };
}

function senderOf(request: Request, flow: Flow): string {
  return `${request.from.uri.user}@${flow.remote.address}`;
}
