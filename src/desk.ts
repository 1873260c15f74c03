import type { LegEvent } from './call/index.ts';
import { measureAll } from './pbx/measuring.ts';
import type { Parts } from './parts.ts';
import {
  type Binding,
  type CallView,
  EventStream,
  Originations,
  type RegistrationView,
  type Script,
  type Surroundings,
  Tokens,
} from './pbx/index.ts';

type Desked = Pick<Parts, 'kernel' | 'board' | 'calls' | 'line' | 'directory' | 'registrar' | 'rooms' | 'ports'>;

/** What programs ask for: calls that the exchange places, keys to the API, and the stream of what changes. */
export class Desk {
  readonly originations: Originations;
  readonly tokens: Tokens;
  readonly stream: EventStream;
  readonly #parts: Desked;

  constructor(
    parts: Desked,
    scripts: Omit<Surroundings, 'route'>,
    route: (number: string) => Script | undefined,
    draining: () => boolean,
  ) {
    const { kernel, board, calls, directory, registrar } = parts;
    this.#parts = parts;
    this.originations = new Originations({ kernel, board, calls, directory, scripts, route, draining });
    this.tokens = new Tokens(kernel, parts.ports.store);
    this.stream = new EventStream(kernel, {
      calls: () => this.calls(),
      call: (id) => this.#inProgress(id),
      over: (id) => this.originations.over(id),
      registrations: () => registrar.all.map((binding) => [binding.row.id, this.registrationView(binding)] as const),
      registration: (key, account) => {
        const binding = registrar.bindingsOf(account).find(({ row }) => row.id === key);
        return binding && this.registrationView(binding);
      },
      conferences: () => parts.rooms.views(),
      conference: (number) => parts.rooms.view(number),
      measure: (tell) => {
        const legs = calls.views().flatMap(({ id }) => calls.legsOf(id));
        measureAll(parts.line, legs, (qualities) => {
          for (const { id, call } of legs) tell(id, call, qualities.get(id));
        });
      },
    });
    parts.rooms.watch((number) => this.stream.touchConference(number));
    registrar.watch(({ row }) => this.stream.touchRegistration(row.id, row.aor));
  }

  observe(event: LegEvent): void {
    const { call } = event.leg;
    this.originations.observe(event);
    this.stream.touchCall(call);
  }

  calls(): readonly CallView[] {
    return this.#parts.calls.views().map((call) => this.#placed(call));
  }

  /** In progress, or placed by the exchange and over. */
  call(id: string): CallView | undefined {
    return this.#inProgress(id) ?? this.originations.over(id);
  }

  /** The same with the quality of its legs, a moment later. */
  measured(id: string, then: (call: CallView | undefined) => void): void {
    measureAll(this.#parts.line, this.#parts.calls.legsOf(id), (qualities) => {
      const call = this.call(id);
      if (call === undefined) return then(undefined);
      then({ ...call, legs: call.legs.map((leg) => ({ ...leg, quality: qualities.get(leg.id) })) });
    });
  }

  registrationView({ row, endsAt }: Binding): RegistrationView {
    const { kernel, registrar } = this.#parts;
    return {
      account: row.aor,
      contact: row.contact,
      source: `${row.protocol}:${row.sourceAddress}:${row.sourcePort}`,
      userAgent: row.userAgent,
      expiresAt: kernel.wall() + Math.round(endsAt - kernel.now()),
      reach: registrar.reachOf(row.id),
    };
  }

  #inProgress(id: string): CallView | undefined {
    const call = this.#parts.calls.view(id);
    return call && this.#placed(call);
  }

  #placed(call: CallView): CallView {
    const placed = this.originations.placedOf(call.id);
    return placed === undefined ? call : { ...call, placed };
  }
}
