import type { Scope } from '../../kernel/index.ts';
import type { Dialog } from '../dialog/index.ts';
import type { Field, NameAddr, Request, Response, Uri } from '../message/types.ts';
import type { Flow } from '../transport/types.ts';
import type { ServerTransaction } from '../transaction/types.ts';
import type { Referral } from './refer/referral.ts';
import type { Lasting, Subscription, SubscriptionUser } from './subscribe/types.ts';

/** Where an out-of-dialog request goes and who it says it is from. URIs and name-addrs are wire text. */
export interface Destination {
  readonly requestUri: string;
  readonly flow: Flow;
  /** Route values to put on, first hop first. */
  readonly route?: readonly string[];
  /** A flow that takes what is too large for a datagram, where the next hop named no transport (RFC 3261 §18.1.1). */
  readonly large?: () => Flow | undefined;
  /** An INVITE to which nothing at all came back in so many ms is refused with 408: there is another way to try. */
  readonly patience?: number;
}

export interface Identities {
  /** `"Alice" <sip:101@host>` without tag. */
  readonly from: string;
  readonly to: string;
}

/** A final answer that was not 2xx, or none at all: time-out is 408, a failed flow 503 (RFC 3261 §8.1.3.1). */
export interface Refusal {
  readonly status: number;
  readonly reasonPhrase: string;
  readonly response: Response | undefined;
}

/** Who ended a session and how. `none`: the session ended without BYE (481, time-out, no ACK). */
export interface Ending {
  readonly by: 'remote' | 'local' | 'none';
  readonly why: string;
  /** The BYE or CANCEL that ended it. */
  readonly request?: Request;
}

/**
 * One INVITE usage: from the INVITE to the last BYE, one side of a call. After the first 2xx it has no sides; `role` says
 * who started. Bodies are SDP octets, uninterpreted here; that offers and answers alternate (RFC 3264 §4) is kept here.
 *
 * | state | meaning |
 * | --- | --- |
 * | calling | uac: no final response yet; uas: none sent yet |
 * | answered | 2xx sent or received, ACK not yet through (uas only) |
 * | up | confirmed |
 * | ended | nothing more happens; every verb does nothing |
 */
export interface InviteSession {
  readonly role: 'uac' | 'uas';
  readonly state: 'calling' | 'answered' | 'up' | 'ended';
  readonly invite: Request;
  readonly callId: string;
  readonly localTag: string;
  /** '' before the first response with a tag. */
  readonly remoteTag: string;
  readonly flow: Flow;
  /** What the peer last said it allows (Allow header), upper case; empty when it never said. */
  readonly remoteAllow: ReadonlySet<string>;
  /** The Info Packages the peer takes (Recv-Info, RFC 6086), lower case. */
  readonly remoteInfo: ReadonlySet<string>;
  /** The peer has said that it takes another From in the dialog than the one it began with (RFC 4916). */
  readonly takesFromChange: boolean;
  /** Who the peer is now, when it has written another From than the one it began with, in a request that was accepted. */
  readonly renamedTo: NameAddr | undefined;
  /** We are a conference's focus: our Contact says so (RFC 4579 §5.1). */
  focus: boolean;
  /** How many hops a request made on behalf of this one may still take (Max-Forwards, RFC 3261 §16.6 step 3); below 0: none. */
  readonly hopsLeft: number;
  /** uas: provisional responses will be acknowledged (RFC 3262): then the first one must offer when the INVITE did not. */
  readonly reliable: boolean;

