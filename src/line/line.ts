import {
  CAUSES,
  type Cause,
  type Leg,
  type LegDriver,
  type LegId,
  type Party,
  type Switchboard,
} from '../call/index.ts';
import type { Kernel } from '../kernel/index.ts';
import type { MediaEngine, MediaSession, SessionEvent } from '../media/engine.ts';
import type { Address, CodecName, Hears } from '../media/protocol.ts';
import type { Field, Request } from '../sip/message/index.ts';
import type { ServerTransaction } from '../sip/transaction/types.ts';
import type { Flow } from '../sip/transport/types.ts';
import type { AgentUser, Destination, InviteSession, SessionUser, UserAgent } from '../sip/usage/types.ts';
import { type Audio, answer, newAudio, offer, repeated } from './audio.ts';
import { reason } from './cause.ts';
import { showParty } from './display.ts';
import { asserted, dialedIn, fromOf, type IdentityPolicy, nameAddr, OWN_PHONE, uriHost } from './identity.ts';
import { lineSession } from './session.ts';

/** Whether an INVITE may come in, and as whom. */
export type Admission =
  | {
      readonly ok: true;
      readonly account: string | undefined;
      readonly party: Party;
      /** In order of preference; left out: the line's. */
      readonly codecs?: readonly CodecName[];
      /** Left out: as for a phone of ours. */
      readonly identity?: IdentityPolicy;
      /** false: its audio goes where its SDP says, and nowhere else. */
      readonly latch?: boolean;
    }
  | { readonly ok: false; readonly status: number; readonly reasonPhrase: string; readonly headers: readonly Field[] };

/** What the line asks and tells the layer above. */
export interface LineUser {
  admit(request: Request, flow: Flow): Admission;
  /** A caller's leg, in limbo: it must be placed, or ended. */
  arrived(leg: Leg, dialed: string, invite: Request): void;
  /** A file that was to be played to a leg could not be read; the call goes on without it. */
  soundMissing(leg: Leg, file: string, why: string): void;
  /** A leg's media come from elsewhere than its phone said. */
  latched(leg: Leg, source: Address): void;
  /** A request outside any call. Must be answered. */
  requested(transaction: ServerTransaction): void;
}

/** An out leg to be made. */
export interface Placement {
  readonly call: string;
  readonly account: string | undefined;
  /** Who is rung. */
  readonly party: Party;
  /** Who its display shows as the caller. */
  readonly shows: Party;
  readonly destination: Destination;
  /** In order of preference: what needs no transcoding comes first. */
  readonly codecs: readonly CodecName[];
  /** Left out: as for a phone of ours. */
  readonly identity?: IdentityPolicy;
  /** false: its audio goes where its SDP says, and nowhere else. */
  readonly latch?: boolean;
  /** What the INVITE says besides: how to ring, say. */
  readonly extras?: readonly Field[];
}

/** One leg's wire side. */
export interface LegLine {
  readonly leg: Leg;
  readonly identity: IdentityPolicy;
  session: InviteSession | undefined;
  audio: Audio;
  /** In: our answer has been sent ahead of the 200; every response since carries it. */
  early: boolean;
  /** In: our answer to the INVITE's offer; undefined when it had none and the ACK must bring one. */
  answer: Uint8Array | undefined;
  /** We sent an offer in a response: its answer comes in the ACK. */
  answerDue: boolean;
  /** In: our 200 has been sent, its ACK has not come. */
  ackDue: boolean;
  /** What its media was told to play last. */
  hears: Hears;
  /** A prompt that starts at the ACK. */
  prompt: Hears | undefined;
}

export interface LinePorts {
  readonly kernel: Kernel;
  readonly media: MediaEngine;
  /** As they are now. */
  readonly codecs: () => readonly CodecName[];
  readonly user: LineUser;
  /** The address by which a peer reaches a socket at `local`; that itself unless said. */
  readonly addressFor?: (local: string, peer: string) => string;
}

