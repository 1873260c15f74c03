import type { Kernel } from '../kernel/index.ts';
import { type Algorithm, createChallenger, type Verdict } from '../sip/auth/index.ts';
import type { Field, Request } from '../sip/message/index.ts';
import type { Directory } from './directory.ts';

export type { Verdict };

/** Who may come in: digest by the accounts' secrets. Always 401, never 407 (telephony.md, Authentication). */
export interface Guard {
  verify(request: Request): Verdict;
  /** The 401's challenges after that verdict, strongest first. */
  challenge(verdict: Verdict): readonly Field[];
}

const ALGORITHMS: readonly Algorithm[] = ['SHA-256', 'MD5'];

export function createGuard(kernel: Kernel, directory: Directory, realm: string, key: Uint8Array): Guard {
  const challenger = createChallenger({ kernel, key, realm });
  return {
    verify: (request) => challenger.verify(request, (user) => directory.secretsOf(user)),
    challenge: (verdict) => challenger.challenges({ stale: !verdict.ok && verdict.reason === 'stale', only: ALGORITHMS }),
  };
}