  /**
   * uas: a provisional response (101–199), with SDP for early media. Kept alive every minute (RFC 3261 §13.3.1.1). Where it
   * is {@link reliable} it is repeated until its PRACK, and its SDP is the answer, or the offer; those after it wait.
   */
  progress(status: number, reasonPhrase: string, options?: { sdp?: Uint8Array; headers?: readonly Field[] }): void;
  /**
   * uas: 200. SDP is the answer, or the offer when the INVITE had none; left out where a reliable provisional response
   * brought it (RFC 6337 §3.1). Waits for the PRACK of such a one (RFC 3262 §3). Repeated until ACK (§13.3.1.4).
   */
  accept(sdp: Uint8Array, headers?: readonly Field[]): void;
  /** Who is at our end from now on, as it stands in From (RFC 4916 §4.4.1). Nothing changes for a peer that does not take that. */
  identify(from: string): void;
  /** uas: a final refusal (300–699). */
  reject(status: number, reasonPhrase: string, headers?: readonly Field[]): void;
  /** uac: gives up; CANCEL, and if a 200 crossed it, ACK and BYE. `ended` is told when all is over. */
  cancel(headers?: readonly Field[]): void;
  /** Either: sends BYE (waits for the ACK first where §15 asks for it). */
  bye(headers?: readonly Field[]): void;
  /** Ends it whatever its state: reject with 480 (or the given status), cancel or bye. */
  hangup(options?: { status?: number; reasonPhrase?: string; headers?: readonly Field[] }): void;
  /**
   * A re-INVITE. Without SDP it asks for an offer. Glare (491) is waited out and tried again (§14.1); `done` gets the final
   * response. Queued behind a pending transaction of this dialog. A 2xx to a re-INVITE without SDP brings `sendAck`, which
   * must be called with the answer to its offer.
   */
  reinvite(
    sdp: Uint8Array | undefined,
    headers: readonly Field[],
    done: (result: Response | Refusal, sendAck?: (answer: Uint8Array) => void) => void,
  ): void;
  /**
   * An offer by UPDATE (RFC 3311), or an UPDATE without one. Queued as a re-INVITE is; in an early dialog it waits until the
   * first offer is answered reliably. A peer that does not allow UPDATE gets a re-INVITE once the call is up.
   */
  update(sdp: Uint8Array | undefined, headers: readonly Field[], done: (result: Response | Refusal) => void): void;
  /**
   * Asks from now on every so often (ms, by default five minutes) whether the peer still knows the session, by OPTIONS, while no
   * session timer does (telephony.md, Calls); 481 or 408 ends it.
   */
  keepChecked(every?: number): void;
  /** Any other request inside the dialog (INFO, OPTIONS, NOTIFY, UPDATE without SDP…). */
  request(
    method: string,
    options: { headers?: readonly Field[]; body?: Uint8Array },
    done: (result: Response | Refusal) => void,
  ): void;
}

/** A re-INVITE, or an offer in an UPDATE or PRACK, that waits for an answer. */
export interface Reoffer {
  readonly request: Request;
  /** undefined: the peer asks for our offer. */
  readonly offer: Uint8Array | undefined;
  accept(sdp: Uint8Array, headers?: readonly Field[]): void;
  reject(status: number, reasonPhrase: string, headers?: readonly Field[]): void;
}

/** What a session tells its owner. Telling is always the last thing a step does. */
export interface SessionUser {
  /** Seconds asked for by this session's timer, or 'off' to ask for none; left out: as {@link AgentOptions} says. */
  readonly sessionTimer?: number | 'off';
  /**
   * uac: a provisional response above 100; `sdp` when it brings the answer, its preview, or (reliable, to an INVITE without
   * offer) the offer: then `sendPrack` must be called with the answer.
   */
  progress(
    session: InviteSession,
    response: Response,
    sdp: Uint8Array | undefined,
    sendPrack?: (answer: Uint8Array) => void,
  ): void;
  /**
   * uac: the first 2xx; ACK has been sent unless it brought the offer, then `sendAck` with the answer must be called. `sdp` is
   * the answer of this very callee, even when an earlier response of his brought it; undefined when a later offer replaced it.
   */
  accepted(
    session: InviteSession,
    response: Response,
    sdp: Uint8Array | undefined,
    sendAck: ((answer: Uint8Array) => void) | undefined,
  ): void;
  /** uac: a final refusal; the session is ended. */
  rejected(session: InviteSession, refusal: Refusal): void;
  /** uas: ACK to the 2xx arrived; `sdp` when it carried the answer. Told again for a re-INVITE that came without an offer. */
  acknowledged(session: InviteSession, sdp: Uint8Array | undefined): void;
  /** uas: the PRACK brought the answer to the offer in a reliable provisional response. */
  answered?(session: InviteSession, sdp: Uint8Array): void;
  /** The answer to an offer repeated by the session timer: where the peer's media is now. */
  refreshed?(session: InviteSession, sdp: Uint8Array): void;
  /** Answer it now or later in another step. */
  reoffered(session: InviteSession, reoffer: Reoffer): void;
  /** An UPDATE without SDP, already answered 200: who the peer is may have changed (RFC 4916). */
  updated?(session: InviteSession, update: Request): void;
  /** A request inside the dialog that no other usage took (INFO, REFER, OPTIONS…); answer through the transaction. */
  requested(session: InviteSession, transaction: ServerTransaction): void;
  /** The end of a session that was not ended by `rejected`: CANCEL, BYE either way, time-out. Told exactly once. */
  ended(session: InviteSession, ending: Ending): void;
}