/** Where SIP sessions and legs meet: drives legs by sessions, and tells the switchboard what sessions say. */
export class Line implements LegDriver, AgentUser {
  readonly #ports: LinePorts;
  readonly #lines = new Map<LegId, LegLine>();
  /** Max-Forwards for the legs of a call that came in. */
  readonly #hops = new Map<string, number>();
  #agent: UserAgent | undefined;
  #board: Switchboard | undefined;

  constructor(ports: LinePorts) {
    this.#ports = ports;
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
    const dialed = dialedIn(session.invite);
    if (dialed === '') return refuse(session, 484, 'Address Incomplete', []);
    const call = kernel.token(12);
    const line = this.#open(
      { direction: 'in', call, account: admission.account, party: admission.party },
      session.flow,
      admission.codecs,
      admission.identity,
      admission.latch,
    );
    if (line === undefined)
      return refuse(session, CAUSES.noCircuit.status, CAUSES.noCircuit.reasonPhrase, reason(CAUSES.noCircuit));
    line.session = session;
    this.#hops.set(call, session.hopsLeft);
    if (sdp !== undefined && !this.#answerFirst(line, sdp)) return lineSession(this, line);
    user.arrived(line.leg, dialed, session.invite);
    return lineSession(this, line);
  }

  requested(transaction: ServerTransaction): void {
    this.#ports.user.requested(transaction);
  }

