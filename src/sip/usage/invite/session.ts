import type { Opened, Timer } from '../../../kernel/index.ts';
import { type Dialog, nameLocal, type Usage } from '../../dialog/index.ts';
import { parseNameAddr } from '../../message/index.ts';
import type { Field, NameAddr, Request, Response } from '../../message/types.ts';
import type { ClientTransaction, ServerTransaction } from '../../transaction/types.ts';
import type { Flow } from '../../transport/types.ts';
import type { Core } from '../core.ts';
import { wholeNumber } from '../fields.ts';
import type { Ending, InviteSession, Refusal, SessionUser } from '../types.ts';
import { accept } from './accept.ts';
import { reacknowledge, type SentAck } from './ack.ts';
import { actions } from './actions.ts';
import { bye, hangup } from './bye.ts';
import { cancel } from './cancel.ts';
import type { Occasion } from './occasion.ts';
import { keepChecked } from './check.ts';
import type { Fork } from './fork.ts';
import { type Learned, newcomer } from './learn.ts';
import type { News } from './prack.ts';
import { progress } from './progress.ts';
import { receive } from './receive.ts';
import { type Job, reinvite, resume, update } from './reinvite.ts';
import { reject } from './reject.ts';
import { isReliable, newReliability, type Provisional, type Reliability } from './reliable.ts';
import type { Reoffering } from './reoffer.ts';
import { acked, type Unacked } from './repeat.ts';
import { request } from './request.ts';
import { type Event, type State, shown, stepFor } from './states.ts';
import { newTimer, type SessionTimer } from './timer.ts';

/** What is known of a session. Plain data. */
export interface SessionRecord extends Learned {
  readonly role: 'uac' | 'uas';
  /** uac: the last one, when it had to be sent again (422). */
  invite: Request;
  readonly localTag: string;
  /** The path of the INVITE; uac: the last one, when it had to be sent again. */
  flow: Flow;
  state: State;
  /** The confirmed dialog, before that the one heard of last. */
  dialog: Dialog | undefined;
  /** uac: dialogs of provisional responses, until the first 2xx. */
  early: readonly Dialog[];
  /** How it ends, and what goes into the BYE. */
  ending: Ending;
  farewell: readonly Field[];
  /** The INVITE of ours whose 2xx brought an offer that the owner has not answered yet: its ACK is due. */
  owed: Request | undefined;
}

/** One INVITE usage: the record, what runs for it now, and one call for each verb. */
export class Session implements InviteSession, Usage {
  readonly core: Core;
  readonly record: SessionRecord;
  user: SessionUser | undefined;
  /** The transaction of the INVITE, by side. */
  client: ClientTransaction | undefined;
  server: ServerTransaction | undefined;
  /** The last ACK sent to each fork, by its tag. */
  readonly acks = new Map<string, SentAck>();
  /** Offer and answer of each dialog, by the peer's tag. */
  readonly forks = new Map<string, Fork>();
  /** uac: what the response at hand brings its owner. */
  news: News | undefined;
  /** uas: provisional responses that wait for PRACK. */
  readonly reliability: Reliability;
  /** uas: the last provisional response, which comes again every minute. */
  repeated: Provisional | undefined;
  readonly timer: SessionTimer;
  focus = false;
  keepAlive: Timer | undefined;
  /** The end of the INVITE's Expires. */
  lapse: Timer | undefined;
  /** Until the peer is asked again whether he is there. */
  checking: Timer | undefined;
  unacked: Unacked | undefined;
  /** The peer's re-INVITE or UPDATE that the owner has not answered yet. */
  reoffering: Reoffering | undefined;
  /** Our re-INVITE without a final response, those behind it, and the wait after a 491. */
  asking: Job | undefined;
  asked: ClientTransaction | undefined;
  jobs: readonly Job[] = [];
  glare: Timer | undefined;
  /** The session has ended and its last re-INVITE has no final response yet. */
  abandoned: Timer | undefined;
  readonly #opened: Opened;
  #open = true;

