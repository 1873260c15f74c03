import { escapeUser, type Field, type Request } from '../src/sip/message/index.ts';
import type { InviteSession, SessionUser } from '../src/sip/usage/index.ts';
import { type Duration, ms } from './duration.ts';
import type { Host } from './host.ts';
import { PhoneCall } from './phone/call.ts';
import { asserted, shown } from './phone/display.ts';
import { textsIn } from './phone/texts.ts';
import type { DialOptions, Instrument } from './phone/instrument.ts';
import { PhoneSubscription } from './phone/subscription.ts';
import type { Registered } from './phone/registration.ts';
import { hostPort, type PhoneOptions, type PhoneWorld, type Running, start, uriOf } from './phone/running.ts';

export type { PhoneOptions, PhoneWorld } from './phone/running.ts';

const REGISTER_WITHIN: Duration = '40s';
const ASKED_EXPIRES = 3600;

/** A SIP telephone with somebody at it, on a host of the simulated world. */
export class Phone {
  readonly name: string;
  readonly options: PhoneOptions;
  /** Every call it had, in order. */
  readonly calls: PhoneCall[] = [];
  /** Requests outside calls that it took: MESSAGE, NOTIFY. */
  readonly requests: Request[] = [];
  /** While true, every call is refused with 486. */
  busy = false;
  /** What it says to texts (MESSAGE), in a call or outside, and how long it takes to. */
  texting: { readonly status: number; readonly after: Duration } = { status: 200, after: '0s' };
  /** Picks up by itself this long after it began to ring. */
  autoAnswer: Duration | undefined;
  readonly #world: PhoneWorld;
  #address: string;
  #running: Running | undefined;

  constructor(world: PhoneWorld, name: string, options: PhoneOptions) {
    this.name = name;
    this.options = options;
    this.autoAnswer = options.autoAnswer;
    this.#world = world;
    this.#address = options.address;
    this.#running = this.#start();
  }

  /** Its host. Throws while it has no power. */
  get host(): Host {
    return this.#on.host;
  }

