import type { Kernel, Scope, Timer } from '../../../kernel/index.ts';
import type { Uri } from '../../message/index.ts';
import type { Protocol } from '../types.ts';
import { type HostPlan, inTurn, type Plan, planOf, type Service, servicesOf, type Target } from './plan.ts';
import type { Answer, Family, Naptr, Resolver, Srv } from './resolver.ts';

export interface ResolveParts {
  readonly kernel: Kernel;
  readonly resolver: Resolver;
  /** Transports we can open, preferred ones first. */
  readonly speaks: readonly Protocol[];
  /** Address families we can use, preferred ones first. */
  readonly families: readonly Family[];
  /** Whose questions they are: the scene's, unless said. */
  readonly scope?: Scope;
}

/** Places to try, in order. None: `why`. */
export interface Resolved {
  readonly targets: readonly Target[];
  readonly why: string;
}

const PATIENCE = 10_000;
const MOST_TARGETS = 32;

/** Asks where a URI leads (RFC 3263 §4); `then` is told once, in a step of its own or in this one when nothing had to be asked. */
export function resolve(parts: ResolveParts, uri: Uri, then: (resolved: Resolved) => void): Timer {
  return new Resolution(parts, uri.scheme === 'sips', then).start(planOf(uri, parts.speaks));
}

type Found = (targets: readonly Target[]) => void;

class Resolution {
  readonly #parts: ResolveParts;
  readonly #secure: boolean;
  readonly #then: (resolved: Resolved) => void;
  readonly #asked = new Set<Timer>();
  #why = 'no address';
  #over = false;

  constructor(parts: ResolveParts, secure: boolean, then: (resolved: Resolved) => void) {
    this.#parts = parts;
    this.#secure = secure;
    this.#then = then;
  }

  get #scope(): Scope {
    return this.#parts.scope ?? this.#parts.kernel.scene;
  }

  start(plan: Plan): Timer {
    if (plan.kind === 'known') this.#done([plan.target]);
    else if (plan.kind === 'nowhere') {
      this.#why = plan.why;
      this.#done([]);
    } else {
      this.#asked.add(this.#scope.after(PATIENCE, () => this.#tooLate()));
      this.#follow(plan);
    }
    return { cancel: () => this.#end() };
  }

  #follow(plan: Exclude<Plan, { kind: 'known' | 'nowhere' }>): void {
    const done = (targets: readonly Target[]): void => this.#done(targets);
    if (plan.kind === 'host') return this.#host(plan, done);
    if (plan.kind === 'service') return this.#services([plan.service], plan.host, done);
    const { resolver, speaks } = this.#parts;
    this.#ask<Naptr>(
      (answer) => resolver.naptr(plan.domain, answer),
      (records) => {
        const offered = servicesOf(records, speaks, this.#secure);
        this.#services(offered.length > 0 ? offered : plan.services, plan.host, done);
      },
    );
  }

  /** §4.2; where there is no SRV record, `plain`. */
  #services(services: readonly Service[], plain: HostPlan, found: Found): void {
    each(
      services,
      (service, then: (plans: readonly HostPlan[]) => void) => this.#service(service, then),
      (plans) => {
        const some = plans.length > 0 ? plans.slice(0, MOST_TARGETS) : [plain];
        each(some, (plan, then: Found) => this.#host(plan, then), found);
      },
    );
  }

  #service({ protocol, name }: Service, then: (plans: readonly HostPlan[]) => void): void {
    const { resolver, kernel } = this.#parts;
    this.#ask<Srv>(
      (answer) => resolver.srv(name, answer),
      (records) => {
        const turn = inTurn(records, (below) => kernel.random(below));
        then(turn.map(({ target, port }) => ({ kind: 'host', protocol, host: target, port })));
      },
    );
  }

  /** RFC 7984 §3.1: both families. */
  #host({ protocol, host, port }: HostPlan, found: Found): void {
    if (!this.#parts.speaks.includes(protocol)) {
      this.#why = `we do not speak ${protocol}`;
      return found([]);
    }
    each(
      this.#parts.families,
      (family, then: Found) =>
        this.#ask<string>(
          (answer) => this.#parts.resolver.addresses(host, family, answer),
          (addresses) => then(addresses.map((address) => ({ protocol, hop: { address, port } }))),
        ),
      found,
    );
  }

  /** What cannot be said is as what is not there, but for the reason. */
  #ask<R>(put: (answer: (a: Answer<R>) => void) => void, then: (records: readonly R[]) => void): void {
    if (this.#over) return;
    const asked = this.#scope.ask('name', put, (answer) => {
      if (!answer.ok) this.#why = answer.why;
      then(answer.ok ? answer.records : []);
    });
    this.#asked.add(asked);
  }

  #tooLate(): void {
    this.#why = 'the name servers are silent';
    this.#done([]);
  }

  #done(targets: readonly Target[]): void {
    if (this.#over) return;
    this.#end();
    this.#then({ targets: targets.slice(0, MOST_TARGETS), why: targets.length > 0 ? '' : this.#why });
  }

  #end(): void {
    this.#over = true;
    for (const asked of this.#asked) asked.cancel();
    this.#asked.clear();
  }
}

/** Asks for each at once, and joins what was found in the order of the list. */
function each<A, B>(
  list: readonly A[],
  ask: (item: A, then: (found: readonly B[]) => void) => void,
  then: (all: readonly B[]) => void,
): void {
  const found: (readonly B[])[] = list.map(() => []);
  let left = list.length;
  if (left === 0) return then([]);
  for (const [at, item] of list.entries()) {
    ask(item, (some) => {
      found[at] = some;
      left -= 1;
      if (left === 0) then(found.flat());
    });
  }
}
