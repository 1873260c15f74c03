import {
  CAUSES,
  type Cause,
  type Dial,
  type Leg,
  type LegEvent,
  type Outcome,
  outcomeOf,
  type Party,
  type Switchboard,
} from '../call/index.ts';
import type { Kernel, Opened } from '../kernel/index.ts';
import type { Calls } from './calls.ts';
import type { Script } from './dialplan.ts';
import type { Directory } from './directory.ts';
import { type Duration, milliseconds } from './duration.ts';
import { callIdsOf } from './onward.ts';
import type { RingingOptions } from './ringing.ts';
import { type Call, runScript, type Surroundings } from './script.ts';
import type { CallView, PlacedView } from './view.ts';

/** A call that the exchange is to place. */
export type Origination = {
  /** Whose phones ring first: an account's number. */
  readonly from: string;
  /** Whom displays show while phones ring, in the place of who will be talked to. */
  readonly callerId?: Party;
  /** How long phones ring, each time; 30 s unless said. */
  readonly for?: Duration;
  /** On whose behalf: that account's limit of calls holds, and it shows no caller id but its own. */
  readonly account?: string;
  /** The phones that ring first pick up by themselves, as for click-to-call. */
  readonly autoAnswer?: boolean;
} & (
  | {
      /** What happens when they answer: what this number does in the dialplan. */
      readonly to: string;
    }
  | {
      /** When they answer, the phones of this account are rung, and both are joined. */
      readonly join: string;
    }
);

/** A call that was placed. */
export interface Originated {
  /** The call's id. */
  readonly call: string;
  /** What has become of it so far. */
  readonly now: PlacedView;
  /** Gives up while phones ring, hangs up later. */
  cancel(): void;
}

export interface OriginatePorts {
  readonly kernel: Kernel;
  readonly board: Switchboard;
  readonly calls: Calls;
  readonly directory: Directory;
  readonly scripts: Omit<Surroundings, 'route'>;
  /** As it is now. */
  readonly route: (number: string) => Script | undefined;
  /** New calls are refused while the exchange drains. */
  readonly draining: () => boolean;
}

/** So many that are over are remembered for those who ask. */
const REMEMBERED = 1000;

/** The calls that the exchange places, by id: those in progress, and the last that are over. */
export class Originations {
  readonly #ports: OriginatePorts;
  readonly #all = new Map<string, Placing>();

  constructor(ports: OriginatePorts) {
    this.#ports = ports;
  }