  /** The URI that reaches it directly. */
  get uri(): string {
    const hop = { address: this.#address, port: this.options.port ?? 5060 };
    const transport = this.options.transport === undefined ? '' : `;transport=${this.options.transport}`;
    return `sip:${escapeUser(this.options.number)}@${hostPort(hop)}${transport}`;
  }

  /** Texts that came outside calls. */
  get texts(): readonly string[] {
    return textsIn(this.requests);
  }

  /** The last call. */
  get call(): PhoneCall | undefined {
    return this.calls.at(-1);
  }

  /** The last incoming call, ended or not. */
  get incoming(): PhoneCall | undefined {
    return this.calls.findLast(({ direction }) => direction === 'in');
  }

  get ringing(): boolean {
    return this.calls.some((call) => call.direction === 'in' && call.ringing);
  }

  /** How its last REGISTER ended. */
  get registration(): Registered | undefined {
    return this.#on.registration.last;
  }

  /** Registers; with `refresh` again and again. Rejects when it is refused. */
  async register(options: { readonly expires?: number; readonly refresh?: boolean } = {}): Promise<Registered> {
    const expires = options.expires ?? ASKED_EXPIRES;
    const { registration } = this.#on;
    const registered = await this.#registered((done) => registration.bind(expires, done));
    if (options.refresh === true) registration.keepBound(expires);
    return registered;
  }

  async unregister(): Promise<Registered> {
    const { registration } = this.#on;
    registration.rest();
    return this.#registered((done) => registration.bind(0, done));
  }

  /** Unbinds every phone of its account: Contact `*`. */
  async unregisterAll(): Promise<Registered> {
    const { registration } = this.#on;
    registration.rest();
    return this.#registered((done) => registration.unbindAll(done));
  }

  /** Calls a number, or a SIP URI. What comes of it shows on the call. */
  dial(target: string, options: DialOptions = {}): PhoneCall {
    const { instrument } = this.#on;
    const call = new PhoneCall(instrument, 'out', { name: '', number: target });
    this.calls.push(call);
    instrument.host.kernel.input('dial', () => call.dial(this.#uriOf(target), options));
    return call;
  }

  /** Subscribes to a number's or URI's state; what comes of it shows on the subscription. */
  subscribe(target: string, event: string, expires: number, headers: readonly Field[] = []): PhoneSubscription {
    const { instrument, subscriptions } = this.#on;
    const subscription = new PhoneSubscription(instrument, this.#uriOf(target), event);
    subscriptions.add(subscription);
    subscription.subscribe(expires, headers);
    return subscription;
  }

  /** Sends a request outside any call, challenges answered; gives the final status. */
  async request(method: string, target: string, headers: readonly Field[] = []): Promise<number> {
    const { instrument } = this.#on;
    const uri = this.#uriOf(target);
    let status = 0;
    const send = (more: readonly Field[], answered: boolean, cseq: number): void => {
      const { agent, destination, identities, credentials } = instrument;
      agent.request(method, destination(uri), identities(uri), { headers: [...headers, ...more], cseq }, (result) => {
        const again = credentials.answer(result, method, uri, answered);
        if (again === undefined) status = result.status;
        else send([again], true, cseq + 1);
      });
    };
    instrument.host.kernel.input(method, () => send([], false, 1));
    await this.#world.until(() => status > 0, REGISTER_WITHIN);
    return status;
  }

  /** Waits until it rings. */
  async rings(within?: Duration): Promise<PhoneCall> {
    let call: PhoneCall | undefined;
    await this.#world.until(() => {
      call = this.calls.findLast((one) => one.direction === 'in' && one.ringing);
      return call !== undefined;
    }, within);
    if (call === undefined) throw new Error(`${this.name} does not ring`);
    return call;
  }

  /** Waits until it rings, and picks up. */
  async answer(within?: Duration): Promise<PhoneCall> {
    const call = await this.rings(within);
    await call.answer();
    return call;
  }

  /** Hangs up every call. */
  async hangup(): Promise<void> {
    await Promise.all(this.calls.filter(({ ended }) => !ended).map((call) => call.hangup()));
  }

  /** Power cut: it says nothing to anybody, and its calls and registration are forgotten. */
  vanish(): void {
    this.#world.powerOff(this.#on.host);
    this.#running = undefined;
    for (const call of this.calls) call.forget();
  }

  /** Starts after a power cut, as a phone that remembers nothing. */
  boot(): void {
    this.#running ??= this.#start();
  }

  /** Gets another address without saying so to anyone: register and renew its calls to be found again. */
  move(address: string): void {
    this.#address = address;
    this.#on.move(address);
    for (const call of this.calls) if (!call.ended) call.move();
  }

  get #on(): Running {
    if (this.#running === undefined) throw new Error(`${this.name} has no power`);
    return this.#running;
  }

  #start(): Running {
    return start(this.#world, this.name, this.options, this.#address, {
      uri: () => this.uri,
      invited: (instrument, session, sdp) => this.#invited(instrument, session, sdp),
      requested: (instrument, transaction) => {
        this.requests.push(transaction.request);
        instrument.reply(transaction);
      },
      texting: () => this.texting,
    });
  }

  #invited(instrument: Instrument, session: InviteSession, sdp: Uint8Array | undefined): SessionUser {
    const call = new PhoneCall(instrument, 'in', asserted(session.invite) ?? shown(session.invite.from));
    this.calls.push(call);
    const { scene } = instrument.host.kernel;
    const user = call.arrive(session, sdp);
    if (this.busy) scene.after(0, () => call.reject(486));
    else scene.after(0, () => call.ring());
    if (this.autoAnswer !== undefined) scene.after(ms(this.autoAnswer), () => void call.answer());
    return user;
  }

  async #registered(send: (done: (outcome: Registered) => void) => void): Promise<Registered> {
    let outcome: Registered | undefined;
    this.#on.host.kernel.input('register', () =>
      send((ended) => {
        outcome = ended;
      }),
    );
    await this.#world.until(() => outcome !== undefined, REGISTER_WITHIN);
    if (outcome?.status !== 200) {
      throw new Error(`${this.name}: REGISTER was refused: ${outcome?.status} ${outcome?.reasonPhrase}`);
    }
    return outcome;
  }

  #uriOf(target: string): string {
    return uriOf(target, this.options);
  }
}
