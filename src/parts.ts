import { type Leg, type LegEvent, Switchboard } from './call/index.ts';
import { Desk } from './desk.ts';
import { CALL_TONES, type Tone, type ToneCountry } from './codec/index.ts';
import type { ExchangePorts } from './exchange.ts';
import { standing } from './features/index.ts';
import { type Following, follow } from './follow.ts';
import type { Instructions } from './instructions.ts';
import type { Kernel } from './kernel/index.ts';
import { Line, type MediaTerms } from './line/index.ts';
import {
  type Account,
  CallKeys,
  CallRecords,
  Calls,
  createGuard,
  destinationOf,
  Directory,
  type ExchangeConfig,
  EventPackages,
  type FeatureContext,
  type Guard,
  flowNews,
  Outside,
  type PbxEvent,
  ping,
  Reception,
  Rooms,
  Refusals,
  Registrar,
  Diversions,
  ringForwarding,
  sendText,
  speak,
  Transfers,
  abroad,
  StaticContacts,
  type Surroundings,
} from './pbx/index.ts';
import type { Flow } from './sip/transport/types.ts';
import { contactOf, createSipStack, type Destination, hostPort, reach, type SipStack } from './sip/usage/index.ts';

/** The layers of one exchange, each knowing the others as far as it must; made in the order of the constructor. */
export class Parts {
  readonly ports: ExchangePorts;
  readonly kernel: Kernel;
  readonly startedAt: number;
  readonly directory: Directory;
  readonly diversions: Diversions;
  readonly registrar: Registrar;
  readonly contacts: StaticContacts;
  readonly outside: Outside;
  readonly rooms: Rooms;
  readonly line: Line;
  readonly records: CallRecords;
  readonly calls: Calls;
  readonly board: Switchboard;
  readonly stack: SipStack;
  readonly packages: EventPackages;
  readonly guard: Guard;
  readonly reception: Reception;
  readonly transfers: Transfers;
  readonly desk: Desk;
  readonly #context: Omit<FeatureContext, 'on'>;
  readonly #refusals: Refusals;
  readonly #listeners: ((event: PbxEvent) => void)[] = [];
  #following: Following;
  /** As it is now. */
  config: ExchangeConfig;
  draining = false;

  constructor(ports: ExchangePorts) {
    const { kernel, store } = ports;
    this.ports = ports;
    this.kernel = kernel;
    this.config = ports.config;
    this.startedAt = kernel.wall();
    this.#refusals = new Refusals(kernel, this.#told);
    this.directory = new Directory(ports.config);
    this.diversions = new Diversions(
      kernel,
      store,
      this.directory,
      (number) => this.#following.plan.route(number) !== undefined,
    );
    this.registrar = this.#registrar();
    this.contacts = this.#contacts();
    this.outside = new Outside({ kernel, resolver: ports.resolver, stun: ports.stun, tell: this.tell });
    this.rooms = new Rooms({
      kernel,
      board: () => this.board,
      tell: this.tell,
      languageOf: (account) => this.directory.localeOf(account).language,
    });
    this.#context = {
      kernel,
      store,
      rooms: this.rooms,
      registrar: this.registrar,
      diversions: this.diversions,
      tell: this.tell,
      originate: (request, hear) => this.desk.originations.place(request, hear),
    };
    this.#following = follow(ports, this.#context);
    this.line = this.#line();
    this.records = new CallRecords(store, this.tell);
    this.calls = new Calls(kernel, this.tell, this.records);
    this.board = new Switchboard(kernel, this.line, (event) => this.#observe(event));
    this.stack = this.#stack();
    this.stack.transport.watch(flowNews(kernel, this.tell));
    this.packages = this.#packages();
    this.guard = this.#guard();
    this.transfers = this.#transfers();
    this.reception = this.#reception();
    const keys = this.#keys();
    this.board.hearKeys(keys);
    this.desk = new Desk(
      this,
      this.#scripts(),
      (number) => this.#following.plan.route(number),
      () => this.draining,
    );
    this.line.attach(this.stack.agent, this.board);
  }

  readonly tell = (event: PbxEvent): void => {
    if (event.event === 'refused') this.#refusals.refused(event);
    else this.#told(event);
  };