  /** Rings `from`; `hear` is told in later steps what becomes of it, the last time with `ended`. Throws a RangeError for a duration that is none. */
  place(request: Origination, hear: (now: PlacedView) => void = () => undefined): Originated {
    const placing = new Placing(this.#ports, request, hear);
    const refusal = this.#refusal(request);
    this.#all.set(placing.call, placing);
    this.#forget();
    placing.start(refusal);
    return placing;
  }

  /** Told of every leg's events, after the step. */
  observe(event: LegEvent): void {
    this.#all.get(event.leg.call)?.observe(event);
  }

  placedOf(call: string): PlacedView | undefined {
    return this.#all.get(call)?.now;
  }

  /** One that is over, as long as it is remembered. */
  over(call: string): CallView | undefined {
    const placing = this.#all.get(call);
    return placing?.now.state === 'ended' ? placing.view : undefined;
  }

  /** Ends the one call whose id begins so; false: there is none, or several. */
  cancel(prefix: string): boolean {
    const [only, ...others] = [...this.#all.values()].filter(
      ({ call, now }) => call.startsWith(prefix) && now.state !== 'ended',
    );
    if (only === undefined || others.length > 0) return false;
    only.cancel();
    return true;
  }

  /** Ends all that have not ended. */
  cancelAll(): void {
    for (const placing of this.#all.values()) placing.cancel();
  }

  /** Why a call is not even tried. */
  #refusal(request: Origination): Cause | undefined {
    if (this.#ports.draining()) return DRAINING;
    if ('to' in request && this.#ports.route(request.to) === undefined) return CAUSES.noSuchNumber;
    if ('join' in request && !this.#ports.directory.accounts.has(request.join)) return CAUSES.noSuchNumber;
    return request.account === undefined ? undefined : this.#against(request.account, request.callerId);
  }

  /** What an account may not: more calls than its limit, and the name of another. */
  #against(number: string, callerId: Party | undefined): Cause | undefined {
    const { directory, board } = this.#ports;
    const account = directory.accounts.get(number);
    if (account === undefined) return FORBIDDEN;
    const own = [directory.partyOf(number), directory.callerOf(number), ...(account.identities ?? [])];
    if (callerId !== undefined && !own.some((party) => party?.number === callerId.number)) return FORBIDDEN;
    const calls = callIdsOf(board, number);
    for (const { call, account: behalf, now } of this.#all.values())
      if (behalf === number && now.state !== 'ended') calls.add(call);
    return account.calls !== undefined && calls.size >= account.calls ? CAUSES.busy : undefined;
  }

  #forget(): void {
    const over = [...this.#all.values()].filter(({ now }) => now.state === 'ended');
    for (const { call } of over.slice(0, Math.max(0, over.length - REMEMBERED))) this.#all.delete(call);
  }
}

const FORBIDDEN: Cause = { status: 403, reasonPhrase: 'Forbidden', q850: 21 };
const DRAINING: Cause = { status: 503, reasonPhrase: 'Service Unavailable', q850: 41 };

/** One call on its way. */
class Placing implements Originated {
  readonly call: string;
  readonly account: string | undefined;
  readonly #ports: OriginatePorts;
  readonly #request: Origination;
  readonly #hear: (now: PlacedView) => void;
  readonly #since: number;
  readonly #ringing: number;
  readonly #counted: Opened;
  #now: PlacedView = { state: 'calling' };
  #answeredAt: number | undefined;
  #dial: Dial | undefined;
  #leg: Leg | undefined;
  /** Who has hung up first. */
  #left: Party | undefined;
  #cancelled = false;
  #over = false;

  constructor(ports: OriginatePorts, request: Origination, hear: (now: PlacedView) => void) {
    this.#ringing = milliseconds(request.for ?? '30s');
    this.call = ports.kernel.token(12);
    this.account = request.account;
    this.#ports = ports;
    this.#request = request;
    this.#hear = hear;
    this.#since = ports.kernel.wall();
    this.#counted = ports.kernel.scene.open('origination');
  }

  get now(): PlacedView {
    return this.#now;
  }

  /** As a call that is over: its legs are gone. */
  get view(): CallView {
    const [from, dialed, since, answeredAt] = [this.#party, this.#dialed, this.#since, this.#answeredAt];
    return { id: this.call, from, dialed, since, answeredAt, legs: [], placed: this.#now };
  }

  start(refusal: Cause | undefined): void {
    const { calls, scripts } = this.#ports;
    const { from, autoAnswer: answers = false } = this.#request;
    calls.place(this.call, this.#party, this.#dialed);
    if (refusal !== undefined) return this.#refused(refusal);
    this.#dial = scripts.dial(
      { call: this.call, party: this.#shown() },
      [{ number: from, instance: undefined, after: 0, for: undefined }],
      { ...PLAIN, for: this.#ringing, alert: { answers }, direct: true, video: 'join' in this.#request },
      (outcome) => this.#rung(outcome),
    );
  }

  cancel(): void {
    if (this.#over) return;
    this.#cancelled = true;
    const { board } = this.#ports;
    if (this.#leg !== undefined) return board.end(this.#leg, CAUSES.normal);
    this.#dial?.cancel(CAUSES.cancelled);
    this.#refused(CAUSES.cancelled);
  }

  observe(event: LegEvent): void {
    if (this.#now.state === 'ended') return;
    const { leg } = event;
    if (event.event === 'leg.ringing' && this.#now.state === 'calling') this.#tell({ state: 'ringing', at: leg.party });
    if (event.event === 'leg.up') this.#up(leg);
    if (event.event === 'leg.gone' && event.left && event.cause.status < 300) this.#left ??= leg.party;
    if (event.event === 'leg.gone' && leg === this.#leg) this.#ended(event.cause);
  }

  /** Who the call is from in lists and records: whoever is rung first. */
  get #party(): Party {
    const { from } = this.#request;
    return this.#ports.directory.partyOf(from) ?? { name: '', number: from };
  }

  get #dialed(): string {
    return 'to' in this.#request ? this.#request.to : this.#request.join;
  }

  /** Whom the display of `from` shows: on behalf of another, that one; else whom one would talk to. */
  #shown(): Party {
    const { callerId, account, from } = this.#request;
    const { directory } = this.#ports;
    const behalf = account === undefined || account === from ? undefined : directory.callerOf(account);
    return callerId ?? behalf ?? directory.partyOf(this.#dialed) ?? { name: '', number: this.#dialed };
  }

  /** The dial has ended: its step is over with this. */
  #rung(outcome: Outcome): void {
    this.#dial = undefined;
    if (outcome.kind !== 'answered') return this.#refused(outcome);
    const { calls, scripts, route } = this.#ports;
    const { leg } = outcome;
    this.#leg = leg;
    calls.placed(this.call, leg);
    const script = 'to' in this.#request ? route(this.#request.to) : this.#joining(this.#request.join);
    if (script === undefined) return this.#ports.board.end(leg, CAUSES.noSuchNumber);
    runScript({ ...scripts, route }, leg, this.#dialed, script);
  }

  #joining(number: string): Script {
    const { callerId, from } = this.#request;
    const shows = callerId ?? this.#ports.directory.callerOf(from);
    const how = { for: `${this.#ringing}ms` as const, ...(shows === undefined ? {} : { callerId: shows }) };
    return async (call: Call) => {
      const result = await call.dial(number, how);
      return result.kind === 'answered' ? call.bridge(result.leg) : call.hangup(result);
    };
  }

  /** `from` answered, or another for it. */
  #up(leg: Leg): void {
    if (leg === this.#leg) {
      this.#answeredAt = this.#ports.kernel.wall();
      this.#tell({ state: 'answered', at: leg.party });
    } else if (this.#now.state === 'answered') this.#tell({ state: 'joined', at: leg.party });
  }

  /** Nobody came to have a leg. Told after the events of legs that were rung. */
  #refused(cause: Cause): void {
    this.#over = true;
    this.#ports.kernel.afterStep(() =>
      this.#ports.kernel.input('originate', () => {
        this.#ports.calls.placed(this.call, cause);
        this.#end(this.#cancelled ? 'cancelled' : outcomeOf(cause).kind, cause);
      }),
    );
  }

  /** The first leg is over. What its script told it stands for what the call came to. */
  #ended(cause: Cause): void {
    this.#over = true;
    const well = cause.status < 300;
    const wanted = 'to' in this.#request || this.#now.state === 'joined';
    if (well && wanted) return this.#end('answered', cause);
    this.#end(well ? 'cancelled' : outcomeOf(cause).kind, well ? CAUSES.cancelled : cause);
  }

  #end(outcome: NonNullable<PlacedView['outcome']>, { status, reasonPhrase, q850 }: Cause): void {
    this.#counted.close();
    this.#tell({ state: 'ended', outcome, status, reasonPhrase, q850, by: this.#left });
  }

  #tell(now: PlacedView): void {
    this.#now = now;
    this.#hear(now);
  }
}

const PLAIN = {
  strategy: 'all',
  callLimit: Number.POSITIVE_INFINITY,
  earlyMedia: 'never',
  declineEnds: 'dial',
} as const satisfies Partial<RingingOptions>;
