import {
  CAUSES,
  type CameBy,
  type Cause,
  type Leg,
  type LegDriver,
  type NewLeg,
  type Party,
  type Recording,
  type Switchboard,
} from '../call/index.ts';
import type { MediaSession, SessionEvent } from '../media/engine.ts';
import type { CodecName, Hears, MixerSpec, Quality, Tap } from '../media/protocol.ts';
import type { Refused } from '../sdp/index.ts';
import type { Field, Response } from '../sip/message/index.ts';
import type { ServerTransaction } from '../sip/transaction/types.ts';
import type { Flow } from '../sip/transport/types.ts';
import { type Replaces, replacesIn, warning } from '../sip/usage/index.ts';
import type { AgentUser, InviteSession, Refusal, SessionUser, UserAgent } from '../sip/usage/types.ts';
import { answer, live, offer, repeated, wantKeys } from './audio.ts';
import { reason } from './cause.ts';
import { showParty } from './display.ts';
import { asserted, dialedIn, fromOf, nameAddr, uriHost } from './identity.ts';
import { sendKey, wayTo } from './keys.ts';
import { Lines } from './lines.ts';
import { takeMediaNews } from './media-news.ts';
import { Mixers } from './mixers.ts';
import { newLine, NOTHING } from './opening.ts';
import { offerAny, offerAs, propose, rejoinLater, settle } from './passing.ts';
import { wantPicture } from './pictures.ts';
import { refuse } from './refuse.ts';
import { lineSession } from './session.ts';
import { replaceable, takeOver } from './takeover.ts';
import { dropTexts, sendText } from './texting.ts';
import type { Admitted, LegLine, LegTerms, LinePorts, Placement } from './types.ts';
import { Ended, NO_DIALOG, transferAsked } from './transfer.ts';

/** Where SIP sessions and legs meet: drives legs by sessions, and tells the switchboard what sessions say. */
export class Line implements LegDriver, AgentUser {
  readonly #ports: LinePorts;
  readonly #lines = new Lines();
  readonly #mixers: Mixers;
  /** Max-Forwards for the legs of a call that came in. */
  readonly #hops = new Map<string, number>();
  readonly #ended: Ended;
  #agent: UserAgent | undefined;
  #board: Switchboard | undefined;

  constructor(ports: LinePorts) {
    this.#ports = ports;
    this.#mixers = new Mixers(ports.media);
    this.#ended = new Ended(() => ports.kernel.now());
  }

  /** Completes the circle: the agent needs this line as its user, the switchboard needs it as its driver. */
  attach(agent: UserAgent, board: Switchboard): void {
    this.#agent = agent;
    this.#board = board;
  }

