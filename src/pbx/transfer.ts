import {
  CAUSES,
  type Errand,
  type GoBack,
  type Cause,
  type Leg,
  type LegEvent,
  type Party,
  type Sent,
  Transfer,
} from '../call/index.ts';
import { display, type Kernel } from '../kernel/index.ts';
import type { TransferAsked } from '../line/index.ts';
import type { Tone } from '../media/protocol.ts';
import type { Uri } from '../sip/message/index.ts';
import { type Referral, SILENT } from '../sip/usage/index.ts';
import type { Calls } from './calls.ts';
import type { TransferPolicy } from './config.ts';
import { type Dialplan, matches } from './dialplan.ts';
import type { Directory } from './directory.ts';
import type { Instance } from './registrar.ts';
import { runScript, type Surroundings, type TransferRules } from './script.ts';
import { sentToInstance } from './to-instance.ts';
import type { TransferTaken, TransferWish } from './view.ts';

export interface TransfersPorts {
  readonly kernel: Kernel;
  readonly directory: Directory;
  /** As it is now. */
  readonly plan: () => Dialplan;
  readonly scripts: Omit<Surroundings, 'route'>;
  /** The phone that a GRUU names; undefined: none, now. */
  readonly instanceOf: (gruu: Uri) => Instance | undefined;
  /** Calls for a transferee at another system, which is trusted with that; undefined: it is not. */
  readonly abroad: (asked: TransferAsked) => ((transferee: Leg, errand: Errand) => Sent | undefined) | undefined;
}

/** How long after a success the transferor may take to hang up by itself (telephony.md, Transfers). */
const PARTING = 2000;
/** How long a transferee whom nobody wants hears so. */
const SORRY = 15_000;
const RING_BACK = 20_000;
/** Within this time a call that is cancelled and a REFER to where it rang are one transfer (blond, second style). */
const TOGETHER = 2000;

/** Who may be sent where by whom, and what becomes of those who come back. */
export class Transfers {
  readonly #ports: TransfersPorts;
  readonly #byTransferor = new WeakMap<Leg, Transfer>();
  /** What the dialplan says of transfers by those who talk. */
  readonly #ruled = new WeakMap<Leg, TransferRules>();
  /** What callers have dialled who are not answered yet. */
  readonly #dialed = new Map<Leg, string>();
  #cancelled: readonly { readonly account: string; readonly dialed: string; readonly at: number }[] = [];

  constructor(ports: TransfersPorts) {
    this.#ports = ports;
  }

  /** Two are joined by a dialplan that says what becomes of those whom they send on in vain; before what their endpoints say. */
  rule(legs: readonly Leg[], rules: TransferRules): void {
    for (const leg of legs) this.#ruled.set(leg, rules);
  }

  /** A caller's leg goes to what he dialled. */
  arrived(leg: Leg, dialed: string): void {
    this.#dialed.set(leg, dialed);
  }

  observe({ event, leg }: LegEvent): void {
    if (event !== 'leg.up' && event !== 'leg.gone') return;
    const dialed = this.#dialed.get(leg);
    this.#dialed.delete(leg);
    if (dialed === undefined || event === 'leg.up' || leg.account === undefined) return;
    const at = this.#ports.kernel.now();
    this.#cancelled = [...this.#recent(), { account: leg.account, dialed, at }];
  }

  /** A phone sends its party elsewhere: by REFER. */
  asked(leg: Leg, asked: TransferAsked): void {
    const before = this.#byTransferor.get(leg);
    if (before?.pending === true) return asked.refuse(491, 'Request Pending');
    const transferee = this.#ports.scripts.board.peerOf(leg) ?? before?.failed;
    if (transferee === undefined) return asked.refuse(603, 'Decline');
    if (asked.refer.replaces !== undefined) return this.#attended(leg, transferee, asked);
    if (!asked.ours) return this.#abroad(leg, transferee, asked);
    this.#blind(leg, transferee, asked);
  }

