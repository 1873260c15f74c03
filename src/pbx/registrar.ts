import type { Kernel } from '../kernel/index.ts';
import type { Field, Request, Uri } from '../sip/message/index.ts';
import type { ServerTransaction } from '../sip/transaction/types.ts';
import type { Flow, Wire } from '../sip/transport/types.ts';
import { type Binding, Bindings } from './bindings.ts';
import type { Account, ExchangeConfig } from './config.ts';
import { contactField } from './contact.ts';
import { destinationOf } from './destination.ts';
import type { PbxEvent } from './events.ts';
import { Gruus, isInstance } from './gruu.ts';
import { intervalOf, type Reach, Reachability, targetsOf } from './reachability.ts';
import { isFirstHop, type Reply, supports, type Update, updateOf } from './registration.ts';
import type { BindingRow, Change, Store } from './store.ts';

export interface RegistrarPorts {
  readonly kernel: Kernel;
  readonly store: Store;
  /** As they are now. */
  readonly limits: () => Pick<ExchangeConfig, 'registration' | 'maxContacts' | 'surplus' | 'pathUnasked' | 'qualify'>;
  /** Sends OPTIONS to a contact; told whether anything came back. */
  readonly ping: (binding: Binding, done: (answered: boolean) => void) => void;
  /** How an account's phones are met; as it is now. */
  readonly natOf: (account: string) => Account['nat'];
  readonly tell: (event: PbxEvent) => void;
  readonly respond: (
    transaction: ServerTransaction,
    status: number,
    reasonPhrase: string,
    headers: readonly Field[],
  ) => void;
}

/** What became of one contact; the words are those of RFC 3680 §4.7.1. */
export interface BindingChange {
  readonly event: 'registered' | 'refreshed' | 'unregistered' | 'expired' | 'rejected';
  readonly row: BindingRow;
}

/** The URIs that lead to one phone of an account (RFC 5627 §3.1). */
export interface InstanceGruus {
  readonly public: string;
  readonly temporary: string;
  /** The CSeq of the REGISTER that brought the oldest temporary one that is valid. */
  readonly firstCseq: number;
}

/** What a GRUU stands for: one phone of an account. */
export interface Instance {
  readonly account: string;
  readonly instance: string;
}

/**
 * Who can be reached where (RFC 3261 §10.3). A binding enters memory when its commit answers, and the phone's 200 follows:
 * what was acknowledged outlasts a crash. REGISTERs of one account are handled one after another.
 */
export class Registrar {
  readonly #ports: RegistrarPorts;
  readonly #bindings: Bindings;
  readonly #reachability: Reachability;
  readonly #queues = new Map<string, (() => void)[]>();
  readonly #watchers: ((change: BindingChange) => void)[] = [];
  #gruus: Gruus;

  constructor(ports: RegistrarPorts) {
    this.#ports = ports;
    this.#bindings = new Bindings(ports.kernel, (row) => this.#expired(row));
    this.#reachability = new Reachability(ports.kernel);
    this.#gruus = new Gruus(ports.kernel.crypto, ports.kernel.crypto.random(SECRET_OCTETS));
  }

  /** Bindings read at start, and the secret that temporary GRUUs were made with. */
  restore(rows: readonly BindingRow[], secret: Uint8Array): void {
    this.#gruus = new Gruus(this.#ports.kernel.crypto, secret);
    for (const row of rows) this.#bind(row, false);
  }

  bindingsOf(account: string): readonly Binding[] {
    return this.#bindings.of(account);
  }

  get all(): readonly Binding[] {
    return this.#bindings.all;
  }

