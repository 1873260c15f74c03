import { CAUSES, Switchboard } from './call/index.ts';
import { type Kernel, StrowgerError } from './kernel/index.ts';
import { Line } from './line/index.ts';
import { regEvent } from './features/index.ts';
import type { MediaEngine } from './media/engine.ts';
import {
  CallRecords,
  Calls,
  addressFor,
  createGuard,
  type Dialplan,
  type DialplanBuilder,
  Directory,
  dialplan,
  type ExchangeConfig,
  type ExchangeView,
  type Feature,
  type PbxEvent,
  EventPackages,
  keySecret,
  ping,
  Reception,
  Registrar,
  ringAccounts,
  type Store,
  type Surroundings,
} from './pbx/index.ts';
import type { Flow, Wire, WireListener } from './sip/transport/types.ts';
import { contactOf, createSipStack, hostPort, reach, type Trace } from './sip/usage/index.ts';

/** What an exchange does, as it can be told anew while it runs. */
export interface Instructions {
  readonly config: ExchangeConfig;
  readonly features: readonly Feature[];
  /** Rules besides the features' extensions. */
  readonly rules: (builder: DialplanBuilder) => void;
}

/** What an exchange is made of; the same live and in the simulated world. */
export interface ExchangePorts extends Instructions {
  readonly kernel: Kernel;
  readonly wire: Wire;
  readonly store: Store;
  readonly media: MediaEngine;
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
  /**
   * Later registrations and calls follow these; those in progress go on as they are. Throws, and changes nothing, for a
   * dialplan that cannot be told apart (RangeError) and for another realm (E_CONFIG_FIXED).
   */
  reload(next: Instructions): void;
  /** Refuses new calls from now on. */
  drain(): void;
  /** Ends every call. */
  hangupAll(): void;
}

/** Ties the layers together. Throws a RangeError for a dialplan that cannot be told apart. */
export function createExchange(ports: ExchangePorts): Exchange {
  const { kernel, wire, store, media } = ports;
  let { config } = ports;
  const startedAt = kernel.wall();
  const tell = (event: PbxEvent): void => {
    ports.observe(event);
    for (const listen of following.listeners) listen(event);
  };
  let draining = false;
  const sentBy = ({ local, remote }: Flow): string =>
    hostPort({ ...local, address: addressFor(config.network, local.address, remote.address) });

  const directory = new Directory(config);
  let following = follow(ports, kernel, store);
  const registrar = new Registrar({
    kernel,
    store,
    limits: () => config,
    tell,
    ping: (binding, done) =>
      ping({ kernel, agent: stack.agent, wire, host: (flow) => line.hostFor(flow) }, binding, done),
    respond: (transaction, status, reasonPhrase, headers) =>
      stack.agent.respond(transaction, status, reasonPhrase, { headers }),
  });
  const guard = createGuard({
    kernel,
    directory,
    realm: config.realm,
    algorithmAt: (account, address) => registrar.algorithmAt(account, address),
  });
  const line: Line = new Line({
    kernel,
    media,
    codecs: () => config.codecs,
    user: {
      admit: (request, flow) => reception.admit(request, flow),
      arrived: (leg, dialed, invite) => reception.arrived(leg, dialed, invite),
      soundMissing: (leg, file, why) => reception.soundMissing(leg, file, why),
      latched: (leg, source) => reception.latched(leg, source),
      requested: (transaction) => reception.requested(transaction),
    },
    addressFor: (local, peer) => addressFor(config.network, local, peer),
  });
  const records = new CallRecords(store, tell);
  const calls: Calls = new Calls(kernel, tell, (facts) => records.write(facts));
  const board = new Switchboard(kernel, line, (event) => calls.observe(event));
  const ours = (host: string): boolean => host.toLowerCase() === config.realm.toLowerCase();
  const ringing = { kernel, board, line, wire, directory, registrar, codecs: () => config.codecs, ours, tell };
  const scripts: Omit<Surroundings, 'route'> = {
    kernel,
    board,
    dial: (caller, wanted, options, then) => ringAccounts(ringing, caller, wanted, options, then),
  };
  const stack = createSipStack({
    kernel,
    wire,
    options: {
      contact: (flow) => contactOf(flow, sentBy(flow)),
      // A connection that was lost during a call is made again where that is possible.
      nextHop: (uri, flow) => registrar.flowTo(wire, uri) ?? (flow.reliable ? (reach(wire, flow, uri) ?? flow) : flow),
      product: `Strowger/${config.version}`,
      allow: ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'UPDATE', 'PRACK', 'REGISTER', 'SUBSCRIBE'],
      supported: ['100rel', 'timer'],
      supportedAtRegistrar: ['path', 'outbound', 'gruu'],
    },
    user: line,
    sentBy,
    ...(config.timers === undefined ? {} : { timers: config.timers }),
    ...(ports.trace === undefined ? {} : { trace: ports.trace }),
  });
  const packages = new EventPackages({
    agent: () => stack.agent,
    identify: (transaction) => reception.identify(transaction)?.account.number,
  });
  packages.add(regEvent({ kernel, registrations: registrar }));
  const reception = new Reception({
    kernel,
    directory,
    guard,
    registrar,
    packages,
    calls,
    plan: () => following.plan,
    scripts,
    agent: () => stack.agent,
    tell,
    draining: () => draining,
  });
  line.attach(stack.agent, board);

  return {
    listener: stack.listener,
    view: viewOf({ kernel, board, calls, records, registrar, startedAt, config: () => config }),
    start: (ready) => {
      records.restore();
      store.load('secret', (secrets) => {
        directory.learn(secrets);
        store.load('binding', (bindings) => {
          keySecret(kernel, store, (secret) => {
            registrar.restore(bindings, secret);
            ready();
          });
        });
      });
    },
    reload: (next) => {
      if (next.config.realm !== config.realm) throw new StrowgerError('E_CONFIG_FIXED', { key: 'realm' });
      following = follow(next, kernel, store);
      config = next.config;
      directory.replace(config);
    },
    drain: () => {
      draining = true;
    },
    hangupAll: () => {
      for (const leg of board.legs) board.end(leg, CAUSES.normal);
    },
  };
}

