import { type Errand, type Leg, type Outcome, type Switchboard } from '../call/index.ts';
import type { Instance } from './registrar.ts';
import type { Surroundings } from './script.ts';

/** A call to a GRUU: that phone of the account and no other, and nothing in its place (RFC 5627 §6.1). */
export function toInstance(
  dial: Surroundings['dial'],
  { account, instance }: Instance,
  failed: (caller: Leg, outcome: Outcome & { readonly kind: Exclude<Outcome['kind'], 'answered'> }) => void,
): Surroundings['dial'] {
  return (caller, wanted, options, then) => {
    const meant = wanted.some(({ number }) => number === account);
    const one = wanted.map((each) => (each.number === account ? { ...each, instance } : each));
    return dial(caller, one, options, (outcome) => {
      if (outcome.kind === 'answered' || !meant || !('id' in caller)) then(outcome);
      else failed(caller, outcome);
    });
  };
}

/** The same for a leg that somebody has sent to the GRUU, who gets it back when that phone does not answer. */
export function sentToInstance(
  board: Switchboard,
  dial: Surroundings['dial'],
  instance: Instance,
  errand: Errand,
): { readonly dial: Surroundings['dial']; readonly errand: Errand } {
  let why: Outcome | undefined;
  let reached = false;
  return {
    // Its script ends as if it had gone, and learns nothing of it. Whom somebody has answered before, nobody takes back.
    dial: toInstance(dial, instance, (caller, outcome) => {
      if (reached) return board.end(caller, outcome);
      why = outcome;
      board.take([caller], { in: 'limbo' }, undefined);
    }),
    errand: {
      ...errand,
      reached: () => {
        reached = true;
        errand.reached();
      },
      lost: () => (why === undefined || why.kind === 'answered' ? errand.lost() : errand.refused(why)),
    },
  };
}
