import { keep, type Kernel } from '../kernel/index.ts';
import type { Field, NameAddr, Request } from '../sip/message/index.ts';
import type { ServerTransaction } from '../sip/transaction/types.ts';
import type { Flow } from '../sip/transport/types.ts';
import { type Binding, Bindings, match } from './bindings.ts';
import type { ExchangeConfig } from './config.ts';
import type { PbxEvent } from './events.ts';
import type { BindingRow, Change, Store } from './store.ts';

export interface RegistrarPorts {
  readonly kernel: Kernel;
  readonly store: Store;
  readonly config: Pick<ExchangeConfig, 'registration' | 'maxContacts'>;
  readonly tell: (event: PbxEvent) => void;
  readonly respond: (
    transaction: ServerTransaction,
    status: number,
    reasonPhrase: string,
    headers: readonly Field[],
  ) => void;
}

interface Refused {
  readonly status: number;
  readonly reasonPhrase: string;
  readonly headers: readonly Field[];
}

/** A REGISTER whose sender is known. */
interface Registering {
  readonly request: Request;
  readonly flow: Flow;
  readonly account: string;
  readonly algorithm: string;
}

/** What a REGISTER changes. */
interface Update {
  readonly puts: readonly BindingRow[];
  readonly removes: readonly BindingRow[];
}

/**
 * Who can be reached where (RFC 3261 §10.3). A binding enters memory when its commit answers, and the phone's 200 follows:
 * what was acknowledged outlasts a crash. REGISTERs of one account are handled one after another.
 */
export class Registrar {
  readonly #ports: RegistrarPorts;
  readonly #bindings: Bindings;
  readonly #queues = new Map<string, (() => void)[]>();

  constructor(ports: RegistrarPorts) {
    this.#ports = ports;
    this.#bindings = new Bindings(ports.kernel, (row) => this.#expired(row));
  }

  /** Bindings read at start. */
  restore(rows: readonly BindingRow[]): void {
    for (const row of rows) this.#bindings.put(row);
  }

  bindingsOf(account: string): readonly Binding[] {
    return this.#bindings.of(account);
  }

