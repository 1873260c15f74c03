/** How the stack meets the network. The live wire and the World's simulated one have this shape. */
export type Protocol = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

/** An address and port; IPv6 addresses without brackets. */
export interface Hop {
  readonly address: string;
  readonly port: number;
}

/**
 * A path to one peer: for UDP a local socket and a remote address (the same pair is the same flow), else a connection, whose
 * `local` is where we listen for more of its kind, whoever opened it: that is what peers are told.
 */
export interface Flow {
  readonly id: string;
  readonly protocol: Protocol;
  readonly local: Hop;
  readonly remote: Hop;
  readonly reliable: boolean;
  /** The host that its certificate was verified for; undefined: none was asked for. */
  readonly name?: string;
}

export interface Wire {
  /**
   * The flow to that hop, an existing one where there is one; undefined when no local socket can reach it. Local picks the
   * socket when several could. `existing`: no connection is made; undefined when there is none. `name`: over TLS the peer must
   * show a certificate for that host (RFC 5922), else the flow fails.
   */
  open(protocol: Protocol, to: Hop, local?: Hop, only?: 'existing', name?: string): Flow | undefined;
  /** Never delivers before it returns. On a flow that is gone: `failed` is told, later. */
  send(flow: Flow, bytes: Uint8Array): void;
  /** Nothing more is told of that flow. */
  close(flow: Flow): void;
}

/** What a wire tells the stack; each call is one input. Octets of TCP and TLS come as they arrive, datagrams and WebSocket messages whole. */
export interface WireListener {
  received(flow: Flow, bytes: Uint8Array): void;
  opened(flow: Flow): void;
  failed(flow: Flow, why: string): void;
  drained(flow: Flow): void;
}
