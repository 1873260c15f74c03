import { fromLatin1, fromUtf8, latin1 } from '../../src/kernel/index.ts';
import { escapeUser, parseUri, quote, reasonPhrase, type Response } from '../../src/sip/message/index.ts';
import type { CodecName, SrtpPolicy } from '../../src/sdp/index.ts';
import type { ServerTransaction } from '../../src/sip/transaction/types.ts';
import type { Hop, Wire, WireListener } from '../../src/sip/transport/types.ts';
import {
  type AgentOptions,
  createSipStack,
  type Destination,
  type InviteSession,
  type SessionUser,
} from '../../src/sip/usage/index.ts';
import { type Duration, ms } from '../duration.ts';
import { muted, tone } from '../ear.ts';
import type { Host, HostWire } from '../host.ts';
import type { Nat } from '../nat.ts';
import { Credentials } from './credentials.ts';
import type { Instrument, Surroundings } from './instrument.ts';
import type { PictureOptions } from './picture.ts';
import { Registration } from './registration.ts';
import { Subscriptions } from './subscription.ts';

export interface PhoneOptions {
  /** Its account: From, credentials, address of record. */
  readonly number: string;
  readonly password?: string;
  /** As it stands in From; default: the phone's name with a capital. */
  readonly displayName?: string;
  readonly address: string;
  readonly behind?: Nat;
  /** Default UDP. */
  readonly transport?: 'tcp';
  /** SIP port; default 5060. */
  readonly port?: number;
  /** Its registrar and outbound proxy; without one it calls URIs directly. */
  readonly server?: Hop;
  /** What it says into its microphone, in Hz; muted without. */
  readonly tone?: number;
  /** In order of preference; default PCMU. */
  readonly codecs?: readonly CodecName[];
  /** SRTP by keys in SDP (RFC 4568); off unless said. */
  readonly srtp?: SrtpPolicy;
  /** false: it knows no telephone-event (RFC 4733). */
  readonly events?: false;
  /** Video and text beside its audio. */
  readonly pictures?: readonly PictureOptions[];
  /** Picks up by itself this long after it began to ring. */
  readonly autoAnswer?: Duration;
  /** `+sip.instance`, a URN. */
  readonly instance?: string;
  /** What it calls itself in calls, in the place of its address: a GRUU. */
  readonly contact?: string;
  /** Which of its flows it registers (RFC 5626). */
  readonly regId?: number;
  /** Option tags in its REGISTER. */
  readonly supported?: readonly string[];
  /** False: it does not ask for responses to where its requests came from (RFC 3581). */
  readonly rport?: false;
  readonly allow?: readonly string[];
  /** Reliable provisional responses (RFC 3262): none, where the peer supports them, or none but those. */
  readonly reliable?: 'supports' | 'requires';
  /** It reads, and writes, who is there in From (RFC 4916). */
  readonly fromChange?: true;
  /** It says that it knows Replaces (RFC 3891). */
  readonly replaces?: true;
  /** Session timers (RFC 4028), seconds: `expires` is what it asks for. */
  readonly timer?: { readonly expires?: number; readonly minimum?: number };
}

/** What a phone needs of the world it stands in. */
export interface PhoneWorld extends Surroundings {
  host(address: string, options: { readonly name: string; readonly behind?: Nat }): Host;
  move(host: Host, address: string): Host;
  powerOff(host: Host): void;
}

const ALLOW = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'UPDATE', 'INFO', 'NOTIFY', 'MESSAGE'];
/** A phone that has power. */
export interface Running {
  readonly host: Host;
  readonly instrument: Instrument;
  readonly registration: Registration;
  readonly subscriptions: Subscriptions;
  move(address: string): void;
}

export interface Told {
  readonly uri: () => string;
  invited(instrument: Instrument, session: InviteSession, sdp: Uint8Array | undefined): SessionUser;
  requested(instrument: Instrument, transaction: ServerTransaction): void;
  /** What it says to texts, and when. */
  texting(): { readonly status: number; readonly after: Duration };
}

