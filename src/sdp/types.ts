/** The shapes of session descriptions (RFC 8866). Text is latin1 wire text: one character an octet. */

/** `type=value`, as it stood; the line end is not kept (CRLF is written). */
export interface Line {
  readonly type: string;
  readonly value: string;
}

/** The o= line. Id and version are 64-bit numbers and more: text, never a JavaScript number (RFC 8866 §5.2). */
export interface Origin {
  readonly user: string;
  readonly id: string;
  readonly version: string;
  readonly netType: string;
  readonly addressType: string;
  readonly address: string;
}

export interface Connection {
  readonly netType: string;
  readonly addressType: string;
  /** Without the /ttl or /count of a multicast address; may be a host name. */
  readonly address: string;
}

export interface Attribute {
  readonly name: string;
  /** undefined: a property attribute (`a=sendonly`). */
  readonly value: string | undefined;
}

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** `a=rtpmap:101 telephone-event/8000`. */
export interface RtpMap {
  readonly encoding: string;
  readonly clock: number;
  readonly channels: number;
}

/** One m= section: its lines, the m= line first, and views of them. */
export interface Media {
  readonly lines: readonly Line[];
  readonly type: string;
  readonly port: number;
  readonly protocol: string;
  /** Payload numbers for RTP, other tokens otherwise; in order of preference. */
  readonly formats: readonly string[];
  /** The section's own c=, else the session's. */
  readonly connection: Connection | undefined;
  readonly attributes: readonly Attribute[];
  /** The section's own, else the session's, else sendrecv (RFC 8866 §6.7). */
  readonly direction: Direction;
  /** By format; of two lines for one format the first counts. */
  readonly rtpmap: ReadonlyMap<string, RtpMap>;
  readonly fmtp: ReadonlyMap<string, string>;
  /** Milliseconds; undefined when absent or not a number above zero. */
  readonly ptime: number | undefined;
  readonly maxptime: number | undefined;
}

export interface Sdp {
  /** The lines before the first m=. */
  readonly lines: readonly Line[];
  readonly origin: Origin;
  readonly connection: Connection | undefined;
  readonly attributes: readonly Attribute[];
  readonly media: readonly Media[];
}

export interface MalformedSdp {
  readonly malformed: string;
}

export type CodecName = 'PCMU' | 'PCMA' | 'G722' | 'opus';

/** Crypto-suites of SDES (RFC 4568 §6.2, RFC 6188, RFC 7714). */
export type SuiteName =
  | 'AES_CM_128_HMAC_SHA1_80'
  | 'AES_CM_128_HMAC_SHA1_32'
  | 'AES_256_CM_HMAC_SHA1_80'
  | 'AES_256_CM_HMAC_SHA1_32'
  | 'AEAD_AES_128_GCM'
  | 'AEAD_AES_256_GCM';

/** A master key and its salt, as an `inline:` parameter has them (RFC 4568 §6.1). */
export interface SrtpKey {
  readonly suite: SuiteName;
  /** Key and salt, base64. */
  readonly key: string;
  /** What each packet carries to name the key, hex; left out: nothing. */
  readonly mki?: string;
}

/** Whether RTP is protected: never, where the peer can, or always. */
export type SrtpPolicy = 'off' | 'offered' | 'required';

/** What we bring to the protection of a stream. */
export interface LocalCrypto {
  readonly policy: SrtpPolicy;
  /** Our key for a suite, base64; the same each time, unless `theirs` (the peer's key, when we answer) is a new one. */
  readonly keyOf: (suite: SuiteName, theirs: string | undefined) => string;
}

/** What we bring to one audio stream. */
export interface LocalAudio {
  /** An IP address that the peer can reach. */
  readonly address: string;
  readonly port: number;
  /** In order of preference. */
  readonly codecs: readonly CodecName[];
  /** What the other leg of the call speaks: of what the peer offers this is answered first, so that nothing is transcoded. */
  readonly prefer?: CodecName | undefined;
  /** true: comfort noise (RFC 3389) is offered and answered beside G.711. */
  readonly comfort?: boolean;
  /** false: telephone-event is neither offered nor answered. */
  readonly events?: boolean;
  /** The sections of other streams by their place, whole; every other one is refused. */
  readonly beside?: ReadonlyMap<number, readonly Line[]>;
  /** What we wish; what is agreed also depends on the peer. */
  readonly direction: Direction;
  /** Left out: plain RTP only. */
  readonly crypto?: LocalCrypto;
  readonly originId: string;
  readonly version: number;
  /** The o= line's username; `-` when left out. */
  readonly user?: string;
}

export interface PayloadMap {
  readonly payload: number;
  readonly codec: CodecName;
  /** Opus, as the peer asked (RFC 7587 §6.1): no more bits a second than this, and nothing during silence; */
  readonly bitrate?: number;
  readonly dtx?: true;
  /** packets of one size; a coarse copy of each frame in the next; */
  readonly constant?: true;
  readonly fec?: true;
  /** it plays no more samples a second than this. */
  readonly playback?: number;
}

/** telephone-event's numbers for what we send and take; clock rates in Hz, 8000 when left out (RFC 4733 §2.1). */
export interface EventNumbers {
  readonly send: number;
  readonly receive: number;
  readonly sendClock?: number;
  readonly receiveClock?: number;
  /** The number that is taken for the other clock rate. */
  readonly also?: { readonly receive: number; readonly clock: number };
}

/** What offer and answer come to for the audio stream, seen from our side. */
export interface Agreement {
  /** Where the peer takes media; undefined: port 0, c=0.0.0.0, multicast, or no IP address (a host name is not resolved). */
  readonly remote: { readonly address: string; readonly port: number } | undefined;
  /** undefined: the agreed direction, or the lack of a remote address by hold, forbids sending. */
  readonly send: PayloadMap | undefined;
  /** Empty when the agreed direction forbids receiving. */
  readonly receive: readonly PayloadMap[];
  /** telephone-event: the answer's number for what the offerer sends, the offer's for what it takes (RFC 3264 §7). */
  readonly events: EventNumbers | undefined;
  /** Comfort noise may go both ways, by its own number, 13. */
  readonly comfort?: boolean;
  /**
   * Where RTCP goes: on the media's own port when both multiplex (RFC 5761), to the address the peer names (RFC 3605), else
   * (undefined) to the next port up.
   */
  readonly rtcp: 'mux' | { readonly address: string; readonly port: number } | undefined;
  /** SRTP, by keys in the descriptions (RFC 4568); undefined: plain RTP. */
  readonly crypto?: { readonly send: SrtpKey; readonly receive: SrtpKey } | undefined;
  /** Both exchange VoIP metrics (RFC 3611 §5). */
  readonly xr?: boolean;
  /** Milliseconds a packet that the peer would like to get. */
  readonly ptime: number;
  /** sendonly, inactive or c=0.0.0.0. */
  readonly heldByPeer: boolean;
  /** Ours, as agreed. */
  readonly direction: Direction;
}
