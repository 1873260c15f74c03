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
import type { CodecName, Hears } from '../media/protocol.ts';
import type { Field, Request } from '../sip/message/index.ts';
import type { ServerTransaction } from '../sip/transaction/types.ts';
import type { Flow } from '../sip/transport/types.ts';
import type { AgentUser, Destination, InviteSession, SessionUser, UserAgent } from '../sip/usage/types.ts';
import { type Audio, answer, newAudio, offer } from './audio.ts';
import { reason } from './cause.ts';
import { asserted, dialedIn, nameAddr, uriHost } from './identity.ts';
import { lineSession } from './session.ts';

/** Whether an INVITE may come in, and as whom. */
export type Admission =
  | { readonly ok: true; readonly account: string | undefined; readonly party: Party }
  | { readonly ok: false; readonly status: number; readonly reasonPhrase: string; readonly headers: readonly Field[] };

/** What the line asks and tells the layer above. */
export interface LineUser {
  admit(request: Request, flow: Flow): Admission;
  /** A caller's leg, in limbo: it must be placed, or ended. */
  arrived(leg: Leg, dialed: string): void;
  /** A file that was to be played to a leg could not be read; the call goes on without it. */
  soundMissing(leg: Leg, file: string): void;
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
}

/** One leg's wire side. */
export interface LegLine {
  readonly leg: Leg;
  session: InviteSession | undefined;
  audio: Audio;
  /** In: our answer to the INVITE's offer; undefined when it had none and the ACK must bring one. */
  answer: Uint8Array | undefined;
  /** We sent an offer in a response: its answer comes in the ACK. */
  answerDue: boolean;
}

export interface LinePorts {
  readonly kernel: Kernel;
  readonly media: MediaEngine;
  readonly codecs: readonly CodecName[];
  readonly user: LineUser;
}

/** Where SIP sessions and legs meet: drives legs by sessions, and tells the switchboard what sessions say. */
export class Line implements LegDriver, AgentUser {
  readonly #ports: LinePorts;
  readonly #lines = new Map<LegId, LegLine>();
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
    const admission = user.admit(session.invite, session.flow);
    if (!admission.ok) return refuse(session, admission.status, admission.reasonPhrase, admission.headers);
    const call = kernel.token(12);
    const line = this.#open(
      { direction: 'in', call, account: admission.account, party: admission.party },
      session.flow,
    );
    if (line === undefined)
      return refuse(session, CAUSES.noCircuit.status, CAUSES.noCircuit.reasonPhrase, reason(CAUSES.noCircuit));
    line.session = session;
    if (sdp !== undefined && !this.#answerFirst(line, sdp)) return lineSession(this, line);
    user.arrived(line.leg, dialedIn(session.invite));
    return lineSession(this, line);
  }

  requested(transaction: ServerTransaction): void {
    this.#ports.user.requested(transaction);
  }

  /** Rings a phone; undefined when no media port is free. */
  place({ call, account, party, shows, destination, codecs }: Placement): Leg | undefined {
    const { flow } = destination;
    const line = this.#open({ direction: 'out', call, account, party }, flow, codecs);
    if (line === undefined || this.#agent === undefined) return undefined;
    const host = uriHost(flow.local.address);
    line.leg.shows = shows;
    line.session = this.#agent.invite(
      destination,
      { from: nameAddr(shows, host), to: nameAddr(party, host) },
      { sdp: offer(line.audio), headers: asserted(shows, host), user: lineSession(this, line) },
    );
    return line.leg;
  }

  /** The codec a leg sends, so that its peer can be offered the same one first. */
  codecOf(leg: Leg): CodecName | undefined {
    return this.#lines.get(leg.id)?.audio.agreed?.receive[0]?.codec;
  }

  ring(leg: Leg, shows: Party | undefined): void {
    const { session } = this.#lines.get(leg.id) ?? {};
    session?.progress(180, 'Ringing', { headers: asserted(shows, uriHost(session.flow.local.address)) });
  }

  answer(leg: Leg, shows: Party | undefined): void {
    const line = this.#lines.get(leg.id);
    if (line?.session === undefined) return;
    line.answerDue = line.answer === undefined;
    const sdp = line.answer ?? offer(line.audio);
    line.session.accept(sdp, asserted(shows, uriHost(line.session.flow.local.address)));
  }

  end(leg: Leg, cause: Cause): void {
    const session = this.#close(leg);
    if (session === undefined) return;
    const status = cause.status >= 300 ? cause.status : CAUSES.unavailable.status;
    session.hangup({ status, reasonPhrase: refusalPhrase(cause), headers: reason(cause) });
  }

  hear(leg: Leg, hears: Hears): void {
    this.#lines.get(leg.id)?.audio.media.hear(hears);
  }

  sessionOf(leg: Leg): string | undefined {
    return this.#lines.get(leg.id)?.audio.media.id;
  }

  /** The session is over: tells the switchboard once. */
  ended(line: LegLine, cause: Cause): void {
    if (this.#close(line.leg) !== undefined) this.board.gone(line.leg, cause);
  }

  #open(
    init: { direction: 'in' | 'out'; call: string; account: string | undefined; party: Party },
    flow: Flow,
    codecs: readonly CodecName[] = this.#ports.codecs,
  ): LegLine | undefined {
    const media = this.#lease(flow.local.address);
    if (media === undefined) return undefined;
    const leg = this.board.add(init);
    media.tell = (event) => this.#heard(leg, event);
    const originId = String(this.#ports.kernel.random(2 ** 31));
    const line: LegLine = {
      leg,
      session: undefined,
      audio: newAudio(media.session, originId, codecs),
      answer: undefined,
      answerDue: false,
    };
    this.#lines.set(leg.id, line);
    return line;
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
        return this.#ports.user.soundMissing(leg, event.file);
      case 'mediaTimeout':
        return this.board.end(leg, CAUSES.normal);
      case 'latched':
        return undefined;
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
    line.audio.media.release();
    return line.session;
  }
}

function refusalPhrase(cause: Cause): string {
  return cause.status >= 300 ? cause.reasonPhrase : CAUSES.unavailable.reasonPhrase;
}

/** Refuses an INVITE that never became a leg. */
function refuse(session: InviteSession, status: number, reasonPhrase: string, headers: readonly Field[]): SessionUser {
  session.reject(status, reasonPhrase, headers);
  return NOBODY;
}

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