/** What a user agent is told that belongs to no dialog. */
export interface AgentUser {
  /** A new INVITE; `session` is in state calling, 100 has been sent. Returns who is told about it. */
  invited(session: InviteSession, sdp: Uint8Array | undefined): SessionUser;
  /** Any other request outside dialogs: REGISTER, OPTIONS, MESSAGE… Must be answered. */
  requested(transaction: ServerTransaction): void;
}

/** How much an agent takes; what is left out has no limit here (the transport has its own). */
export interface Limits {
  /** Octets of a request; more is 513. */
  readonly octets?: number;
  /** Calls at one time; those above get 503 with Retry-After. */
  readonly sessions?: number;
}

/** What an agent is told about itself. */
export interface AgentOptions {
  /** The Contact URI that reaches us over this flow (without brackets); `secure`: by sips, where the peer is met so. */
  readonly contact: (flow: Flow, secure: boolean) => string;
  /** User-Agent and Server header. */
  readonly product: string;
  /** The Allow header's methods. */
  readonly allow: readonly string[];
  /** Option tags we understand, for Supported and Require; none when absent. `100rel` and `timer` switch theirs on. */
  readonly supported?: readonly string[];
  /** Option tags understood in a REGISTER besides. */
  readonly supportedAtRegistrar?: readonly string[];
  /** Option tags that whoever calls must support: 421 to others (RFC 3261 §21.4.16). */
  readonly demanded?: readonly string[];
  /** To whom provisional responses are sent reliably: who requires it (the default), or also who supports it. */
  readonly reliable?: 'required' | 'supported';
  /** Session timers (RFC 4028), seconds. Without `expires` only who asks for one gets one; `minimum` is 90 by default. */
  readonly timer?: { readonly expires?: number; readonly minimum?: number };
  /** The Info Packages we take (RFC 6086); none when absent. */
  readonly infoPackages?: readonly string[];
  /** The header that answers a 401 or 407 inside a dialog; undefined gives up. `answered`: the request had credentials already. */
  readonly authorize?: (challenge: Response, request: Request, answered: boolean) => Field | undefined;
  readonly limits?: Limits;
  /** The flow for a request inside a dialog whose next hop (first route, else remote target) is this URI; by default the flow at hand. */
  readonly nextHop?: (uri: Uri, flow: Flow) => Flow;
}

/** The user agent core: owns dialogs and usages over one transaction layer. Implemented in `agent.ts`. */
export interface UserAgent {
  /** Sends an INVITE. `sdp` undefined: delayed offer. */
  invite(
    to: Destination,
    who: Identities,
    options: {
      sdp: Uint8Array | undefined;
      headers?: readonly Field[];
      user: SessionUser;
      /** To repeat a refused INVITE with credentials: its Call-ID and From tag, and a higher CSeq (RFC 3261 §22.2). */
      callId?: string;
      fromTag?: string;
      cseq?: number;
    },
  ): InviteSession;
  /** Sends a request outside any dialog (REGISTER, OPTIONS, MESSAGE). */
  request(
    method: string,
    to: Destination,
    who: Identities,
    options: {
      headers?: readonly Field[];
      body?: Uint8Array;
      callId?: string;
      cseq?: number;
      fromTag?: string;
      /** Whose transaction it is: the scene's, unless said (a ping is the house's). */
      scope?: Scope;
    },
    done: (result: Response | Refusal) => void,
  ): void;
  /** A response to a request, with To tag where it needs one, Server and, for dialog-forming ones, Contact. */
  respond(
    transaction: ServerTransaction,
    status: number,
    reasonPhrase: string,
    options?: { headers?: readonly Field[]; body?: Uint8Array },
  ): void;
  /**
   * Accepts a SUBSCRIBE outside any dialog: 200, a NOTIFY at once, and more until it ends (RFC 6665 §4.2). undefined: it was
   * refused, with 423 for one, and `user` hears nothing.
   */
  subscribed(transaction: ServerTransaction, lasting: Lasting, user: SubscriptionUser): Subscription | undefined;
  /** Takes a REFER on, in a dialog or outside: 202, a NOTIFY of 100, and one of each status that is reported (RFC 3515). */
  referred(transaction: ServerTransaction): Referral;
  /** Goes on with a subscription of an earlier run that has so many seconds left. Its first NOTIFY, at `changed`, says all. */
  resumed(dialog: Dialog, event: string, seconds: number, lasting: Lasting, user: SubscriptionUser): Subscription;
}

/** Who a name-addr names, for displays: display name (people's text), user part and host. */
export interface Named {
  readonly display: string;
  readonly user: string;
  readonly host: string;
}

export type NamedFrom = (value: NameAddr) => Named;