  /** What to ring: for each phone of the account, or the one of that instance, its contacts, best first. */
  targetsOf(account: string, instance?: string): readonly (readonly Binding[])[] {
    const bindings = this.#bindings.of(account);
    const wanted = instance === undefined ? bindings : bindings.filter(({ row }) => isInstance(instance, row.instance));
    return targetsOf(wanted, (id) => this.#reachability.of(id));
  }

  reachOf(id: string): Reach {
    return this.#reachability.of(id);
  }

  /** The phone that a GRUU of ours names, registered or not; undefined: no GRUU, or not valid (RFC 5627 §6.1). */
  instanceOf(uri: Uri): Instance | undefined {
    const gruu = this.#gruus.read(uri);
    if (gruu?.kind === 'public') return { account: gruu.account, instance: gruu.instance };
    const row = gruu === undefined ? undefined : this.#bindings.ofGruuKey(gruu.gruuKey);
    return row && { account: row.aor, instance: row.instance.replace(/^<(.*)>$/, '$1') };
  }

  /** The flow to the phone that a GRUU names, wherever it is now; undefined: no GRUU, or no way. */
  flowTo(wire: Wire, uri: Uri): Flow | undefined {
    const found = uri.params.has('gr') ? this.instanceOf(uri) : undefined;
    const ways = found === undefined ? [] : this.targetsOf(found.account, found.instance).flat();
    for (const binding of ways) {
      const to = destinationOf(wire, binding, this.#ports.natOf(found?.account ?? ''));
      if (to !== undefined) return to.flow;
    }
    return undefined;
  }

  /** The GRUUs of a binding under that address of record, the temporary one made now; undefined without an instance. */
  gruusOf(aor: Uri, { instance, gruuKey, gruuCseq }: BindingRow): InstanceGruus | undefined {
    if (instance === '' || gruuKey === '') return undefined;
    const [pub, temp] = [this.#gruus.publicOf(aor, instance), this.#gruus.temporaryOf(aor, gruuKey)];
    return { public: pub, temporary: temp, firstCseq: gruuCseq };
  }

  /** `listen` is told of each contact that changes, after the step. */
  watch(listen: (change: BindingChange) => void): void {
    this.#watchers.push(listen);
  }

  /** The digest algorithm of an account's phone at that address; undefined when none is there. */
  algorithmAt(account: string, address: string): string | undefined {
    return this.#bindings.of(account).find(({ row }) => row.sourceAddress === address)?.row.algorithm;
  }

  /** Why an account has no binding, in words for a log. */
  whyUnreachable(account: string): string {
    const lost = this.#bindings.lostAt(account);
    return lost === undefined
      ? 'no phone is registered'
      : `its registration ran out ${Math.round((this.#ports.kernel.wall() - lost) / 1000)} s ago`;
  }

  /** A REGISTER whose sender was found, by that digest algorithm or without one, to be this account. */
  register(transaction: ServerTransaction, account: Account, algorithm: string | undefined): void {
    const { number } = account;
    const queue = this.#queues.get(number);
    const turn = (): void =>
      this.#contained(transaction, number, () => this.#turn(transaction, account, algorithm ?? ''));
    if (queue !== undefined) return void queue.push(turn);
    this.#queues.set(number, []);
    turn();
  }

  #turn(transaction: ServerTransaction, { number, maxContacts }: Account, algorithm: string): void {
    const { request, flow } = transaction;
    const limits = this.#ports.limits();
    const update = updateOf({
      request,
      flow,
      account: number,
      algorithm,
      limits,
      now: this.#ports.kernel.wall(),
      bindings: this.#bindings.of(number),
      most: maxContacts ?? limits.maxContacts,
      newGruuKey: () => this.#gruus.newKey(),
    });
    if ('status' in update) return this.#answer(transaction, number, update, []);
    const changes = changesOf(update);
    if (changes.length === 0) return this.#answer(transaction, number, this.#list(request, number, update), []);
    this.#ports.store.commit(changes, (result) =>
      this.#contained(transaction, number, () => {
        if (!result.ok) this.#unwritten(number, flow, result.why);
        const told = result.ok ? this.#apply(update, flow) : [];
        const reply = result.ok ? this.#list(request, number, update) : UNAVAILABLE;
        this.#answer(transaction, number, reply, told);
      }),
    );
  }

  /** A mistake of ours costs this REGISTER a 500, and no other its turn. */
  #contained(transaction: ServerTransaction, account: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#ports.kernel.fault('registrar', error);
      this.#answer(transaction, account, FAULT, []);
    }
  }

  #answer(
    transaction: ServerTransaction,
    account: string,
    { status, reasonPhrase, headers }: Reply,
    told: readonly (() => void)[],
  ): void {
    const next = this.#queues.get(account)?.shift();
    if (next === undefined) this.#queues.delete(account);
    this.#ports.respond(transaction, status, reasonPhrase, headers);
    for (const tell of told) this.#ports.kernel.afterStep(tell);
    next?.();
  }

  /** Changes what is in memory; gives what is to be told of it. */
  #apply({ puts, removes, displaced }: Update, flow: Flow): readonly (() => void)[] {
    const source = `${flow.protocol}:${flow.remote.address}:${flow.remote.port}`;
    const told: (() => void)[] = [];
    for (const row of [...removes, ...displaced]) {
      this.#unbind(row);
      told.push(() => this.#tell({ event: displaced.includes(row) ? 'rejected' : 'unregistered', row }, source));
    }
    for (const row of puts) {
      const before = this.#bindings.of(row.aor).find((one) => one.row.id === row.id)?.row;
      // A flow whose GRUU key changed with another flow of its phone has not been heard of itself.
      const heard = before?.refreshedAt !== row.refreshedAt || before.cseq !== row.cseq;
      this.#bind(row, heard);
      if (heard) told.push(() => this.#tell({ event: before === undefined ? 'registered' : 'refreshed', row }, source));
    }
    return told;
  }

  /** The operator must hear of a disk that is full, not only the phone. */
  #unwritten(account: string, { protocol, remote }: Flow, why: string): void {
    const source = `${protocol}:${remote.address}:${remote.port}`;
    this.#ports.tell({ event: 'refused', method: 'REGISTER', account, source, why: `not written: ${why}` });
  }

  #bind(row: BindingRow, heard: boolean): void {
    const binding = this.#bindings.put(row);
    if (binding === undefined) return;
    const { limits, natOf, ping } = this.#ports;
    const every = (): number => intervalOf(binding, natOf(row.aor), limits().qualify);
    this.#reachability.follow(row.id, { every, ping: (done) => ping(binding, done) }, heard);
  }

  #unbind(row: BindingRow): void {
    this.#bindings.remove(row);
    this.#reachability.forget(row.id);
  }

  /** The bindings that are not over yet (RFC 3261 §10.3 step 8), and what its extensions add to the 200. */
  #list(request: Request, account: string, { outbound }: Update): Reply {
    const now = this.#ports.kernel.now();
    const gruus = supports(request, 'gruu');
    const contacts = this.#bindings
      .of(account)
      .filter(({ endsAt }) => endsAt > now)
      .map(({ row, endsAt }) => {
        const left = Math.ceil((endsAt - now) / 1000);
        return contactField(row, left, gruus ? this.#gruus.paramsOf(request.to.uri, row) : '');
      });
    const paths = request.contacts.length === 0 ? [] : request.headers.list('Path');
    const headers = [...contacts, ...paths.map((path): Field => ['Path', path]), ...flowFields(request, outbound)];
    return { status: 200, reasonPhrase: 'OK', headers };
  }

  #expired(row: BindingRow): void {
    this.#reachability.forget(row.id);
    this.#ports.store.commit([{ remove: 'binding', id: row.id }], () => undefined);
    const source = `${row.protocol}:${row.sourceAddress}:${row.sourcePort}`;
    this.#ports.kernel.afterStep(() => this.#tell({ event: 'expired', row }, source));
  }

  #tell(change: BindingChange, source: string): void {
    const { event, row } = change;
    const said = event === 'refreshed' ? 'registered' : event === 'rejected' ? 'unregistered' : event;
    this.#ports.tell({ event: said, account: row.aor, contact: row.contact, source });
    for (const listen of this.#watchers) listen(change);
  }
}

const SECRET_OCTETS = 32;

const UNAVAILABLE: Reply = { status: 500, reasonPhrase: 'Server Internal Error', headers: [['Retry-After', '10']] };
const FAULT: Reply = { status: 500, reasonPhrase: 'Server Internal Error', headers: [] };

/** Seconds that a phone may be silent on its flow: below the half minute of common NAT boxes, and of firewalls (RFC 5626 §4.4). */
const FLOW_TIMER = { datagrams: 25, connection: 120 };

/** RFC 5626 §6: the phone learns that it is bound by its flow, and how to keep that alive. */
function flowFields(request: Request, outbound: boolean): readonly Field[] {
  if (!outbound || !supports(request, 'outbound')) return [];
  const require: Field = ['Require', 'outbound'];
  if (!isFirstHop(request)) return [require];
  const timer = request.via.transport === 'UDP' ? FLOW_TIMER.datagrams : FLOW_TIMER.connection;
  return [require, ['Flow-Timer', String(timer)]];
}

function changesOf({ puts, removes, displaced }: Update): readonly Change[] {
  return [
    ...[...removes, ...displaced].map(({ id }): Change => ({ remove: 'binding', id })),
    ...puts.map((row): Change => ({ put: 'binding', row })),
  ];
}
