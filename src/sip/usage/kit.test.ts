import { createHash, createHmac } from 'node:crypto';
import { type Crypto, fromLatin1, Kernel, latin1 } from '../../kernel/index.ts';
import { type Message, parse, print, type Request, type Response } from '../message/index.ts';
import type { ServerTransaction } from '../transaction/types.ts';
import type { Flow, Hop, Wire, WireListener } from '../transport/types.ts';
import { createSipStack, type SipStack } from './stack.ts';
import type { AgentOptions, AgentUser, InviteSession, Refusal, Reoffer, SessionUser } from './types.ts';

/** One message on the simulated network. */
export interface Seen {
  /** Milliseconds from the start. */
  readonly at: number;
  readonly from: string;
  readonly message: Message;
  /** `a INVITE`, `b 200 INVITE`: who sent what. */
  readonly what: string;
  readonly lost: boolean;
}

/** Virtual time and a network on which every message takes 10 ms, if it is not lost. */
export class Net {
  readonly kernel: Kernel;
  readonly seen: Seen[] = [];
  readonly faults: unknown[] = [];
  /** True: this message gets lost. */
  lose: (seen: Omit<Seen, 'lost'>) => boolean = () => false;
  /** Milliseconds on the way. */
  delay: (seen: Omit<Seen, 'lost'>) => number = () => 10;
  readonly #hosts = new Map<string, WireListener>();
  #now = 0;

  constructor(seed = 1) {
    this.kernel = new Kernel({
      now: () => this.#now,
      wall: () => this.#now,
      crypto: seededCrypto(seed),
      arm: () => undefined,
      onFault: ({ error }) => void this.faults.push(error),
    });
  }

  get now(): number {
    return this.#now;
  }

  attach(name: string, listener: WireListener): void {
    this.#hosts.set(name, listener);
  }

  wire(name: string): Wire {
    return {
      open: (_protocol, to) => flow(name, to.address),
      send: ({ remote }, bytes) => this.#carry(name, remote.address, bytes),
      close: () => undefined,
    };
  }

  advance(ms: number): void {
    const until = this.#now + ms;
    for (let due = this.kernel.nextDue(); due !== undefined && due <= until; due = this.kernel.nextDue())
      this.#run(due);
    this.#now = until;
  }

  /** Runs all timers out; gives what the scene still holds. */
  quiet(): Readonly<Record<string, number>> {
    for (let due = this.kernel.nextDue(); due !== undefined; due = this.kernel.nextDue()) this.#run(due);
    return this.kernel.scene.census();
  }

  /** Who sent what, in order, without 100s. */
  ladder(): string[] {
    return this.seen.map(({ what }) => what).filter((what) => !what.includes(' 100 '));
  }

  times(what: string): number[] {
    return this.seen.filter((seen) => seen.what === what).map(({ at }) => at);
  }

  request(what: string): Request {
    const message = this.seen.find((seen) => seen.what === what)?.message;
    if (message?.kind !== 'request') throw new Error(`no ${what} in ${this.ladder().join(', ')}`);
    return message;
  }

  response(what: string): Response {
    const message = this.seen.find((seen) => seen.what === what)?.message;
    if (message?.kind !== 'response') throw new Error(`no ${what} in ${this.ladder().join(', ')}`);
    return message;
  }

  #run(due: number): void {
    this.#now = Math.max(this.#now, due);
    this.kernel.runDue();
  }

  #carry(from: string, to: string, bytes: Uint8Array): void {
    const message = parse(bytes);
    if (message.kind === 'malformed')
      throw new Error(`${from} sent something malformed: ${message.why}\n${latin1(bytes)}`);
    const noun = message.kind === 'request' ? message.method : `${message.status} ${message.cseq.method}`;
    const seen = { at: this.#now, from, message, what: `${from} ${noun}` };
    const lost = this.lose(seen);
    this.seen.push({ ...seen, lost });
    if (lost) return;
    const copy = bytes.slice();
    this.kernel.house.after(this.delay(seen), () => this.#hosts.get(to)?.received(flow(to, from), copy));
  }
}

export function flow(from: string, to: string): Flow {
  const hop = (address: string): Hop => ({ address, port: 5060 });
  return { id: `${from} ${to}`, protocol: 'udp', local: hop(from), remote: hop(to), reliable: false };
}

export const sdp = (text: string): Uint8Array => fromLatin1(text);

/** A user agent and a transcript of what it tells. What it does about it is for the test to say. */
export class Party implements AgentUser, SessionUser {
  readonly name: string;
  readonly net: Net;
  readonly stack: SipStack;
  readonly told: string[] = [];
  readonly sessions: InviteSession[] = [];
  readonly reoffers: Reoffer[] = [];
  readonly transactions: ServerTransaction[] = [];
  sendAck: ((answer: Uint8Array) => void) | undefined;
  sendPrack: ((answer: Uint8Array) => void) | undefined;
  onInvited: (session: InviteSession) => void = () => undefined;
  onReoffered: (reoffer: Reoffer) => void = () => undefined;

