import type { Leg } from '../../call/index.ts';
import type { TransferPolicy } from '../config.ts';
import { type Duration, milliseconds } from '../duration.ts';
import type { Waiting } from './call.ts';
import type { Running } from './running.ts';

export interface BridgeOptions {
  /**
   * What becomes of somebody whom the other one transfers in vain and then hangs up: that one is rung back (recall), he hears
   * congestion and is hung up, or goes to a number. As the endpoint of who transfers says, unless said.
   */
  readonly whenTransferFails?: NonNullable<TransferPolicy['failed']>;
  /** How long is rung back; as the endpoint says, unless said. */
  readonly ringBack?: Duration;
}

/** The `bridge` of a script. */
export function bridge(at: Running, leg: Leg, options: BridgeOptions = {}): Promise<void> {
  return at.verb<void>((done) => {
    const rules = rulesOf(options);
    if (leg.state === 'gone') return done();
    if (!at.others.has(leg)) throw new Error('a script bridges only what its own dial got');
    answerAs(at, leg);
    talk(at, leg, rules);
    if (!at.bridged) done();
    at.reached();
  });
}

/** The `meet` of a script. */
export function meet(at: Running, { leg }: Waiting): Promise<boolean> {
  return at.verb<boolean>((done) => {
    if (leg === undefined || leg === at.leg || leg.state !== 'up') return done(false);
    answerAs(at, leg);
    at.around.board.take([leg], at.place, at.owner);
    at.others.add(leg);
    at.met = true;
    talk(at, leg, {});
    at.reached();
  });
}

function answerAs({ leg, around }: Running, { party }: Leg): void {
  if (leg.state !== 'up') around.board.answer(leg, party);
}

function talk(at: Running, leg: Leg, rules: TransferRules): void {
  const { board, ruleTransfers } = at.around;
  at.keyboard.forget();
  ruleTransfers([at.leg, leg], rules);
  at.bridged = board.bridge(at.leg, leg);
}

/** The same as an endpoint says it. */
export type TransferRules = Pick<TransferPolicy, 'failed' | 'ringBack'>;

/** Throws a RangeError for what the dialplan's author cannot mean. */
function rulesOf({ whenTransferFails: failed, ringBack }: BridgeOptions): TransferRules {
  return { ...(failed && { failed }), ...(ringBack && { ringBack: milliseconds(ringBack) }) };
}