  get board(): Switchboard {
    if (this.#board === undefined) throw new Error('line without switchboard');
    return this.#board;
  }

  invited(session: InviteSession, sdp: Uint8Array | undefined): SessionUser {
    const { kernel, user } = this.#ports;
    // RFC 3261 §16.3 step 3: a call that went round too often ends, whoever it claims to be from.
    if (session.hopsLeft < 0) return refuse(session, 483, 'Too Many Hops', []);
    const admission = user.admit(session.invite, session.flow);
    if (!admission.ok) return refuse(session, admission.status, admission.reasonPhrase, admission.headers);
    const replaces = replacesIn(session.invite);
    if (replaces === 'malformed') return refuse(session, 400, 'Bad Replaces', []);
    if (replaces !== undefined) return this.#takeOver(session, sdp, replaces, admission);
    const dialed = dialedIn(session.invite);
    if (dialed === '') return refuse(session, 484, 'Address Incomplete', []);
    const line = this.#comesIn(session, kernel.token(12), admission);
    if (line === undefined)
      return refuse(session, CAUSES.noCircuit.status, CAUSES.noCircuit.reasonPhrase, reason(CAUSES.noCircuit));
    this.#hops.set(line.leg.call, session.hopsLeft);
    if (sdp !== undefined && !this.#answerFirst(line, sdp)) return lineSession(this, line);
    user.arrived(line.leg, dialed, session.invite);
    return lineSession(this, line);
  }

  #comesIn(session: InviteSession, call: string, admission: Admitted): LegLine | undefined {
    const { account, party } = admission;
    const line = this.#open({ direction: 'in', call, account, party }, session.flow, admission);
    if (line === undefined) return undefined;
    line.session = session;
    return line;
  }

  /** An INVITE that takes the place of a call (RFC 3891). */
  #takeOver(session: InviteSession, sdp: Uint8Array | undefined, replaces: Replaces, admission: Admitted): SessionUser {
    const { user } = this.#ports;
    const old = replaceable({ lines: this.#lines, ended: this.#ended, user }, replaces, admission);
    if ('status' in old) return refuse(session, old.status, old.reasonPhrase, []);
    const line = this.#comesIn(session, old.leg.call, admission);
    if (line === undefined)
      return refuse(session, CAUSES.noCircuit.status, CAUSES.noCircuit.reasonPhrase, reason(CAUSES.noCircuit));
    if (sdp === undefined || this.#answerFirst(line, sdp)) takeOver(this.board, old.leg, line.leg);
    return lineSession(this, line);
  }

  /** The leg whose dialog that is. */
  legNamed(replaces: Replaces): Leg | undefined {
    return this.#lines.named(replaces)?.leg;
  }

  /** A REFER, in the dialog of that leg or meant for it (RFC 4538). */
  referred(leg: Leg, transaction: ServerTransaction): void {
    const { user } = this.#ports;
    if (this.#agent === undefined) return;
    const line = this.#lines.get(leg.id);
    // The call is over, but for a BYE that waits for the ACK.
    if (line === undefined) return this.#agent.respond(transaction, NO_DIALOG.status, NO_DIALOG.reasonPhrase);
    if (user.transferAsked === undefined) return this.#agent.respond(transaction, 405, 'Method Not Allowed');
    const asked = transferAsked({
      agent: this.#agent,
      transaction,
      legOf: (replaces) => this.legNamed(replaces),
      isOurs: (host) => this.#isOurs(line, host),
    });
    if (asked !== undefined) user.transferAsked(leg, asked);
  }

  /** By whatever address the phone knows us. */
  #isOurs({ session }: LegLine, host: string): boolean {
    if (session === undefined) return false;
    const reached = session.role === 'uas' ? session.invite.uri.host : '';
    return host === reached || host === this.hostFor(session.flow) || this.#ports.user.ours?.(host) === true;
  }

  requested(transaction: ServerTransaction): void {
    this.#ports.user.requested(transaction);
  }

  /** Rings a phone; undefined when no media port is free. */
  place({
    call,
    account,
    behalf,
    party,
    shows,
    destination,
    extras = [],
    video = false,
    ...terms
  }: Placement): Leg | undefined {
    const { flow } = destination;
    const line = this.#open({ direction: 'out', call, account, party, ...(behalf && { behalf }) }, flow, terms);
    if (line === undefined || this.#agent === undefined) return undefined;
    const host = this.hostFor(flow);
    line.leg.shows = shows;
    line.session = this.#agent.invite(
      destination,
      { from: fromOf(shows, host), to: nameAddr(party, host) },
      {
        sdp: this.#firstOffer(line, video),
        headers: [...this.#maxForwards(call), ...asserted(shows, host, line.identity, 'calling'), ...extras],
        user: lineSession(this, line),
      },
    );
    return line.leg;
  }

  /** With the streams that the caller would have. */
  #firstOffer(line: LegLine, video: boolean): Uint8Array {
    const others = this.#lines.of(line.leg.call).filter((one) => one !== line);
    // Who made no offer has still to say what he would have, and whom we call first has nobody to have it from.
    const open = others.some(({ leg, audio }) => leg.direction === 'in' && audio.peer === undefined);
    const caller = others.find(wants);
    if (caller !== undefined) offerAs(line, caller);
    else if (open || video) offerAny(line);
    return offer(line.audio);
  }

  /** What a call's caller left of its hops (telephony.md: a B2BUA that writes 70 again loops for ever). */
  #maxForwards(call: string): readonly Field[] {
    const left = this.#hops.get(call);
    return left === undefined ? [] : [['Max-Forwards', String(left)]];
  }

  /** Our host as that flow's peer knows it, as it stands in a URI. */
  hostFor(flow: Flow): string {
    return uriHost(this.#addressFor(flow.local.address, flow));
  }

  #addressFor(local: string, { remote }: Flow): string {
    return this.#ports.addressFor?.(local, remote.address) ?? local;
  }

  /** The codec a leg sends, so that its peer can be answered with the same one first. */
  codecOf(leg: Leg): CodecName | undefined {
    return this.#lines.get(leg.id)?.audio.agreed?.receive[0]?.codec;
  }

  /** All that a leg may send, in its order: what another one is offered first. */
  codecsOf(leg: Leg): readonly CodecName[] {
    return this.#lines.get(leg.id)?.audio.agreed?.receive.map(({ codec }) => codec) ?? [];
  }

  ring(leg: Leg, shows: Party | undefined): void {
    this.#progress(leg, 180, 'Ringing', shows);
  }

  /** A caller that made no offer can hear nothing yet: its phone rings by itself. */
  early(leg: Leg, shows: Party | undefined): void {
    const line = this.#lines.get(leg.id);
    if (line === undefined || line.answer === undefined) return this.ring(leg, shows);
    settle(line, this.#lines.reachedBy(line));
    line.early = true;
    this.#progress(leg, 183, 'Session Progress', shows);
  }

  progress(leg: Leg, status: 181 | 182): void {
    this.#progress(leg, status, status === 181 ? 'Call Is Being Forwarded' : 'Queued', undefined);
  }

  answer(leg: Leg, shows: Party | undefined): void {
    const line = this.#lines.get(leg.id);
    if (line?.session === undefined) return;
    settle(line, this.#lines.reachedBy(line));
    if (line.answer === undefined) propose(line, this.#lines.reachedBy(line));
    line.answerDue = line.answer === undefined;
    line.ackDue = true;
    const sdp = line.answer ?? offer(line.audio);
    line.session.focus = shows?.focus === true;
    line.session.accept(sdp, this.#shown(line, shows));
  }

  showsEarly(leg: Leg): boolean {
    const session = this.#lines.get(leg.id)?.session;
    return session !== undefined && session.remoteTag !== '' && session.remoteAllow.has('UPDATE');
  }

  connectedTo(leg: Leg, shows: Party): void {
    const line = this.#lines.get(leg.id);
    if (line !== undefined) showParty(this, line, shows);
  }

  end(leg: Leg, cause: Cause): void {
    const objection = this.#lines.get(leg.id)?.objection ?? [];
    const session = this.#close(leg);
    if (session === undefined) return;
    const status = cause.status >= 300 ? cause.status : CAUSES.unavailable.status;
    session.hangup({ status, reasonPhrase: refusalPhrase(cause), headers: [...reason(cause), ...objection] });
  }

  /** Before the ACK a phone may not have our answer: what begins once begins when it has (telephony.md, Calls). */
  hear(leg: Leg, hears: Hears): void {
    const line = this.#lines.get(leg.id);
    if (line === undefined) return;
    const waits = line.ackDue && hears.kind === 'file' && hears !== line.hears;
    line.prompt = waits ? hears : undefined;
    line.hears = waits ? NOTHING : hears;
    line.audio.media.hear(line.hears);
    wantKeys(line.audio, this.#keysWanted(line));
    this.watch(line);
  }

  /** Who hears a leg sees it too. */
  watch(line: LegLine): void {
    const { hears } = line;
    const { streams } = line.audio.terms;
    if (streams === undefined || streams.all.length === 0 || !this.#lines.has(line.leg.id)) return;
    const other = hears.kind === 'session' ? this.#lines.heardBy(hears.session) : undefined;
    if (streams.hear(other?.audio.terms.streams)) wantPicture(other);
    if (other !== undefined) rejoinLater(this.#ports.kernel, this, line, other);
  }

  /** The wire side of whom a leg talks to. */
  peerOf({ leg }: LegLine): LegLine | undefined {
    const peer = this.board.peerOf(leg);
    return peer && this.#lines.get(peer.id);
  }

  /** Whom a leg talks to hears its tones, if that is how he gets keys. */
  #keysWanted(line: LegLine): boolean {
    const peer = line.hears.kind === 'session' ? this.peerOf(line) : undefined;
    return peer === undefined || wayTo(peer) !== 'tone';
  }

  /** The phone has our answer. */
  acknowledged(line: LegLine): void {
    line.ackDue = false;
    live(line.audio);
    if (line.outdated && line.leg.shows !== undefined) showParty(this, line, line.leg.shows);
    if (line.prompt !== undefined) this.hear(line.leg, line.prompt);
    for (const act of line.atAck.splice(0)) act();
  }

  tap(leg: Leg, taps: readonly Tap[]): void {
    this.#lines.get(leg.id)?.audio.media.tap(taps);
  }

  beep(leg: Leg): void {
    this.#lines.get(leg.id)?.audio.media.beep();
  }

  /** A text to its phone, in the call (RFC 3428); false: it takes none there. */
  text(leg: Leg, body: Uint8Array, then: (result: Response | Refusal) => void): boolean {
    const line = this.#lines.get(leg.id);
    return line !== undefined && sendText(line, body, then);
  }

  mix(conference: string, spec: MixerSpec | undefined, recorded: (recording: Recording) => void): void {
    this.#mixers.mix(conference, spec, recorded);
  }

  key(leg: Leg, digit: string, ms: number, by: CameBy): void {
    const line = this.#lines.get(leg.id);
    if (line !== undefined) sendKey(line, digit, ms, by);
  }

  /** Asks how well a leg hears and is heard now; told a moment later, with nothing where nothing came of it. */
  measure(leg: Leg, then: (quality: Quality | undefined) => void): void {
    const line = this.#lines.get(leg.id);
    if (line === undefined) return this.#ports.kernel.afterStep(() => then(undefined));
    line.audio.media.measure((stats) => then(stats?.quality));
  }

  musicOf(leg: Leg): string | undefined {
    return this.#lines.get(leg.id)?.music;
  }

  sessionOf(leg: Leg): string | undefined {
    return this.#lines.get(leg.id)?.audio.media.id;
  }

  /** The session is over: tells the switchboard once. */
  ended(line: LegLine, cause: Cause): void {
    if (!this.#lines.has(line.leg.id)) return;
    this.#close(line.leg);
    this.board.gone(line.leg, cause);
  }

  #open(init: NewLeg, flow: Flow, terms: LegTerms): LegLine | undefined {
    const media = this.#lease(flow.local.address);
    if (media === undefined) return undefined;
    const leg = this.board.add(init);
    media.tell = (event) => takeMediaNews(this.board, this.#ports.user, leg, event);
    const address = this.#addressFor(media.session.local.address, flow);
    const line = newLine(this.#ports, leg, media.session, address, flow, terms);
    this.#lines.add(line);
    return line;
  }

  /** RFC 3261 §13.2.1: all provisional responses with a description, and the 200, carry the same one. */
  #progress(leg: Leg, status: number, reasonPhrase: string, shows: Party | undefined): void {
    const line = this.#lines.get(leg.id);
    if (line === undefined) return;
    const sdp = line.early ? line.answer : earlyOffer(line);
    const headers = this.#shown(line, shows);
    line.session?.progress(status, reasonPhrase, sdp === undefined ? { headers } : { headers, sdp });
  }

  #shown({ session, identity }: LegLine, shows: Party | undefined): readonly Field[] {
    return session === undefined ? [] : asserted(shows, this.hostFor(session.flow), identity);
  }

  /** A media session whose events are told once its leg exists. */
  #lease(address: string): { session: MediaSession; tell: (event: SessionEvent) => void } | undefined {
    const lease = { tell: (_event: SessionEvent): void => undefined };
    const session = this.#ports.media.session(address, (event) => lease.tell(event));
    return session === undefined ? undefined : Object.assign(lease, { session });
  }

  #answerFirst(line: LegLine, sdp: Uint8Array): boolean {
    const made = answer(line.audio, sdp);
    if ('sdp' in made) {
      line.answer = made.sdp;
      return true;
    }
    line.objection = this.warningFor(line, made);
    this.board.end(line.leg, CAUSES.noMedia);
    return false;
  }

  /** Says what is wrong with a peer's description (RFC 3261 §20.43). */
  warningFor({ session }: LegLine, { refused, warning: code }: Refused): readonly Field[] {
    return session === undefined ? [] : [warning(code, this.hostFor(session.flow), refused)];
  }

  /** Lets go of a leg's wire side; undefined when it was let go of already. */
  #close(leg: Leg): InviteSession | undefined {
    const line = this.#lines.get(leg.id);
    if (line === undefined) return undefined;
    this.#lines.forget(line);
    if (leg.direction === 'in') this.#hops.delete(leg.call);
    line.audio.media.release(({ quality }) => {
      if (quality !== undefined) this.#ports.user.rated?.(leg, quality);
    });
    line.audio.terms.streams?.release();
    // Who waits for what it would have said is told by and by that it will not.
    if (line.asking !== undefined) this.#ports.kernel.scene.after(0, line.asking);
    if (line.texting.size > 0) this.#ports.kernel.scene.after(0, () => dropTexts(line));
    if (line.session !== undefined) this.#ended.add(line.session);
    return line.session;
  }
}

/** A leg whose peer would have more than audio. */
function wants({ audio }: LegLine): boolean {
  return (audio.terms.streams?.wanted().length ?? 0) > 0;
}

function refusalPhrase(cause: Cause): string {
  return cause.status >= 300 ? cause.reasonPhrase : CAUSES.unavailable.reasonPhrase;
}

/** A reliable provisional response must bring the offer that the INVITE did not (RFC 3262 §5). */
function earlyOffer({ session, answer: made, audio }: LegLine): Uint8Array | undefined {
  return session?.reliable === true && made === undefined ? repeated(audio) : undefined;
}