  get all(): readonly Binding[] {
    return this.#bindings.all;
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

  /** A REGISTER whose sender was found, by that digest algorithm, to be this account. */
  register(transaction: ServerTransaction, account: string, algorithm: string): void {
    const queue = this.#queues.get(account);
    const turn = (): void => this.#turn(transaction, account, algorithm);
    if (queue !== undefined) return void queue.push(turn);
    this.#queues.set(account, []);
    turn();
  }

  #turn(transaction: ServerTransaction, account: string, algorithm: string): void {
    const update = this.#updateOf(transaction, account, algorithm);
    if ('status' in update) return this.#answer(transaction, account, update);
    const changes = changesOf(update);
    if (changes.length === 0) return this.#answer(transaction, account, this.#list(account));
    this.#ports.store.commit(changes, (result) => {
      if (result.ok) this.#apply(update, transaction.flow);
      this.#answer(transaction, account, result.ok ? this.#list(account) : UNAVAILABLE);
    });
  }

  #answer(transaction: ServerTransaction, account: string, { status, reasonPhrase, headers }: Refused): void {
    const next = this.#queues.get(account)?.shift();
    if (next === undefined) this.#queues.delete(account);
    this.#ports.respond(transaction, status, reasonPhrase, headers);
    next?.();
  }

  #updateOf({ request, flow }: ServerTransaction, account: string, algorithm: string): Update | Refused {
    const bindings = this.#bindings.of(account);
    if (request.contactStar) return removeAll(request, bindings);
    const puts: BindingRow[] = [];
    const removes: BindingRow[] = [];
    for (const contact of request.contacts) {
      const expires = expiryOf(request, contact, this.#ports.config.registration);
      if (expires > 0 && expires < this.#ports.config.registration.floor) return this.#tooBrief();
      const old = match(bindings, contact.uri, instanceOf(contact));
      if (old !== undefined && outdated(request, old.row)) return OUT_OF_ORDER;
      if (expires > 0) puts.push(this.#row({ request, flow, account, algorithm }, contact, expires, old));
      else if (old !== undefined) removes.push(old.row);
    }
    const stay = bindings.filter(({ row }) => ![...puts, ...removes].some((other) => other.id === row.id));
    return { puts, removes: [...removes, ...this.#surplus(stay, puts.length)] };
  }

  /** Phones reboot to new ports: a binding too many displaces the oldest. */
  #surplus(bindings: readonly Binding[], more: number): readonly BindingRow[] {
    const over = bindings.length + more - this.#ports.config.maxContacts;
    if (over <= 0) return [];
    const oldestFirst = [...bindings].sort((a, b) => a.row.expiresAt - b.row.expiresAt);
    return oldestFirst.slice(0, over).map(({ row }) => row);
  }

  #row(
    { request, flow, account, algorithm }: Registering,
    contact: NameAddr,
    expires: number,
    old: Binding | undefined,
  ): BindingRow {
    const instance = instanceOf(contact);
    return {
      id: old?.row.id ?? keep(`${account} ${instance === '' ? contact.uriText : instance}`),
      aor: account,
      contact: keep(contact.uriText),
      callId: keep(request.callId),
      cseq: request.cseq.number,
      expiresAt: this.#ports.kernel.wall() + expires * 1000,
      q: qualityOf(contact),
      userAgent: keep(request.headers.get('User-Agent') ?? ''),
      instance: keep(instance),
      protocol: flow.protocol,
      localAddress: flow.local.address,
      localPort: flow.local.port,
      sourceAddress: flow.remote.address,
      sourcePort: flow.remote.port,
      algorithm,
      path: keep(request.headers.list('Path').join('\n')),
    };
  }

  #apply({ puts, removes }: Update, flow: Flow): void {
    const source = `${flow.protocol}:${flow.remote.address}:${flow.remote.port}`;
    for (const row of removes) this.#bindings.remove(row);
    for (const row of puts) this.#bindings.put(row);
    for (const { aor, contact } of removes) this.#ports.tell({ event: 'unregistered', account: aor, contact, source });
    for (const { aor, contact } of puts) this.#ports.tell({ event: 'registered', account: aor, contact, source });
  }

  #list(account: string): Refused {
    const now = this.#ports.kernel.wall();
    const headers = this.#bindings.of(account).map(({ row }): Field => {
      const left = Math.max(0, Math.ceil((row.expiresAt - now) / 1000));
      return [
        'Contact',
        `<${row.contact}>;expires=${left}${row.instance === '' ? '' : `;+sip.instance="${row.instance}"`}`,
      ];
    });
    return { status: 200, reasonPhrase: 'OK', headers };
  }

  #tooBrief(): Refused {
    return {
      status: 423,
      reasonPhrase: 'Interval Too Brief',
      headers: [['Min-Expires', String(this.#ports.config.registration.floor)]],
    };
  }

  #expired(row: BindingRow): void {
    const source = `${row.protocol}:${row.sourceAddress}:${row.sourcePort}`;
    this.#ports.store.commit([{ remove: 'binding', id: row.id }], () => undefined);
    this.#ports.tell({ event: 'expired', account: row.aor, contact: row.contact, source });
  }
}

const UNAVAILABLE: Refused = { status: 500, reasonPhrase: 'Server Internal Error', headers: [['Retry-After', '10']] };
const OUT_OF_ORDER: Refused = { status: 500, reasonPhrase: 'Out Of Order', headers: [] };

function changesOf({ puts, removes }: Update): readonly Change[] {
  return [
    ...removes.map(({ id }): Change => ({ remove: 'binding', id })),
    ...puts.map((row): Change => ({ put: 'binding', row })),
  ];
}

/** `Contact: *` must stand alone with Expires: 0 (RFC 3261 §10.3 step 6). */
function removeAll(request: Request, bindings: readonly Binding[]): Update | Refused {
  const alone = request.headers.list('Contact').length === 1 && request.headers.get('Expires') === '0';
  if (!alone) return { status: 400, reasonPhrase: 'Contact * Needs Expires: 0', headers: [] };
  if (bindings.some(({ row }) => outdated(request, row))) return OUT_OF_ORDER;
  return { puts: [], removes: bindings.map(({ row }) => row) };
}

/** A request overtaken by a later one of the same phone (RFC 3261 §10.3 steps 6 and 7). */
function outdated(request: Request, row: BindingRow): boolean {
  return request.callId === row.callId && request.cseq.number <= row.cseq;
}

/** Seconds asked for: the contact's own, else the header's, else the usual; a value that is no number is 3600 (§20.19). */
function expiryOf(request: Request, contact: NameAddr, limits: ExchangeConfig['registration']): number {
  const asked = contact.params.get('expires') ?? request.headers.get('Expires');
  if (asked === undefined) return limits.usual;
  return Math.min(/^\d+$/.test(asked) ? Number(asked) : 3600, limits.ceiling);
}

function instanceOf(contact: NameAddr): string {
  const instance = contact.params.get('+sip.instance') ?? '';
  return instance.replaceAll('"', '');
}

function qualityOf(contact: NameAddr): number {
  const q = Number(contact.params.get('q') ?? '1');
  return q >= 0 && q <= 1 ? Math.round(q * 1000) : 1000;
}
