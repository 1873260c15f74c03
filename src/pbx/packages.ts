import { keep, type Kernel } from '../kernel/index.ts';
import { type Field, parseUri, parseValue, type Request, type Uri } from '../sip/message/index.ts';
import type { ServerTransaction } from '../sip/transaction/types.ts';
import type { Wire } from '../sip/transport/types.ts';
import type { Lasting, SubscriptionUser, UserAgent } from '../sip/usage/index.ts';
import { dialogOf, KeptSubscription, removal, withMore } from './kept-subscription.ts';
import type { Change, Store, SubscriptionRow } from './store.ts';

/** Who wants to know what. */
export interface Watcher {
  /** The account that subscribes. */
  readonly account: string;
  /** What it subscribed to: the Request-URI, and as the phone wrote it. */
  readonly resource: Uri;
  readonly resourceText: string;
  /** The version of its first body: above 0 where it goes on after a restart (RFC 4235 §4.3). */
  readonly version: number;
}

export interface Refusal {
  readonly status: number;
  readonly reasonPhrase: string;
  readonly headers?: readonly Field[];
}

/** An event package (RFC 6665 §5): what can be subscribed to. */
export interface EventPackage {
  /** As it stands in Event, without parameters. */
  readonly name: string;
  readonly lasting: Lasting;
  /** The media type of its bodies. */
  readonly accept: string;
  /** Who answers for this watcher's subscription, or why there is none. */
  watch(watcher: Watcher): Pick<SubscriptionUser, 'notice' | 'ended'> | Refusal;
}

export interface PackagesPorts {
  readonly kernel: Kernel;
  readonly store: Store;
  readonly wire: Wire;
  readonly agent: () => UserAgent;
  /** The account that sent this, or undefined when it has been challenged or refused. */
  readonly identify: (transaction: ServerTransaction) => string | undefined;
  /** Whether there is such an account. */
  readonly knows: (account: string) => boolean;
}

/** Milliseconds between the first NOTIFYs after a restart. */
const PACE = 5;

/** The event packages of an exchange, and the SUBSCRIBEs to them. */
export class EventPackages {
  readonly #ports: PackagesPorts;
  readonly #byName = new Map<string, EventPackage>();

  constructor(ports: PackagesPorts) {
    this.#ports = ports;
  }

  add(one: EventPackage): void {
    this.#byName.set(one.name, one);
  }

  /** A SUBSCRIBE outside any dialog (RFC 6665 §4.2.1.1). */
  subscribe(transaction: ServerTransaction): void {
    const { request } = transaction;
    const wanted = this.#byName.get(parseValue(request.headers.get('Event') ?? '')?.value.toLowerCase() ?? '');
    if (wanted === undefined) {
      const known: Field = ['Allow-Events', [...this.#byName.keys()].join(', ')];
      return this.#refuse(transaction, { status: 489, reasonPhrase: 'Bad Event', headers: [known] });
    }
    const account = this.#ports.identify(transaction);
    if (account === undefined) return;
    const resourceText = keep(request.uriText);
    const watcher: Watcher = { account, resource: request.uri, resourceText, version: 0 };
    const watch = accepts(request, wanted.accept) ? wanted.watch(watcher) : NOT_ACCEPTABLE;
    if ('status' in watch) return this.#refuse(transaction, watch);
    const kept = new KeptSubscription(this.#ports, { package: wanted.name, account, resource: resourceText });
    this.#ports.agent().subscribed(transaction, wanted.lasting, this.#userOf(watch, kept, account));
  }

  /** Goes on with what was subscribed to in an earlier run. Phones that can only come to us subscribe anew, after a 481. */
  restore(rows: readonly SubscriptionRow[]): void {
    const resumed = rows.map((row) => ({ row, first: this.#resume(row) }));
    const changes = resumed.map(
      ({ row, first }): Change => (first === undefined ? removal(row) : { put: 'subscription', row: withMore(row) }),
    );
    if (changes.length === 0) return;
    this.#ports.store.commit(changes, () => {
      for (const [at, { first }] of resumed.entries())
        if (first !== undefined) this.#ports.kernel.scene.after(at * PACE, first);
    });
  }

  /** What sends its first NOTIFY; undefined: it cannot go on. */
  #resume(row: SubscriptionRow): (() => void) | undefined {
    const { kernel, wire, knows } = this.#ports;
    const wanted = this.#byName.get(row.package);
    const resource = parseUri(row.resource);
    const dialog = dialogOf(row, wire);
    const { account, resource: resourceText, mark: version } = row;
    if (wanted === undefined || resource === undefined || dialog === undefined || !knows(account)) return undefined;
    // A clock that was set back must not make it longer than was granted.
    const seconds = Math.min(Math.floor((row.expiresAt - kernel.wall()) / 1000), wanted.lasting.ceiling);
    const watch = wanted.watch({ account, resource, resourceText, version });
    if (seconds <= 0 || 'status' in watch) return undefined;
    const kept = new KeptSubscription(
      this.#ports,
      { package: row.package, account, resource: resourceText },
      withMore(row),
    );
    const user = this.#userOf(watch, kept, account);
    const subscription = this.#ports.agent().resumed(dialog, row.event, seconds, wanted.lasting, user);
    return () => subscription.changed();
  }

  #userOf(
    { notice, ended }: Pick<SubscriptionUser, 'notice' | 'ended'>,
    kept: KeptSubscription,
    account: string,
  ): SubscriptionUser {
    return {
      admits: (refresh) => this.#admits(refresh, account),
      keep: (subscription, seconds, then) => kept.granted(subscription, seconds, then),
      notice: (subscription, full) => {
        kept.notified(subscription);
        return notice(subscription, full);
      },
      ended: (subscription, why) => {
        kept.ended();
        ended(subscription, why);
      },
    };
  }

  #admits(refresh: ServerTransaction, account: string): boolean {
    const who = this.#ports.identify(refresh);
    if (who !== undefined && who !== account) this.#refuse(refresh, { status: 403, reasonPhrase: 'Forbidden' });
    return who === account;
  }

  #refuse(transaction: ServerTransaction, { status, reasonPhrase, headers = [] }: Refusal): void {
    this.#ports.agent().respond(transaction, status, reasonPhrase, { headers });
  }
}

const NOT_ACCEPTABLE: Refusal = { status: 406, reasonPhrase: 'Not Acceptable' };

/** RFC 3261 §20.1: without Accept the package's own type is meant (RFC 6665 §3.1.3). */
function accepts(request: Request, type: string): boolean {
  if (!request.headers.has('Accept')) return true;
  const [family = ''] = type.split('/');
  const taken = request.headers.list('Accept').map((value) => parseValue(value)?.value.toLowerCase());
  return [type, `${family}/*`, '*/*'].some((one) => taken.includes(one));
}
