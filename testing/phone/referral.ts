import { latin1 } from '../../src/kernel/index.ts';
import type { DialogEntry, DialogTable, Usage } from '../../src/sip/dialog/index.ts';
import { parseValue, type Request, type Response, responseTo } from '../../src/sip/message/index.ts';
import type { ServerTransaction } from '../../src/sip/transaction/types.ts';
import type { InviteSession, Refusal } from '../../src/sip/usage/types.ts';

/** A REFER that a phone sent inside a call, and what it was told of it (RFC 3515). */
export class PhoneReferral implements Usage {
  readonly notifies: Request[] = [];
  /** The final response to the REFER. */
  response: Response | Refusal | undefined;
  /** What NOTIFYs are answered with. */
  answer = 200;
  readonly #dialogs: DialogTable;
  readonly #entry: DialogEntry | undefined;
  /** Another REFER went before it in the same call, so that its NOTIFYs have a name of their own (RFC 3515 §2.4.6). */
  readonly #named: boolean;
  /** The CSeq of the REFER: its own name, if it needs one. */
  #cseq = 0;
  #over = false;

  constructor(dialogs: DialogTable, { callId, localTag, remoteTag }: InviteSession, before: readonly PhoneReferral[]) {
    this.#dialogs = dialogs;
    this.#named = before.some(({ status }) => status < 300);
    this.#entry = dialogs.ofResponse({ callId, fromTag: localTag, toTag: remoteTag } as Response);
    if (this.#entry !== undefined) dialogs.enter(this.#entry.dialog, this);
  }

  /** The status of that response; 0 before it came. */
  get status(): number {
    return this.response?.status ?? 0;
  }

  /** The statuses it was told, in order. */
  get told(): readonly number[] {
    return this.notifies.map(({ body }) => Number(/^SIP\/2\.0 (\d{3}) /.exec(latin1(body))?.[1]));
  }

  /** A NOTIFY has said that nothing comes any more, or nothing ever did. */
  get over(): boolean {
    return this.#over;
  }

  /** Its Event value, of its first NOTIFY. */
  get event(): string {
    return this.notifies[0]?.headers.get('Event') ?? '';
  }

  /** @internal The REFER is on its way. */
  sent(): void {
    this.#cseq = this.#entry?.dialog.localSeq ?? 0;
  }

  /** @internal The REFER has its final response. */
  answered(response: Response | Refusal): void {
    this.response = response;
    if (!('kind' in response) || response.headers.get('Refer-Sub')?.toLowerCase() === 'false') this.#end();
  }

  /** @internal Nothing was told of it while its call was there, and nothing will: not even the NOTIFY that comes at once. */
  lapse(): void {
    if (this.notifies.length === 0) this.#end();
  }

  receives(transaction: ServerTransaction): boolean {
    const { request } = transaction;
    if (request.method !== 'NOTIFY' || this.#over || !this.#isMine(request)) return false;
    this.notifies.push(request);
    transaction.respond(responseTo(request, this.answer));
    if (request.headers.get('Subscription-State')?.startsWith('terminated') === true || this.answer >= 300) this.#end();
    return true;
  }

  #isMine({ headers }: Request): boolean {
    const event = parseValue(headers.get('Event') ?? '');
    if (event?.value !== 'refer') return false;
    if (this.notifies.length > 0) return headers.get('Event') === this.event;
    const id = event.params.get('id');
    return id === undefined ? !this.#named : Number(id) === this.#cseq;
  }

  #end(): void {
    this.#over = true;
    if (this.#entry !== undefined) this.#dialogs.leave(this.#entry.dialog, this);
  }
}