  /** Rings a phone; undefined when no media port is free. */
  place({
    call,
    account,
    party,
    shows,
    destination,
    codecs,
    identity,
    latch,
    extras = [],
  }: Placement): Leg | undefined {
    const { flow } = destination;
    const line = this.#open({ direction: 'out', call, account, party }, flow, codecs, identity, latch);
    if (line === undefined || this.#agent === undefined) return undefined;
    const host = this.hostFor(flow);
    line.leg.shows = shows;
    line.session = this.#agent.invite(
      destination,
      { from: fromOf(shows, host), to: nameAddr(party, host) },
      {
        sdp: offer(line.audio),
        headers: [...this.#maxForwards(call), ...asserted(shows, host, line.identity, 'calling'), ...extras],
        user: lineSession(this, line),
      },
    );
    return line.leg;
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

  /** The codec a leg sends, so that its peer can be offered the same one first. */
  codecOf(leg: Leg): CodecName | undefined {
    return this.#lines.get(leg.id)?.audio.agreed?.receive[0]?.codec;
  }

  ring(leg: Leg, shows: Party | undefined): void {
    this.#progress(leg, 180, 'Ringing', shows);
  }

  /** A caller that made no offer can hear nothing yet: its phone rings by itself. */
  early(leg: Leg, shows: Party | undefined): void {
    const line = this.#lines.get(leg.id);
    if (line === undefined || line.answer === undefined) return this.ring(leg, shows);
    line.early = true;
    this.#progress(leg, 183, 'Session Progress', shows);
  }

  progress(leg: Leg, status: 181 | 182): void {
    this.#progress(leg, status, status === 181 ? 'Call Is Being Forwarded' : 'Queued', undefined);
  }

  answer(leg: Leg, shows: Party | undefined): void {
    const line = this.#lines.get(leg.id);
    if (line?.session === undefined) return;
    line.answerDue = line.answer === undefined;
    line.ackDue = true;
    const sdp = line.answer ?? offer(line.audio);
    line.session.accept(sdp, this.#shown(line, shows));
  }

  connectedTo(leg: Leg, shows: Party): void {
    const line = this.#lines.get(leg.id);
    if (line !== undefined) showParty(this, line, shows);
  }

  end(leg: Leg, cause: Cause): void {
    const session = this.#close(leg);
    if (session === undefined) return;
    const status = cause.status >= 300 ? cause.status : CAUSES.unavailable.status;
    session.hangup({ status, reasonPhrase: refusalPhrase(cause), headers: reason(cause) });
  }

  /** Before the ACK a phone may not have our answer: what begins once begins when it has (telephony.md, Calls). */
  hear(leg: Leg, hears: Hears): void {
    const line = this.#lines.get(leg.id);
    if (line === undefined) return;
    const waits = line.ackDue && hears.kind === 'file' && hears !== line.hears;
    line.prompt = waits ? hears : undefined;
    line.hears = waits ? NOTHING : hears;
    line.audio.media.hear(line.hears);
  }

  /** The phone has our answer. */
  acknowledged(line: LegLine): void {
    line.ackDue = false;
    if (line.prompt !== undefined) this.hear(line.leg, line.prompt);
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

  #open(
    init: { direction: 'in' | 'out'; call: string; account: string | undefined; party: Party },
    flow: Flow,
    codecs: readonly CodecName[] = this.#ports.codecs(),
    identity: IdentityPolicy = OWN_PHONE,
    latch = true,
  ): LegLine | undefined {
    const media = this.#lease(flow.local.address);
    if (media === undefined) return undefined;
    const leg = this.board.add(init);
    media.tell = (event) => this.#heard(leg, event);
    const originId = String(this.#ports.kernel.random(2 ** 31));
    const line: LegLine = {
      leg,
      identity,
      session: undefined,
      audio: newAudio(media.session, originId, codecs, this.#addressFor(media.session.local.address, flow), latch),
      early: false,
      answer: undefined,
      answerDue: false,
      ackDue: false,
      hears: NOTHING,
      prompt: undefined,
    };
    this.#lines.set(leg.id, line);
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

  #heard(leg: Leg, event: SessionEvent): void {
    switch (event.event) {
      case 'digit':
        return this.board.digit(leg, event.digit);
      case 'played':
        return this.board.played(leg, event.token);
      case 'failed':
        if (event.file === undefined) return this.board.end(leg, CAUSES.noCircuit);
        return this.#ports.user.soundMissing(leg, event.file, event.why);
      case 'mediaTimeout':
        return this.board.end(leg, CAUSES.normal);
      case 'latched':
        return this.#ports.user.latched(leg, event.source);
    }
  }

  #answerFirst(line: LegLine, sdp: Uint8Array): boolean {
    const made = answer(line.audio, sdp);
    if ('sdp' in made) {
      line.answer = made.sdp;
      return true;
    }
    this.board.end(line.leg, CAUSES.noMedia);
    return false;
  }

  /** Lets go of a leg's wire side; undefined when it was let go of already. */
  #close(leg: Leg): InviteSession | undefined {
    const line = this.#lines.get(leg.id);
    if (line === undefined) return undefined;
    this.#lines.delete(leg.id);
    if (leg.direction === 'in') this.#hops.delete(leg.call);
    line.audio.media.release();
    return line.session;
  }
}

function refusalPhrase(cause: Cause): string {
  return cause.status >= 300 ? cause.reasonPhrase : CAUSES.unavailable.reasonPhrase;
}

/** A reliable provisional response must bring the offer that the INVITE did not (RFC 3262 §5). */
function earlyOffer({ session, answer: made, audio }: LegLine): Uint8Array | undefined {
  return session?.reliable === true && made === undefined ? repeated(audio) : undefined;
}

/** Refuses an INVITE that never became a leg. */
function refuse(session: InviteSession, status: number, reasonPhrase: string, headers: readonly Field[]): SessionUser {
  session.reject(status, reasonPhrase, headers);
  return NOBODY;
}

const NOTHING: Hears = { kind: 'nothing' };

const NOBODY: SessionUser = {
  progress() {},
  accepted() {},
  rejected() {},
  acknowledged() {},
  reoffered(_session, reoffer) {
    reoffer.reject(481, 'Call/Transaction Does Not Exist');
  },
  requested() {},
  ended() {},
};
