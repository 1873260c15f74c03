import { type Field, parseValue, type Request } from '../sip/message/index.ts';
import type { ServerTransaction } from '../sip/transaction/types.ts';
import type { Lasting, SubscriptionUser, UserAgent } from '../sip/usage/index.ts';

/** Who wants to know what. */
export interface Watcher {
  /** The account that subscribes. */
  readonly account: string;
  readonly request: Request;
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
  readonly agent: () => UserAgent;
  /** The account that sent this, or undefined when it has been challenged or refused. */
  readonly identify: (transaction: ServerTransaction) => string | undefined;
}

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
    const watch = accepts(request, wanted.accept) ? wanted.watch({ account, request }) : NOT_ACCEPTABLE;
    if ('status' in watch) return this.#refuse(transaction, watch);
    const admits = (refresh: ServerTransaction): boolean => this.#admits(refresh, account);
    const { notice, ended } = watch;
    this.#ports.agent().subscribed(transaction, wanted.lasting, { notice, ended, admits });
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