  constructor(core: Core, record: Pick<SessionRecord, 'role' | 'invite' | 'localTag' | 'flow'>) {
    this.core = core;
    this.record = {
      ...record,
      state: record.role === 'uac' ? 'inviting' : 'offered',
      dialog: undefined,
      ...newcomer(),
      early: [],
      ending: { by: 'none', why: 'still there' },
      farewell: [],
      owed: undefined,
    };
    this.#opened = core.kernel.scene.open('session');
    core.load.sessions += 1;
    this.reliability = newReliability(this);
    this.timer = newTimer(core);
  }

  /** Counts no more. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#opened.close();
    this.core.load.sessions -= 1;
  }

  get role(): 'uac' | 'uas' {
    return this.record.role;
  }

  get state(): InviteSession['state'] {
    return shown[this.record.state];
  }

  get invite(): Request {
    return this.record.invite;
  }

  get callId(): string {
    return this.record.invite.callId;
  }

  get localTag(): string {
    return this.record.localTag;
  }

  get remoteTag(): string {
    if (this.record.role === 'uas') return this.record.invite.fromTag;
    return this.record.dialog?.remoteTag ?? '';
  }

  get flow(): Flow {
    return this.record.dialog?.flow ?? this.record.flow;
  }

  get remoteAllow(): ReadonlySet<string> {
    return this.record.remoteAllow;
  }

  get remoteInfo(): ReadonlySet<string> {
    return this.record.remoteInfo;
  }

  get takesFromChange(): boolean {
    return this.record.fromChange;
  }

  get renamedTo(): NameAddr | undefined {
    const { dialog } = this.record;
    return dialog?.remoteChanged === true ? parseNameAddr(dialog.remote) : undefined;
  }

  identify(from: string): void {
    const { dialog, fromChange } = this.record;
    if (fromChange && dialog !== undefined) nameLocal(dialog, from);
  }

  get hopsLeft(): number {
    return (wholeNumber(this.record.invite, 'Max-Forwards') ?? 70) - 1;
  }

  get reliable(): boolean {
    return isReliable(this);
  }

  /** True when the event means something in this state. */
  may(event: Event): boolean {
    return stepFor(this.record.state, event) !== undefined;
  }

  /** Takes the step of the table, state first; false when the event means nothing in this state. */
  step(event: Event, occasion: Occasion): boolean {
    const step = stepFor(this.record.state, event);
    if (step === undefined) return false;
    const [to, ...doing] = step;
    this.record.state = to;
    for (const action of doing) actions[action](this, occasion);
    return true;
  }

  /** Sends a re-INVITE that had to wait, if nothing is in its way any more. */
  resume(): void {
    resume(this);
  }

  progress(status: number, reasonPhrase: string, options: { sdp?: Uint8Array; headers?: readonly Field[] } = {}): void {
    progress(this, status, reasonPhrase, options);
  }

  accept(sdp: Uint8Array, headers: readonly Field[] = []): void {
    accept(this, sdp, headers);
  }

  reject(status: number, reasonPhrase: string, headers: readonly Field[] = []): void {
    reject(this, status, reasonPhrase, headers);
  }

  cancel(headers: readonly Field[] = []): void {
    cancel(this, headers);
  }

  bye(headers: readonly Field[] = []): void {
    bye(this, headers);
  }

  hangup(options: { status?: number; reasonPhrase?: string; headers?: readonly Field[] } = {}): void {
    hangup(this, options);
  }

  reinvite(
    sdp: Uint8Array | undefined,
    headers: readonly Field[],
    done: (result: Response | Refusal, sendAck?: (answer: Uint8Array) => void) => void,
  ): void {
    reinvite(this, sdp, headers, done);
  }

  update(sdp: Uint8Array | undefined, headers: readonly Field[], done: (result: Response | Refusal) => void): void {
    update(this, sdp, headers, done);
  }

  keepChecked(every?: number): void {
    keepChecked(this, every);
  }

  request(
    method: string,
    options: { headers?: readonly Field[]; body?: Uint8Array },
    done: (result: Response | Refusal) => void,
  ): void {
    request(this, method, options, done);
  }

  receives(transaction: ServerTransaction, dialog: Dialog): boolean {
    return receive(this, transaction, dialog);
  }

  acknowledged(ack: Request): void {
    acked(this, ack);
  }

  stray(response: Response): void {
    reacknowledge(this, response);
  }
}
