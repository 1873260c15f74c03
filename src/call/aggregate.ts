import { CAUSES, type Cause } from './party.ts';

/** 6xx speaks for all places where the callee could be (RFC 3261 §16.7 step 5, §21.6). */
export function isGlobal(cause: Cause): boolean {
  return cause.status >= 600;
}

/**
 * The refusal that is told for several: a 6xx, then busy, then the lowest class (RFC 3261 §16.7 step 6). A phone that rang
 * out says more than one that could not be had; a 503 is our affair, 500 to others.
 */
export function best(refusals: readonly Cause[]): Cause {
  const [first] = [...refusals].sort((a, b) => rank(a) - rank(b));
  const { status, reasonPhrase, q850 } = first ?? CAUSES.unavailable;
  const known = q850 === undefined ? {} : { q850 };
  return status === 503
    ? { status: 500, reasonPhrase: 'Server Internal Error', ...known }
    : { status, reasonPhrase, ...known };
}

function rank({ status, q850 }: Cause): number {
  if (status >= 600) return 0;
  if (status === 486) return 1;
  if (status === CAUSES.noAnswer.status && q850 === CAUSES.noAnswer.q850) return 2;
  return status === 408 || status === 503 ? 700 : status;
}
