import { latin1, utf8 } from '../../src/kernel/index.ts';
import { type Dialog, type DialogTable, type Usage } from '../../src/sip/dialog/index.ts';
import { type Field, parse, type Request, type Response, responseTo } from '../../src/sip/message/index.ts';
import type { ServerTransaction } from '../../src/sip/transaction/types.ts';
import type { Flow } from '../../src/sip/transport/types.ts';
import type { Refusal } from '../../src/sip/usage/types.ts';
import type { Instrument } from './instrument.ts';

/** A phone's subscriptions, and the NOTIFYs that make their dialogs (RFC 6665 §4.4.1). */
export class Subscriptions {
  readonly #dialogs: DialogTable;
  readonly #all: PhoneSubscription[] = [];

  constructor(dialogs: DialogTable) {
    this.#dialogs = dialogs;
  }

  add(subscription: PhoneSubscription): void {
    this.#all.push(subscription);
  }

  /** Sees what arrives before the stack does: a NOTIFY may overtake the 200 to its SUBSCRIBE. */
  peek(flow: Flow, bytes: Uint8Array): void {
    if (latin1(bytes, 0, Math.min(7, bytes.length)) !== 'NOTIFY ') return;
    const notify = parse(bytes);
    if (notify.kind === 'request') for (const one of this.#all) one.meet(notify, flow, this.#dialogs);
  }
}

/** One subscription as the phone sees it. */
export class PhoneSubscription implements Usage {
  readonly event: string;
  /** Final responses to its SUBSCRIBEs, challenges left out. */
  readonly responses: (Response | Refusal)[] = [];
  readonly notifies: Request[] = [];
  /** What NOTIFYs are answered with. */
  answer = 200;
  readonly #phone: Instrument;
  readonly #target: string;
  readonly #callId: string;
  readonly #fromTag: string;
  #dialogs: DialogTable | undefined;
  #dialog: Dialog | undefined;
  #cseq = 0;
  #over = false;

  constructor(phone: Instrument, target: string, event: string) {
    const { kernel } = phone.host;
    this.#phone = phone;
    this.#target = target;
    this.event = event;
    this.#callId = kernel.token(16);
    this.#fromTag = kernel.token();
  }

  /** A NOTIFY has said that it ended. */
  get over(): boolean {
    return this.#over;
  }

  /** The status of the last final response; 0 before the first. */
  get status(): number {
    return this.responses.at(-1)?.status ?? 0;
  }

  /** The body of each NOTIFY, as text. */
  get bodies(): readonly string[] {
    return this.notifies.map(({ body }) => utf8(body));
  }

  /** Sends a SUBSCRIBE: the first, or a refresh; 0 seconds ends it. */
  subscribe(expires: number, more: readonly Field[] = []): void {
    this.#phone.host.kernel.input('subscribe', () => this.#send(expires, more, undefined));
  }

  meet(notify: Request, flow: Flow, dialogs: DialogTable): void {
    if (this.#dialog !== undefined || notify.callId !== this.#callId || notify.toTag !== this.#fromTag) return;
    this.#dialogs = dialogs;
    this.#dialog = {
      callId: notify.callId,
      localTag: notify.toTag,
      remoteTag: notify.fromTag,
      local: notify.headers.get('To') ?? '',
      remote: notify.headers.get('From') ?? '',
      state: 'confirmed',
      routeSet: notify.headers.list('Record-Route'),
      remoteTarget: notify.contacts[0]?.uriText ?? '',
      localSeq: this.#cseq,
      remoteSeq: undefined,
      flow,
    };
    dialogs.enter(this.#dialog, this);
  }

  receives(transaction: ServerTransaction): boolean {
    const { request } = transaction;
    if (request.method !== 'NOTIFY') return false;
    this.notifies.push(request);
    transaction.respond(responseTo(request, this.answer));
    const ended = request.headers.get('Subscription-State')?.startsWith('terminated') === true;
    if (ended || this.answer >= 300) this.#end();
    return true;
  }

  #end(): void {
    this.#over = true;
    if (this.#dialog !== undefined) this.#dialogs?.leave(this.#dialog, this);
  }

  #send(expires: number, more: readonly Field[], authorization: Field | undefined): void {
    const { agent, destination, identities, credentials } = this.#phone;
    const target = this.#dialog?.remoteTarget ?? this.#target;
    const who = { ...identities(this.#target), ...(this.#dialog === undefined ? {} : { to: this.#dialog.remote }) };
    this.#cseq += 1;
    const headers: readonly Field[] = [
      ['Event', this.event],
      ['Expires', String(expires)],
      ...more,
      ...(authorization === undefined ? [] : [authorization]),
    ];
    const options = { callId: this.#callId, fromTag: this.#fromTag, cseq: this.#cseq, headers };
    agent.request('SUBSCRIBE', { ...destination(this.#target), requestUri: target }, who, options, (result) => {
      const again = credentials.answer(result, 'SUBSCRIBE', target, authorization !== undefined);
      if (again !== undefined) return this.#send(expires, more, again);
      this.responses.push(result);
    });
  }
}