  readonly #told = (event: PbxEvent): void => {
    this.ports.observe(event);
    for (const listen of [...this.#listeners, ...this.#following.listeners]) listen(event);
  };

  /** Throws, and changes nothing, for a dialplan that cannot be told apart. */
  follow(next: Instructions): void {
    this.#following = this.rooms.declared(() => follow(next, this.#context));
    this.config = next.config;
    this.directory.replace(next.config);
    this.look();
  }

  /** Looks for the places that the configuration names. */
  readonly look = (): void => {
    this.contacts.follow(this.config.accounts);
    this.outside.follow(this.config.network);
  };

  #observe(event: LegEvent): void {
    this.calls.observe(event);
    this.desk.observe(event);
    this.transfers.observe(event);
  }

  #registrar(): Registrar {
    const { kernel, store, wire } = this.ports;
    const natOf = (account: string): Account['nat'] => this.directory.accounts.get(account)?.nat;
    return new Registrar({
      kernel,
      store,
      limits: () => this.config,
      tell: this.tell,
      ping: (binding, done) => this.#ping(destinationOf(wire, binding, natOf(binding.row.aor)), done),
      natOf,
      respond: (transaction, status, reasonPhrase, headers) =>
        this.stack.agent.respond(transaction, status, reasonPhrase, { headers }),
    });
  }

  #ping(to: Destination | undefined, done: (answered: boolean) => void): void {
    ping({ kernel: this.kernel, agent: this.stack.agent, host: (flow) => this.line.hostFor(flow) }, to, done);
  }

  #contacts(): StaticContacts {
    const { kernel, wire, resolver } = this.ports;
    return new StaticContacts({
      kernel,
      wire,
      resolver,
      every: () => this.config.qualify?.every ?? 0,
      ping: (to, done) => this.#ping(to, done),
    });
  }

  #line(): Line {
    const { kernel, media } = this.ports;
    return new Line({
      kernel,
      media,
      codecs: () => this.config.codecs,
      sessionTimer: () => this.config.sessionTimer ?? 'off',
      terms: (account) => this.#mediaTerms(account),
      user: {
        admit: (request, flow) => this.reception.admit(request, flow),
        arrived: (leg, dialed, invite) => this.reception.arrived(leg, dialed, invite),
        programFailed: (leg, why) => this.reception.programFailed(leg, why),
        soundMissing: (leg, file, why) => this.reception.soundMissing(leg, file, why),
        latched: (leg, source) => this.reception.latched(leg, source),
        strays: (leg, strays) => this.reception.strays(leg, strays),
        rated: (leg, quality) => this.calls.rated(leg, quality),
        requested: (transaction) => this.reception.requested(transaction),
        transferAsked: (leg, asked) => this.reception.transferAsked(leg, asked),
        mayReplace: (leg, admission) => this.reception.mayReplace(leg, admission),
        ours: (host) => this.#ours(host),
      },
      addressFor: (local, peer) => this.outside.addressFor(local, peer),
    });
  }

  #mediaTerms(number: string | undefined): MediaTerms {
    const account = this.directory.accounts.get(number ?? '');
    const timeout = account?.mediaTimeout ?? this.config.mediaTimeout;
    const video = account?.video ?? this.config.video;
    return {
      ...(video && { video }),
      ...(account?.srtp && { srtp: account.srtp }),
      ...(timeout !== undefined && { timeout }),
    };
  }

  #stack(): SipStack {
    const { kernel, wire, trace } = this.ports;
    const { timers, version } = this.config;
    const sentBy = ({ local, remote }: Flow): string =>
      hostPort({ ...local, address: this.outside.addressFor(local.address, remote.address) });
    return createSipStack({
      kernel,
      wire,
      options: {
        contact: (flow, secure) => contactOf(flow, sentBy(flow), secure),
        // A connection that was lost during a call is made again where that is possible.
        nextHop: (uri, flow) =>
          this.registrar.flowTo(wire, uri) ?? (flow.reliable ? (reach(wire, flow, uri) ?? flow) : flow),
        product: `Strowger/${version}`,
        allow: [
          'INVITE',
          'ACK',
          'CANCEL',
          'BYE',
          'OPTIONS',
          'UPDATE',
          'INFO',
          'PRACK',
          'REGISTER',
          'SUBSCRIBE',
          'REFER',
        ],
        supported: ['100rel', 'timer', 'replaces', 'norefersub', 'tdialog', 'explicitsub', 'nosub', 'from-change'],
        supportedAtRegistrar: ['path', 'outbound', 'gruu'],
      },
      user: this.line,
      sentBy,
      forceRport: (request, { remote }) => this.directory.natOf(request, remote.address) === 'yes',
      ...(timers === undefined ? {} : { timers }),
      ...(trace === undefined ? {} : { trace }),
    });
  }

  #packages(): EventPackages {
    const { kernel, store, wire } = this.ports;
    const packages = new EventPackages({
      kernel,
      store,
      wire,
      knows: (account) => this.directory.accounts.has(account),
      agent: () => this.stack.agent,
      identify: (transaction) => this.reception.identify(transaction)?.account.number,
    });
    const context = { ...this.#context, on: (listen: (event: PbxEvent) => void) => void this.#listeners.push(listen) };
    for (const one of standing.flatMap((feature) => feature.packages?.(context) ?? [])) packages.add(one);
    return packages;
  }

  #guard(): Guard {
    const { kernel, directory, registrar } = this;
    return createGuard({
      kernel,
      directory,
      realm: this.config.realm,
      algorithmAt: (account, address) => registrar.algorithmAt(account, address),
    });
  }

  #reception(): Reception {
    const { kernel, directory, guard, registrar, packages, calls, tell } = this;
    return new Reception({
      kernel,
      directory,
      guard,
      registrar,
      packages,
      calls,
      plan: () => this.#following.plan,
      scripts: this.#scripts(),
      transfers: this.transfers,
      diversions: this.diversions,
      line: () => this.line,
      agent: () => this.stack.agent,
      tell,
      draining: () => this.draining,
    });
  }

  #ours(host: string): boolean {
    return host.toLowerCase() === this.config.realm.toLowerCase() || host === this.config.network?.external;
  }

  #transfers(): Transfers {
    const { kernel, board, line, directory } = this;
    const around = { kernel, board, line, directory, wire: this.ports.wire, codecs: () => this.config.codecs };
    return new Transfers({
      kernel,
      directory,
      plan: () => this.#following.plan,
      scripts: this.#scripts(),
      instanceOf: (gruu) => this.registrar.instanceOf(gruu),
      abroad: (asked) => abroad(around, asked),
    });
  }

  #keys(): CallKeys {
    return new CallKeys({
      scripts: this.#scripts(),
      route: (number) => this.#following.plan.route(number),
      sendOn: (leg, number, transferee) => this.transfers.sendOn(leg, number, transferee),
      codesOf: ({ account }) => this.directory.accounts.get(account ?? '')?.keys ?? this.config.keys,
    });
  }

  #scripts(): Omit<Surroundings, 'route'> {
    const { kernel, board, line, directory, registrar, contacts, diversions, tell } = this;
    const ours = (host: string): boolean => this.#ours(host);
    const { wire } = this.ports;
    const codecs = (): ExchangeConfig['codecs'] => this.config.codecs;
    const countryOf = (leg: Leg | undefined): ToneCountry =>
      directory.accounts.get(leg?.account ?? '')?.tones ?? this.config.tones ?? 'de';
    const tonesOf = (leg: Leg | undefined): Tone => CALL_TONES[countryOf(leg)].ringback;
    const ringing = {
      kernel,
      board,
      line,
      wire,
      directory,
      registrar,
      contacts,
      codecs,
      ours,
      diversions,
      tell,
      ringback: tonesOf,
    };
    return {
      kernel,
      board,
      rooms: this.rooms,
      applicationOf: (name) => this.#following.applications.get(name),
      parking: () => this.#following.park,
      text: (leg, dialed, text, then) =>
        sendText(
          { line, wire, directory, registrar, contacts, agent: () => this.stack.agent },
          leg,
          dialed,
          text,
          then,
        ),
      ruleTransfers: (legs, rules) => this.transfers.rule(legs, rules),
      tonesOf: (leg, name) => CALL_TONES[countryOf(leg)][name],
      dial: (caller, wanted, options, then) => ringForwarding(ringing, caller, wanted, options, then),
      languageOf: (leg) => directory.localeOf(leg.account).language,
      speak: (leg, text, then) =>
        speak(kernel, this.ports.speech, text, (file, why) => {
          if (file === undefined) this.reception.soundMissing(leg, text, why);
          then(file);
        }),
    };
  }
}
