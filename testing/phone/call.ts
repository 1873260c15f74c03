import type { CodecName } from '../../src/codec/index.ts';
import { type Field, type Message, reasonPhrase, type Request, type Response } from '../../src/sip/message/index.ts';
import type { ServerTransaction } from '../../src/sip/transaction/types.ts';
import type { Ending, InviteSession, Refusal, Reoffer, SessionUser } from '../../src/sip/usage/types.ts';
import type { Duration } from '../duration.ts';
import type { Source } from '../ear.ts';
import { Audio, type Stream } from './audio.ts';
import { Description } from './description.ts';
import { type Display, Screen } from './display.ts';
import { Hearing } from './hearing.ts';
import { type DialOptions, type Instrument, PATIENCE } from './instrument.ts';
import { invite } from './inviting.ts';
import { type InfoType, Keypad } from './keypad.ts';
import { Offering } from './offering.ts';
import { Picture } from './picture.ts';
import type { PhoneReferral } from './referral.ts';
import { Referring, replacesOf } from './referring.ts';
import { suiteKeys } from './suite-keys.ts';
import { textsIn } from './texts.ts';

export type CallState = 'calling' | 'ringing' | 'answered' | 'up' | 'ended';

/** One call as the person at the phone sees and hears it. */
export class PhoneCall extends Hearing {
  readonly direction: 'in' | 'out';
  /** Statuses heard, in order, challenges left out; one that repeats the last counts once. */
  readonly status: number[] = [];
  /** Everything the display showed, in order; the last is what it shows now. */
  readonly displays: readonly Display[];
  /** Requests that came inside the call and that it has no other use for (INFO, NOTIFY…). */
  readonly requests: Request[] = [];
  /** Re-INVITEs of the peer that were answered. */
  reoffers = 0;
  /** Re-INVITEs of its own by which the session timer repeated what it said. */
  refreshes = 0;
  /** How it ended without a refusal. */
  ending: Ending | undefined;
  /** The refusal it ended with. */
  refusal: Refusal | undefined;
  /** Whether the peer holds this call. */
  heldByPeer = false;
  #state: CallState;
  #session: InviteSession | undefined;
  #peerContact = '';
  /** What the INVITE offered, until it is answered. */
  #offer: Uint8Array | undefined;
  readonly #phone: Instrument;
  readonly #screen: Screen;
  readonly #referring: Referring;
  readonly #offering: Offering;
  readonly #keypad: Keypad;
  /** Its streams beside the audio. */
  readonly #pictures: readonly Picture[];
  readonly #audio: Audio;
  readonly #description: Description;