/** The dialplan of some instructions, and the features that listen. */
interface Following {
  readonly plan: Dialplan;
  readonly listeners: readonly ((event: PbxEvent) => void)[];
}

function follow({ rules, features }: Instructions, kernel: Kernel, store: Store): Following {
  const listeners: ((event: PbxEvent) => void)[] = [];
  const plan = dialplan((builder) => {
    rules(builder);
    for (const feature of features)
      feature.extensions({ kernel, store, on: (listen) => void listeners.push(listen) }, builder);
  });
  return { plan, listeners };
}

interface Viewed {
  readonly kernel: Kernel;
  readonly board: Switchboard;
  readonly calls: Calls;
  readonly records: CallRecords;
  readonly registrar: Registrar;
  readonly startedAt: number;
  /** As it is now. */
  readonly config: () => ExchangeConfig;
}

/** What the API may ask of it. */
function viewOf({ kernel, board, calls, records, registrar, startedAt, config }: Viewed): ExchangeView {
  return {
    status: () => ({
      version: config().version,
      node: config().node,
      startedAt,
      accounts: config().accounts.length,
      registrations: registrar.all.length,
      calls: calls.count,
      scene: kernel.scene.census(),
      house: kernel.house.census(),
      faults: kernel.faults,
    }),
    calls: () => calls.views(),
    records: (limit) => records.recent(limit),
    registrations: () =>
      registrar.all.map(({ row, endsAt }) => ({
        account: row.aor,
        contact: row.contact,
        source: `${row.protocol}:${row.sourceAddress}:${row.sourcePort}`,
        userAgent: row.userAgent,
        expiresAt: kernel.wall() + Math.round(endsAt - kernel.now()),
        reach: registrar.reachOf(row.id),
      })),
    hangup: (id) => {
      const legs = calls.legsOf(id);
      for (const leg of legs) board.end(leg, CAUSES.normal);
      return legs.length > 0;
    },
    accounts: () => config().accounts,
  };
}
