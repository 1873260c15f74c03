import { CAUSES, Switchboard } from './call/index.ts';
import type { Kernel } from './kernel/index.ts';
import { Line } from './line/index.ts';
import type { MediaEngine } from './media/engine.ts';
import {
  Calls,
  createGuard,
  Directory,
  type DialplanBuilder,
  dialplan,
  type ExchangeConfig,
  type ExchangeView,
  type Feature,
  type PbxEvent,
  Reception,
  Registrar,
  ringAccount,
  type Store,
  type Surroundings,
} from './pbx/index.ts';
import type { Wire, WireListener } from './sip/transport/types.ts';
import { createSipStack, type Trace } from './sip/usage/index.ts';

/** What an exchange is made of; the same live and in the simulated world. */
export interface ExchangePorts {
  readonly kernel: Kernel;
  readonly wire: Wire;
  readonly store: Store;
  readonly media: MediaEngine;
  readonly config: ExchangeConfig;
  readonly features: readonly Feature[];
  /** Rules besides the features' extensions. */
  readonly rules: (builder: DialplanBuilder) => void;
  /** Hears what happens, after each step. */
  readonly observe: (event: PbxEvent) => void;
  /** Sees every SIP message, for ladders. */
  readonly trace?: Trace;
}

export interface Exchange {
  /** What the wire tells. Before {@link Exchange.start} has answered, nothing may be told. */
  readonly listener: WireListener;
  readonly view: ExchangeView;
  /** Reads what lasts; `ready` when calls can come. */
  start(ready: () => void): void;
  /** Refuses new calls from now on. */
  drain(): void;
  /** Ends every call. */
  hangupAll(): void;
}

/** Ties the layers together. Throws a RangeError for a dialplan that cannot be told apart. */
export function createExchange(ports: ExchangePorts): Exchange {
  const { kernel, wire, store, media, config } = ports;
  const startedAt = kernel.wall();
  const listeners: ((event: PbxEvent) => void)[] = [ports.observe];
  const tell = (event: PbxEvent): void => {
    for (const listen of listeners) listen(event);
  };
  let draining = false;

  const directory = new Directory(config.accounts);
  const plan = dialplan((builder) => {
    ports.rules(builder);
    for (const feature of ports.features)
      feature.extensions({ kernel, store, on: (listen) => void listeners.push(listen) }, builder);
  });
  const registrar = new Registrar({
    kernel,
    store,
    config,
    tell,
    respond: (transaction, status, reasonPhrase, headers) =>
      stack.agent.respond(transaction, status, reasonPhrase, { headers }),
  });
  const guard = createGuard({
    kernel,
    directory,
    realm: config.realm,
    algorithms: config.algorithms,
    algorithmAt: (account, address) => registrar.algorithmAt(account, address),
  });
  const line: Line = new Line({
    kernel,
    media,
    codecs: config.codecs,
    user: {
      admit: (request, flow) => reception.admit(request, flow),
      arrived: (leg, dialed) => reception.arrived(leg, dialed),
      soundMissing: (leg, file) => reception.soundMissing(leg, file),
      requested: (transaction) => reception.requested(transaction),
    },
  });
  const calls: Calls = new Calls(kernel, () => board.legs, tell);
  const board = new Switchboard(kernel, line, (event) => calls.observe(event));
  const ringing = { kernel, board, line, wire, directory, registrar, codecs: config.codecs, tell };
  const scripts: Surroundings = {
    kernel,
    board,
    dial: (caller, number, options, then) => ringAccount(ringing, caller, number, options, then),
    route: (number) => plan.route(number),
  };
  const stack = createSipStack({
    kernel,
    wire,
    options: {
      contact: ({ local }) => `sip:${local.address.includes(':') ? `[${local.address}]` : local.address}:${local.port}`,
      product: `Strowger/${config.version}`,
      allow: ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'UPDATE', 'REGISTER'],
    },
    user: line,
    ...(ports.trace === undefined ? {} : { trace: ports.trace }),
  });
  const reception = new Reception({
    kernel,
    directory,
    guard,
    registrar,
    calls,
    plan,
    scripts,
    agent: () => stack.agent,
    tell,
    draining: () => draining,
  });
  line.attach(stack.agent, board);

  return {
    listener: stack.listener,
    view: {
      status: () => ({
        version: config.version,
        node: config.node,
        startedAt,
        accounts: config.accounts.length,
        registrations: registrar.all.length,
        calls: calls.count,
        scene: kernel.scene.census(),
        house: kernel.house.census(),
        faults: kernel.faults,
      }),
      calls: () => calls.views(),
      registrations: () =>
        registrar.all.map(({ row }) => ({
          account: row.aor,
          contact: row.contact,
          source: `${row.protocol}:${row.sourceAddress}:${row.sourcePort}`,
          userAgent: row.userAgent,
          expiresAt: row.expiresAt,
        })),
      hangup: (id) => {
        const legs = calls.legsOf(id);
        for (const leg of legs) board.end(leg, CAUSES.normal);
        return legs.length > 0;
      },
      accounts: () => config.accounts,
    },
    start: (ready) =>
      store.load('secret', (secrets) => {
        directory.learn(secrets);
        store.load('binding', (bindings) => {
          registrar.restore(bindings);
          ready();
        });
      }),
    drain: () => {
      draining = true;
    },
    hangupAll: () => {
      for (const leg of board.legs) board.end(leg, CAUSES.normal);
    },
  };
}