  constructor(phone: Instrument, direction: 'in' | 'out', display: Display) {
    const audio = new Audio(phone.host, phone.source());
    super(() => phone.world.now, audio.recording);
    this.direction = direction;
    this.#phone = phone;
    this.#audio = audio;
    this.#screen = new Screen(display);
    this.displays = this.#screen.displays;
    this.#referring = new Referring(phone);
    this.#state = 'calling';
    this.#pictures = phone.pictures.map((one) => new Picture(phone.host, one, suiteKeys(phone)));
    this.#description = new Description({
      pictures: this.#pictures,
      local: () => audio.local,
      codecs: phone.codecs,
      crypto: suiteKeys(phone),
      events: phone.events,
      originId: String(phone.host.kernel.random(2 ** 32)),
      agreed: (agreement) => {
        this.heldByPeer = agreement.heldByPeer;
        if (this.#state !== 'ended') audio.agree(agreement);
      },
    });
    const session = (): InviteSession | undefined => this.#session;
    const ended = (): boolean => this.ended;
    this.#keypad = new Keypad({ world: phone.world, audio, session, ended });
    this.#offering = new Offering({
      phone,
      description: this.#description,
      session,
      peerContact: () => this.#peerContact,
      ended,
      answered: (response) => this.#show(response),
    });
  }

  /** Texts that came inside the call. */
  get texts(): readonly string[] {
    return textsIn(this.requests);
  }

  get state(): CallState {
    return this.#state;
  }

  /** An incoming call that rings, or an outgoing one that hears that it does. */
  get ringing(): boolean {
    return this.#state === 'ringing';
  }

  get up(): boolean {
    return this.#state === 'up';
  }

  get ended(): boolean {
    return this.#state === 'ended';
  }

  get display(): Display {
    return this.displays.at(-1) ?? { name: '', number: '' };
  }

  /** Whether this phone holds, or asks to. */
  get holds(): boolean {
    return this.#description.direction === 'sendonly';
  }

  /** The same with how long each was down (ms). */
  get keys(): readonly { readonly digit: string; readonly ms: number }[] {
    return this.#audio.pressed;
  }

  /** Digits that came as telephone-events. */
  get digits(): string {
    return this.#audio.digits.join('');
  }

  /** The codec it speaks; undefined: it says nothing. */
  get codec(): CodecName | undefined {
    return this.#audio.codec;
  }

  /** Whether its audio is protected both ways, as it was agreed last. */
  get secure(): boolean {
    return this.#audio.secure;
  }

  /** What the arriving RTP was like. */
  get stream(): Readonly<Stream> {
    return this.#audio.stream;
  }

  /** The INVITE that began it, as it was sent or came. */
  get invite(): Request | undefined {
    return this.#session?.invite;
  }

  get session(): InviteSession | undefined {
    return this.#session;
  }

  /** Picks up; settles when the ACK is there or the call has ended. */
  async answer(): Promise<void> {
    const session = this.#session;
    if (this.direction === 'out' || session === undefined || this.#state !== 'ringing') return;
    const offer = this.#offer;
    const sdp = offer === undefined ? this.#description.offer() : this.#description.answer(offer);
    if (sdp === undefined) return this.reject(488);
    this.#state = 'answered';
    session.accept(sdp);
    await this.#phone.world.until(() => this.up || this.ended, PATIENCE);
  }

  /** Is heard, and hears, before it picks up: the answer goes out in a provisional response. */
  early(status = 183): void {
    const offer = this.#offer;
    const sdp = offer === undefined ? undefined : this.#description.answer(offer);
    if (sdp === undefined || (this.#state !== 'calling' && this.#state !== 'ringing')) return;
    this.#state = 'ringing';
    this.#session?.progress(status, reasonPhrase(status), { sdp });
  }

  /** Says that the call is being forwarded (181) or queued (182), to somebody who has not been answered. */
  progress(status: 181 | 182): void {
    this.#session?.progress(status, reasonPhrase(status));
  }

  /** Refuses an incoming call, with headers for a 3xx, say. */
  reject(status = 486, headers: readonly Field[] = []): void {
    if (this.#state !== 'ringing' && this.#state !== 'calling') return;
    this.#session?.reject(status, reasonPhrase(status), headers);
    this.#end();
  }

  /** Hangs up whatever its state; settles when the peer has confirmed it or is given up on. */
  async hangup(): Promise<void> {
    const session = this.#session;
    session?.hangup();
    const over = (): boolean => this.ended && (session === undefined || this.#phone.over(session));
    await this.#phone.world.until(over, PATIENCE);
  }

  /** Sends the peer to a number or URI (RFC 3515); what it is told shows on the referral. `to` false: it is not said where to. */
  refer(to: string | false, headers: readonly Field[] = []): PhoneReferral {
    return this.#referring.send(this.#session, to, headers);
  }

  /** Sends the peer to whom the phone's other call is with, or rings (RFC 3891). */
  referAttended(other: PhoneCall, number: string): PhoneReferral {
    return this.refer(`<${this.#phone.uriOf(number)}?Replaces=${encodeURIComponent(other.replaces)}>`);
  }

  /** What a Replaces header says that names this call, as its peer sees it. */
  get replaces(): string {
    return replacesOf(this.#session);
  }

  /** Puts the peer on hold. Rejects when the peer refuses. */
  hold(): Promise<void> {
    return this.#offering.reinvite('hold', 'sendonly');
  }

  resume(): Promise<void> {
    return this.#offering.reinvite('resume', 'sendrecv');
  }

  /** Offers by UPDATE, ringing or answered; settles when the offer is answered. Rejects when the peer refuses. */
  update(direction: Description['direction'] = 'sendrecv'): Promise<void> {
    return this.#offering.update(direction);
  }

  /** What it shows and sees; undefined: it cannot. */
  get video(): Picture | undefined {
    return this.#pictures.find(({ options }) => options.kind === 'video');
  }

  /** Text in real time. */
  get text(): Picture | undefined {
    return this.#pictures.find(({ options }) => options.kind === 'text');
  }

  /** Switches its camera on, off, or to one direction. Rejects when the peer refuses the call so. */
  film(wish: Description['direction'] | 'off'): Promise<void> {
    for (const picture of this.#pictures) {
      picture.on = wish !== 'off';
      if (wish !== 'off') picture.wish = wish;
    }
    return this.#offering.reinvite('film', this.#description.direction);
  }

  /** Offers again what holds now: after a move to another address. */
  renew(): Promise<void> {
    return this.#offering.reinvite('renew', this.#description.direction);
  }

  /** Says something else than its own tone for so long; settles when it is said. */
  say(source: Source, duration: Duration): Promise<void> {
    return this.#keypad.say(source, duration);
  }

  /** Presses keys one after another as tones in the audio (ITU-T Q.23), 100 ms each. */
  pressTones(digits: string): Promise<void> {
    return this.#keypad.tones(digits);
  }

  /** Presses keys one after another by SIP INFO; settles when the last is answered. The statuses of the answers. */
  pressInfo(digits: string, type: InfoType = 'application/dtmf-relay'): Promise<number[]> {
    return this.#keypad.info(digits, type);
  }

  /** Presses keys one after another (RFC 4733), `each` so long (ms; 100 unless said); settles when the last is released. */
  press(digits: string, each?: number): Promise<void> {
    return this.#keypad.events(digits, each);
  }

  /** @internal Sends the INVITE. */
  dial(uri: string, options: DialOptions): void {
    invite(this.#phone, {
      uri,
      offer: options.delayedOffer === true ? undefined : this.#description.offer(),
      headers: [...this.#phone.requires, ...(options.headers ?? [])],
      user: this.#user(),
      placed: (session) => {
        this.#session = session;
      },
    });
  }

  /** @internal An INVITE came. */
  arrive(session: InviteSession, offer: Uint8Array | undefined): SessionUser {
    this.#session = session;
    this.#offer = offer;
    this.#peerContact = session.invite.contacts[0]?.uriText ?? '';
    return this.#user();
  }

  /** @internal Tells the caller that it rings here. */
  ring(): void {
    if (this.#state !== 'calling') return;
    this.#state = 'ringing';
    // A caller that made no offer needs ours first, if he wants it reliably (RFC 3262 §5).
    const asked = this.#offer === undefined && this.#session?.reliable === true;
    this.#session?.progress(180, 'Ringing', asked ? { sdp: this.#description.offer() } : {});
  }

  /** @internal The phone has no power any more. */
  forget(): void {
    this.#end();
  }

  /** @internal The phone has another address now. */
  move(): void {
    this.#audio.move(this.#phone.host);
  }

  #user(): SessionUser {
    return {
      progress: (_, response, sdp, sendPrack) => this.#progress(response, sdp, sendPrack),
      accepted: (_, response, sdp, sendAck) => this.#accepted(response, sdp, sendAck),
      rejected: (_, refusal) => this.#refused(refusal),
      acknowledged: (_, sdp) => this.#acknowledged(sdp),
      answered: (_, sdp) => void this.#description.answered(sdp),
      refreshed: (_, sdp) => {
        this.refreshes += 1;
        this.#description.answered(sdp);
      },
      reoffered: (_, reoffer) => this.#reoffered(reoffer),
      updated: (_, update) => this.#show(update),
      requested: (_, transaction) => this.#requested(transaction),
      ended: (_, ending) => {
        this.ending = ending;
        this.#end();
      },
    };
  }

  #progress(
    response: Response,
    sdp: Uint8Array | undefined,
    sendPrack: ((answer: Uint8Array) => void) | undefined,
  ): void {
    this.#note(response.status);
    this.#show(response);
    if (response.status === 180 && this.#state === 'calling') this.#state = 'ringing';
    if (sdp === undefined) return;
    const answer = sendPrack === undefined ? undefined : this.#description.answer(sdp);
    if (answer === undefined) this.#description.answered(sdp);
    else sendPrack?.(answer);
  }

  #accepted(
    response: Response,
    sdp: Uint8Array | undefined,
    sendAck: ((answer: Uint8Array) => void) | undefined,
  ): void {
    this.#note(response.status);
    this.#show(response);
    this.#peerContact = response.contacts[0]?.uriText ?? this.#peerContact;
    this.#state = 'up';
    if (sendAck === undefined && sdp !== undefined) this.#description.answered(sdp);
    const answer = sendAck === undefined || sdp === undefined ? undefined : this.#description.answer(sdp);
    if (answer !== undefined) sendAck?.(answer);
  }

  #refused(refusal: Refusal): void {
    this.refusal = refusal;
    this.#note(refusal.status);
    this.#end();
  }

  #acknowledged(sdp: Uint8Array | undefined): void {
    if (this.#state === 'answered') this.#state = 'up';
    if (sdp !== undefined) this.#description.answered(sdp);
  }

  #reoffered(reoffer: Reoffer): void {
    this.reoffers += 1;
    this.#show(reoffer.request);
    const sdp = reoffer.offer === undefined ? this.#description.offer() : this.#description.answer(reoffer.offer);
    if (sdp === undefined) reoffer.reject(488, 'Not Acceptable Here');
    else reoffer.accept(sdp);
  }

  #requested(transaction: ServerTransaction): void {
    this.requests.push(transaction.request);
    this.#phone.reply(transaction);
  }

  #note(status: number): void {
    if (this.status.at(-1) !== status) this.status.push(status);
  }

  #show(message: Message): void {
    this.#screen.show(message, this.direction === 'in' ? this.invite?.from : this.invite?.to);
  }

  #end(): void {
    this.#referring.lapse();
    this.#state = 'ended';
    this.#audio.close();
    for (const picture of this.#pictures) picture.close();
  }
}