  constructor(net: Net, name: string, options: Partial<AgentOptions> = {}) {
    this.net = net;
    this.name = name;
    this.stack = createSipStack({
      kernel: net.kernel,
      wire: net.wire(name),
      options: {
        contact: () => `sip:${name}@${name}:5060`,
        product: `Party/${name}`,
        allow: ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'UPDATE', 'INFO', 'MESSAGE'],
        ...options,
      },
      user: this,
    });
    net.attach(name, this.stack.listener);
  }

  get session(): InviteSession {
    const session = this.sessions.at(-1);
    if (session === undefined) throw new Error(`${this.name} has no session`);
    return session;
  }

  get reoffer(): Reoffer {
    const reoffer = this.reoffers.at(-1);
    if (reoffer === undefined) throw new Error(`nothing was offered to ${this.name}`);
    return reoffer;
  }

  /** `null`: without an offer. */
  call(to: string, offer: string | null = 'offer', more: { headers?: [string, string][] } = {}): InviteSession {
    const session = this.stack.agent.invite(
      { requestUri: `sip:${to}@${to}`, flow: flow(this.name, to) },
      { from: `"${this.name}" <sip:${this.name}@home>`, to: `<sip:${to}@home>` },
      { sdp: offer === null ? undefined : sdp(offer), user: this, ...more },
    );
    this.sessions.push(session);
    return session;
  }

  /** For `done`: notes the result. */
  note(label: string): (result: Response | Refusal) => void {
    return (result) => void this.told.push(`${label} ${result.status}`);
  }

  invited(session: InviteSession, offer: Uint8Array | undefined): SessionUser {
    this.sessions.push(session);
    this.told.push(words('invited', offer));
    this.onInvited(session);
    return this;
  }

  requested(first: ServerTransaction | InviteSession, second?: ServerTransaction): void {
    const transaction = second ?? first;
    if (!('respond' in transaction)) return;
    this.transactions.push(transaction);
    this.told.push(`requested ${transaction.request.method}`);
    this.stack.agent.respond(transaction, 200, 'OK');
  }

  progress(
    _session: InviteSession,
    response: Response,
    media: Uint8Array | undefined,
    sendPrack?: (answer: Uint8Array) => void,
  ): void {
    this.sendPrack = sendPrack;
    this.told.push(words(`progress ${response.status}`, media));
  }

  accepted(
    _session: InviteSession,
    response: Response,
    media: Uint8Array | undefined,
    sendAck: ((answer: Uint8Array) => void) | undefined,
  ): void {
    this.sendAck = sendAck;
    this.told.push(words(`accepted ${response.status}`, media));
  }

  rejected(_session: InviteSession, refusal: Refusal): void {
    this.told.push(`rejected ${refusal.status} ${refusal.reasonPhrase}`);
  }

  acknowledged(_session: InviteSession, media: Uint8Array | undefined): void {
    this.told.push(words('acknowledged', media));
  }

  answered(_session: InviteSession, media: Uint8Array): void {
    this.told.push(words('answered', media));
  }

  refreshed(_session: InviteSession, media: Uint8Array): void {
    this.told.push(words('refreshed', media));
  }

  reoffered(_session: InviteSession, reoffer: Reoffer): void {
    this.reoffers.push(reoffer);
    this.told.push(words(`reoffered ${reoffer.request.method}`, reoffer.offer));
    this.onReoffered(reoffer);
  }

  updated(): void {
    this.told.push('updated');
  }

  ended(_session: InviteSession, ending: { by: string; request?: Request }): void {
    this.told.push(['ended', ending.by, ending.request?.method ?? ''].join(' ').trim());
  }
}

/** A peer that does only what the test makes it do. */
export class Puppet implements WireListener {
  readonly name: string;
  readonly heard: Message[] = [];
  readonly #net: Net;
  /** What it sends at once about a message. */
  answers: (message: Message) => Message[] = () => [];

  constructor(net: Net, name: string) {
    this.#net = net;
    this.name = name;
    net.attach(name, this);
  }

  received(path: Flow, bytes: Uint8Array): void {
    const message = parse(bytes);
    if (message.kind === 'malformed') throw new Error(message.why);
    this.heard.push(message);
    for (const answer of this.answers(message)) this.send(path.remote.address, answer);
  }

  send(to: string, message: Message): void {
    this.#net.wire(this.name).send(flow(this.name, to), print(message));
  }

  /** The last request of that method that it heard. */
  last(method: string): Request {
    const found = this.heard.findLast((one) => one.kind === 'request' && one.method === method);
    if (found?.kind !== 'request') throw new Error(`${this.name} heard no ${method}`);
    return found;
  }

  opened(): void {}
  failed(): void {}
  drained(): void {}
}

/** An agent that can do everything: reliable provisional responses and session timers too. */
export const able: Pick<AgentOptions, 'allow' | 'supported'> = {
  allow: ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'UPDATE', 'INFO', 'MESSAGE', 'PRACK'],
  supported: ['100rel', 'timer'],
};

/** Alice has called Bob and both are talking. The transcripts begin after that. */
export function talking(
  net = new Net(),
  ofA: Partial<AgentOptions> = {},
  ofB: Partial<AgentOptions> = ofA,
): { net: Net; a: Party; b: Party } {
  const a = new Party(net, 'a', ofA);
  const b = new Party(net, 'b', ofB);
  b.onInvited = (session) => session.accept(sdp('answer'));
  a.call('b');
  net.advance(100);
  a.told.length = 0;
  b.told.length = 0;
  net.seen.length = 0;
  return { net, a, b };
}

function words(what: string, media: Uint8Array | undefined): string {
  return media === undefined ? what : `${what} ${latin1(media)}`;
}

function seededCrypto(seed: number): Crypto {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  };
  return {
    hash: (name, data) => createHash(name).update(data).digest(),
    hmac: (name, key, data) => createHmac(name, key).update(data).digest(),
    random: (count) => Uint8Array.from({ length: count }, next),
    equal: (a, b) => latin1(a) === latin1(b),
  };
}
