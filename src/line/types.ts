import type { Leg, Party } from '../call/index.ts';
import type { Kernel } from '../kernel/index.ts';
import type { MediaEngine } from '../media/engine.ts';
import type { Address, CodecName, Hears, Quality, StrayKind } from '../media/protocol.ts';
import type { SrtpPolicy } from '../sdp/index.ts';
import type { Field, Request, Response } from '../sip/message/index.ts';
import type { ServerTransaction } from '../sip/transaction/types.ts';
import type { Flow } from '../sip/transport/types.ts';
import type { Destination, InviteSession, Refusal } from '../sip/usage/types.ts';
import type { Audio, Dtmf } from './audio.ts';
import type { IdentityPolicy } from './identity.ts';
import type { TransferAsked } from './transfer.ts';

/** How a leg is dealt with; what is left out is as for a phone of ours. */
export interface LegTerms {
  /** In order of preference: what needs no transcoding comes first. Left out: the line's. */
  readonly codecs?: readonly CodecName[];
  readonly identity?: IdentityPolicy;
  /** false: its audio goes where its SDP says, and nowhere else. */
  readonly latch?: boolean;
  /** Left out: auto. */
  readonly dtmf?: Dtmf;
  /** The folder of music that its hold lets others hear; left out: the house's. */
  readonly music?: string;
  /** Seconds of its session timer; left out: the line's. */
  readonly sessionTimer?: number | 'off';
}

/** Whether an INVITE may come in, and as whom. */
export type Admission =
  | (LegTerms & { readonly ok: true; readonly account: string | undefined; readonly party: Party })
  | { readonly ok: false; readonly status: number; readonly reasonPhrase: string; readonly headers: readonly Field[] };

export type Admitted = Admission & { readonly ok: true };

/** What an account's legs agree about their media. */
export interface MediaTerms {
  readonly srtp?: SrtpPolicy;
  /** Milliseconds; 0: never. */
  readonly timeout?: number;
  /** Whether its video is passed on; relay unless said. */
  readonly video?: VideoPolicy;
}

/** What becomes of video that a phone offers: it is passed on, or refused. */
export type VideoPolicy = 'relay' | 'off';

/** What the line asks and tells the layer above. */
export interface LineUser {
  admit(request: Request, flow: Flow): Admission;
  /** A caller's leg, in limbo: it must be placed, or ended. */
  arrived(leg: Leg, dialed: string, invite: Request): void;
  /** A file that was to be played to a leg could not be read; the call goes on without it. */
  soundMissing(leg: Leg, file: string, why: string): void;
  /** The program that a leg talked to is not reached, or has failed. */
  programFailed(leg: Leg, why: string): void;
  /** A leg's media come from elsewhere than its phone said. */
  latched(leg: Leg, source: Address): void;
  /** Packets at a leg's port were not of its call: how many, and of the newest what was wrong and where it came from. */
  strays?(leg: Leg, strays: { readonly packets: number; readonly kind: StrayKind; readonly source: Address }): void;
  /** How well a leg that is over heard and was heard. */
  rated?(leg: Leg, quality: Quality): void;
  /** A request outside any call. Must be answered. */
  requested(transaction: ServerTransaction): void;
  /** A phone sends the party of that leg elsewhere. Must be answered; left out: nobody may. */
  transferAsked?(leg: Leg, asked: TransferAsked): void;
  /** Whether who was let in so may take the place of that leg; left out: nobody may. */
  mayReplace?(leg: Leg, admission: Admitted): boolean;
  /** Whether a host is ours, besides those we are reached at. */
  ours?(host: string): boolean;
}

/** An out leg to be made. */
export interface Placement extends LegTerms {
  readonly call: string;
  readonly account: string | undefined;
  /** Accounts that sent the call there. */
  readonly behalf?: readonly string[];
  /** Who is rung. */
  readonly party: Party;
  /** Who its display shows as the caller. */
  readonly shows: Party;
  readonly destination: Destination;
  /** It is offered video though nobody is there yet to have it: somebody will be rung for it. */
  readonly video?: boolean;
  /** What the INVITE says besides: how to ring, say. */
  readonly extras?: readonly Field[];
}

/** One leg's wire side. */
export interface LegLine {
  readonly leg: Leg;
  readonly identity: IdentityPolicy;
  session: InviteSession | undefined;
  audio: Audio;
  /** Its phone is being asked about another stream than its audio, or waits for what another is asked; goes on without an answer. */
  asking: (() => void) | undefined;
  /** In: our answer has been sent ahead of the 200; every response since carries it. */
  early: boolean;
  /** In: our answer to the INVITE's offer; undefined when it had none and the ACK must bring one. */
  answer: Uint8Array | undefined;
  /** We sent an offer in a response: its answer comes in the ACK. */
  answerDue: boolean;
  /** In: our 200 has been sent, its ACK has not come. */
  ackDue: boolean;
  /** What waits for that ACK. */
  readonly atAck: (() => void)[];
  /** Who waits for what its phone says of a text. */
  readonly texting: Set<(result: Response | Refusal) => void>;
  /** In: it talks to somebody else than our 200 says, and is told so at the ACK. */
  outdated: boolean;
  /** Keys that wait until the INFO of the one before them was answered; undefined: none is on its way. */
  keysDue: (() => void)[] | undefined;
  /** What its media was told to play last. */
  hears: Hears;
  /** The folder of the music that its hold lets others hear. */
  music: string | undefined;
  /** Seconds after which it is over unless one side says that it is there (RFC 4028); off: only if the peer asks for it. */
  sessionTimer: number | 'off';
  /** A prompt that starts at the ACK. */
  prompt: Hears | undefined;
  /** What its refusal says besides. */
  objection: readonly Field[];
}

export interface LinePorts {
  readonly kernel: Kernel;
  readonly media: MediaEngine;
  /** As they are now. */
  readonly codecs: () => readonly CodecName[];
  /** Of legs that say nothing themselves, as it is now; left out: off. */
  readonly sessionTimer?: () => number | 'off';
  readonly user: LineUser;
  /** How the media of an account's legs are protected, and how long they may be silent; left out: plain, as the host is told. */
  readonly terms?: (account: string | undefined) => MediaTerms;
  /** The address by which a peer reaches a socket at `local`; that itself unless said. */
  readonly addressFor?: (local: string, peer: string) => string;
}