  /** Somebody sends his party on without his phone's asking: by keys, or by a program. A Cause: he may not, or has none. */
  sendOn(leg: Leg, number: string, transferee = this.#ports.scripts.board.peerOf(leg)): Cause | undefined {
    const policy = this.#policyOf(leg);
    if (transferee === undefined || this.#byTransferor.get(leg)?.pending === true) return CAUSES.unavailable;
    if (policy.to?.some((pattern) => matches(pattern, number)) === false) return CAUSES.declined;
    this.#begin(leg, transferee, SILENT, this.#goBack(leg, policy)).blind((sent, errand) =>
      this.#send(sent, number, errand, leg.account),
    );
    return undefined;
  }

  /** A program asks for it. */
  wished(calls: Pick<Calls, 'legsOf'>, id: string, { to, join, by, leg: named }: TransferWish): TransferTaken {
    const legs = calls.legsOf(id).filter(({ state }) => state === 'up');
    const his = by !== undefined || named !== undefined;
    const found = his
      ? legs.find((leg) => (by === undefined || leg.account === by) && (named === undefined || leg.id === named))
      : legs.findLast(({ direction }) => direction === 'out');
    if (legs.length === 0) return 'no call';
    if (found === undefined) return 'nobody';
    if (to !== undefined && this.#ports.plan().route(to) === undefined) return 'no number';
    const other =
      join === undefined
        ? undefined
        : calls.legsOf(join).find(({ account }) => account !== undefined && account === found.account);
    if (to === undefined && other === undefined) return 'no other call';
    const refused = other === undefined ? this.sendOn(found, to ?? '') : this.#join(found, other);
    return refused === undefined ? 'asked' : refused === CAUSES.declined ? 'forbidden' : 'nobody';
  }

  /** Whom he talks to takes his place in another call of his, answered or still ringing elsewhere. */
  #join(leg: Leg, consulting: Leg): Cause | undefined {
    const transferee = this.#ports.scripts.board.peerOf(leg);
    const pending = [leg, consulting].some((one) => this.#byTransferor.get(one)?.pending === true);
    if (transferee === undefined || pending || consulting === leg || consulting === transferee)
      return CAUSES.unavailable;
    if (consulting.state !== 'up' && consulting.direction === 'out') return CAUSES.unavailable;
    this.#begin(leg, transferee, SILENT, undefined).attended(consulting);
    return undefined;
  }

  #blind(leg: Leg, transferee: Leg, asked: TransferAsked): void {
    const { uri } = asked.refer;
    const gruu = uri.params.has('gr');
    const instance = gruu ? this.#ports.instanceOf(uri) : undefined;
    // Nobody has it any more, or ever had (RFC 5627 §5.6): whoever sends somebody there is told as with an unknown number.
    const number = instance?.account ?? (gruu ? '' : numberOf(uri));
    const policy = this.#policyOf(leg);
    if (policy.to?.some((pattern) => matches(pattern, number)) === false) return asked.refuse(403, 'Forbidden');
    const ringing = this.#consulting(leg, number);
    const alone = this.#recent().some(({ account, dialed }) => account === leg.account && dialed === number);
    const goBack = ringing !== undefined || alone ? undefined : this.#goBack(leg, policy);
    const transfer = this.#begin(leg, transferee, asked.accept(), goBack);
    if (ringing !== undefined) transfer.attended(ringing);
    else transfer.blind((sent, errand) => this.#send(sent, number, errand, leg.account, instance));
  }

  #attended(leg: Leg, transferee: Leg, asked: TransferAsked): void {
    const { consulting, ours } = asked;
    if (consulting === undefined && !ours) return this.#abroad(leg, transferee, asked);
    if (consulting === undefined) return asked.accept().report(481, 'Call/Transaction Does Not Exist');
    // Who replaces must be a party of what he replaces.
    const own = consulting.account !== undefined && consulting.account === leg.account;
    if (!own || consulting === leg || consulting === transferee) return asked.refuse(403, 'Forbidden');
    // Whom he talks to there is being sent elsewhere: nobody can come to him meanwhile.
    if (this.#byTransferor.get(consulting)?.pending === true) return asked.refuse(491, 'Request Pending');
    const rings = consulting.state !== 'up';
    if (rings && consulting.direction === 'out') return asked.accept().report(481, 'Call/Transaction Does Not Exist');
    this.#begin(leg, transferee, asked.accept(), undefined).attended(consulting);
  }

  /** A dialog there has been opened already; ways to numbers there are the dialplan's to open, but for the system itself. */
  #abroad(leg: Leg, transferee: Leg, asked: TransferAsked): void {
    const itself = this.#ports.directory.accounts.get(leg.account ?? '')?.trusted === true;
    const send = asked.refer.replaces !== undefined || itself ? this.#ports.abroad(asked) : undefined;
    if (send === undefined) return asked.refuse(403, 'Forbidden');
    this.#begin(leg, transferee, asked.accept(), this.#goBack(leg, this.#policyOf(leg))).blind(send);
  }