/** Plugs a phone in. */
export function start(world: PhoneWorld, name: string, options: PhoneOptions, address: string, told: Told): Running {
  let host = world.host(address, options.behind === undefined ? { name } : { name, behind: options.behind });
  const { kernel } = host;
  const listener: WireListener = {
    received: (flow, bytes) => {
      subscriptions.peek(flow, bytes);
      stack.listener.received(flow, bytes);
    },
    opened: (flow) => stack.listener.opened(flow),
    failed: (flow, why) => stack.listener.failed(flow, why),
    drained: (flow) => stack.listener.drained(flow),
  };
  const plug = (): HostWire => host.wire(listener, [options.port ?? 5060]);
  let socket = plug();
  // The stack keeps its wire when the phone moves to another address.
  const wire: Wire = {
    open: (protocol, to, local, only) => socket.open(protocol, to, local, only),
    send: (flow, bytes) => socket.send(flow, options.rport === false ? withoutRport(bytes) : bytes),
    close: (flow) => socket.close(flow),
  };
  const stack = createSipStack({
    kernel,
    wire,
    options: {
      contact: () => options.contact ?? told.uri(),
      product: `Phone of ${name}`,
      allow: options.allow ?? ALLOW,
      ...extensions(options),
    },
    user: {
      invited: (session, sdp) => told.invited(instrument, session, sdp),
      requested: (transaction) => told.requested(instrument, transaction),
    },
    sentBy: () => hostPort({ address: host.address, port: options.port ?? 5060 }),
  });
  const subscriptions = new Subscriptions(stack.dialogs);
  const credentials = new Credentials({ kernel, user: options.number, password: options.password ?? '' });
  const destination = (uri: string): Destination => destinationOf(wire, uri, options);
  const aor = `<sip:${escapeUser(options.number)}@${domain(options)}>`;
  const from = `${quote(latin1(fromUtf8(options.displayName ?? capital(name))))} ${aor}`;
  const instrument: Instrument = {
    world,
    get host() {
      return host;
    },
    agent: stack.agent,
    credentials,
    codecs: options.codecs ?? ['PCMU'],
    srtp: options.srtp ?? 'off',
    events: options.events ?? true,
    pictures: options.pictures ?? [],
    requires: options.reliable === 'requires' ? [['Require', '100rel']] : [],
    source: () => (options.tone === undefined ? muted() : tone(options.tone)),
    over: (session) => {
      const { callId, localTag, remoteTag } = session;
      const entry = stack.dialogs.ofResponse({ callId, fromTag: localTag, toTag: remoteTag } as Response);
      return entry?.usages.some((usage) => (usage as unknown) === session) !== true;
    },
    destination,
    identities: (uri) => ({ from, to: `<${uri}>` }),
    uriOf: (target) => uriOf(target, options),
    dialogs: stack.dialogs,
    reply: (transaction) => {
      if (transaction.request.method !== 'MESSAGE') return stack.agent.respond(transaction, 200, 'OK');
      const { status, after } = told.texting();
      kernel.scene.after(ms(after), () => stack.agent.respond(transaction, status, reasonPhrase(status)));
    },
  };
  const registration = new Registration({
    kernel,
    agent: stack.agent,
    credentials,
    destination: () => destination(`sip:${domain(options)}`),
    identities: { from, to: aor },
    contact: told.uri,
    instance: options.instance ?? '',
    regId: options.regId ?? 0,
    headers: options.supported === undefined ? [] : [['Supported', options.supported.join(', ')]],
  });
  return {
    get host() {
      return host;
    },
    instrument,
    registration,
    subscriptions,
    move: (to) => {
      socket.shut();
      host = world.move(host, to);
      socket = plug();
    },
  };
}

/** As a phone that knows nothing of RFC 3581 writes its Via. */
function withoutRport(bytes: Uint8Array): Uint8Array {
  return fromLatin1(latin1(bytes).replace(/;rport(?=[;,\r])/, ''));
}

/** What it can do besides RFC 3261. */
function extensions({ reliable, timer, fromChange, replaces, allow }: PhoneOptions): Partial<AgentOptions> {
  const tags = [
    ...(reliable === undefined ? [] : ['100rel']),
    ...(timer === undefined ? [] : ['timer']),
    ...(fromChange === undefined ? [] : ['from-change']),
    ...(replaces === undefined ? [] : ['replaces']),
  ];
  if (tags.length === 0) return {};
  const timing = timer === undefined ? {} : { timer };
  return { supported: tags, reliable: 'supported', allow: [...(allow ?? ALLOW), 'PRACK'], ...timing };
}

function destinationOf(wire: Wire, uri: string, { server, transport }: PhoneOptions): Destination {
  const parsed = parseUri(uri);
  const direct = parsed && { address: parsed.host.replace(/^\[|\]$/g, ''), port: parsed.port ?? 5060 };
  const hop = server ?? direct;
  const flow = hop && wire.open(transport ?? 'udp', hop);
  if (flow === undefined) throw new Error(`no way to ${uri}`);
  return { requestUri: uri, flow };
}

export function uriOf(target: string, options: PhoneOptions): string {
  return /^(sips?|tel):/.test(target) ? target : `sip:${escapeUser(target)}@${domain(options)}`;
}

export function domain({ server, address }: PhoneOptions): string {
  return hostPort(server ?? { address, port: 5060 }).replace(/:5060$/, '');
}

export function hostPort({ address, port }: Hop): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