  #begin(leg: Leg, transferee: Leg, referral: Referral, goBack: GoBack | undefined): Transfer {
    const { kernel, scripts } = this.#ports;
    const report: Referral['report'] = (...news) => referral.report(...news);
    const congestion = (sorry: Leg): Tone => scripts.tonesOf(sorry, 'congestion');
    const parts = { kernel, board: scripts.board, report, goBack, parting: PARTING, sorry: SORRY, congestion };
    const transfer = new Transfer(parts, leg, transferee);
    this.#byTransferor.set(leg, transfer);
    return transfer;
  }

  /** A leg of his that rings just there. */
  #consulting({ account }: Leg, number: string): Leg | undefined {
    if (account === undefined) return undefined;
    for (const [leg, dialed] of this.#dialed)
      if (leg.account === account && dialed === number && leg.place.in === 'script') return leg;
    return undefined;
  }

  #recent(): readonly { readonly account: string; readonly dialed: string; readonly at: number }[] {
    const since = this.#ports.kernel.now() - TOGETHER;
    return this.#cancelled.filter(({ at }) => at >= since);
  }

  #policyOf(leg: Leg): TransferPolicy {
    const own = this.#ports.directory.accounts.get(leg.account ?? '')?.transfer;
    return { ...own, ...this.#ruled.get(leg) };
  }

  #send(transferee: Leg, number: string, errand: Errand, referredBy?: string, instance?: Instance): undefined {
    const { scripts, plan } = this.#ports;
    const { route } = plan();
    const script = route(number);
    if (script === undefined) {
      errand.refused(CAUSES.noSuchNumber);
      return undefined;
    }
    const around = { ...referredFrom(scripts, referredBy), route };
    const meant = instance && sentToInstance(scripts.board, around.dial, instance, errand);
    runScript({ ...around, ...(meant && { dial: meant.dial }) }, transferee, number, script, meant?.errand ?? errand);
  }

  #goBack({ account }: Leg, { failed = 'recall', ringBack = RING_BACK }: TransferPolicy): GoBack | undefined {
    if (failed === 'hangup' || account === undefined) return undefined;
    return failed === 'recall' ? this.#recall(account, ringBack) : this.#sendOn(failed.number);
  }

  /** The transferor is rung on behalf of the transferee, whom he sees with the reason. */
  #recall(account: string, ringBack: number): GoBack {
    return (transferee, then) =>
      this.#ports.scripts.dial(
        transferee,
        [{ number: account, instance: undefined, after: 0, for: undefined }],
        {
          for: ringBack,
          strategy: 'all',
          callLimit: Number.POSITIVE_INFINITY,
          earlyMedia: 'never',
          declineEnds: 'dial',
          alert: { answers: false },
          silent: true,
          direct: true,
          shows: returned(transferee.party),
        },
        (outcome) => then(outcome.kind === 'answered' && outcome.leg),
      );
  }

  #sendOn(number: string): GoBack {
    return (transferee, then, replaced) => {
      this.#send(transferee, number, {
        heard: () => undefined,
        reached: () => then(true),
        refused: () => then(false),
        lost: () => then(true),
        replaced,
      });
      return { cancel: () => undefined };
    };
  }
}

/** Whoever is rung is told who sent the caller. */
function referredFrom(
  scripts: Omit<Surroundings, 'route'>,
  referredBy: string | undefined,
): Omit<Surroundings, 'route'> {
  if (referredBy === undefined) return scripts;
  return {
    ...scripts,
    sentBy: referredBy,
    dial: (caller, wanted, how, then) => scripts.dial(caller, wanted, { ...how, referredBy }, then),
  };
}

function numberOf({ scheme, user, host }: Uri): string {
  return display(scheme === 'tel' ? host : user);
}

function returned(party: Party): Party {
  return { ...party, name: `${party.name} (transfer returned)`.trim() };
}
