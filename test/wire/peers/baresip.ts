import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { addressOf, baresipFolder, type BaresipOptions, hopOf, over, ports } from './baresip-folder.ts';
import { Child } from './child.ts';
import { Netstrings } from './netstrings.ts';
import { Phone } from './phone.ts';
import { freeBlock } from './ports.ts';
import { Recording } from './recording.ts';
import { type Display, readTrace, type TracedMessage } from './trace.ts';
import { PATIENCE, until } from './until.ts';

/** An event of baresip, as its control socket tells it. */
interface BaresipEvent {
  readonly type: string;
  readonly param?: string;
  readonly peeruri?: string;
  readonly peerdisplayname?: string;
}

interface BaresipResponse {
  readonly response: true;
  readonly ok: boolean;
  readonly data: string;
  readonly token: string;
}

/** Events that belong to one call. */
const OF_A_CALL = ['CALL_RINGING', 'CALL_PROGRESS', 'CALL_ESTABLISHED', 'CALL_CLOSED', 'CALL_DTMF_START'];
/** Failed starts (a port taken between looking and binding) before giving up. */
const TRIES = 3;
const STOP_WITHIN = 10_000;

/** How long a key is held (ms). */
const KEY_MS = 120;

/** baresip 1.0.0 (Debian's baresip-core): a phone that nobody here wrote, driven through its control socket. */
export class Baresip extends Phone {
  readonly options: BaresipOptions;
  readonly #folder: string;
  readonly #block: number;
  readonly #child: Child;
  readonly #events: BaresipEvent[] = [];
  readonly #responses = new Map<string, BaresipResponse>();
  readonly #taken = new Map<string, number>();
  #control: Netstrings | undefined;
  #tokens = 0;
  #registrations = 0;

  private constructor(block: number, folder: string, options: BaresipOptions) {
    super(`baresip ${options.number}`, new Recording(folder));
    this.options = options;
    this.#block = block;
    this.#folder = folder;
    const environment = { ...process.env, TZ: 'UTC', HOME: folder };
    this.#child = new Child(this.name, 'stdbuf', ['-oL', 'baresip', '-f', folder, '-s'], {
      env: environment,
      cwd: folder,
    });
  }

  /** Starts a phone; with a registrar it has registered when this is over. */
  static async start(options: BaresipOptions): Promise<Baresip> {
    for (let tries = 1; ; tries++) {
      const block = await freeBlock();
      const phone = new Baresip(block, baresipFolder(block, options), options);
      try {
        await phone.#connect();
        if (options.registrar !== undefined) await phone.registered();
        return phone;
      } catch (error) {
        await phone.vanish();
        if (tries === TRIES || phone.#control !== undefined) throw error;
      }
    }
  }

  get port(): number {
    return ports(this.#block).sip;
  }

  /** What others can dial without a registrar. */
  get address(): string {
    return `sip:${this.options.number}@127.0.0.1:${this.port}`;
  }

  /** The next successful registration; read off the trace, for the first is over before the control socket is open. */
  async registered(within = PATIENCE): Promise<void> {
    const accepted = () => this.messages().filter((m) => !m.sent && m.method === 'REGISTER' && m.status === 200).length;
    const look = () => accepted() > this.#registrations;
    await until(`a registration of ${this.name}`, look, within, () => this.testimony());
    this.#registrations += 1;
  }

  /** Dials a number at its registrar, or a whole URI. */
  async dial(target: string): Promise<void> {
    const { registrar, transport } = this.options;
    const uri =
      registrar === undefined || target.includes(':') ? target : `sip:${target}@${hopOf(registrar)}${over(transport)}`;
    this.#forget(this.#events.length);
    await this.#command('dial', uri);
  }

  /** The next incoming call, and whom the phone itself says it is from. */
  async rings(within = PATIENCE): Promise<Display> {
    const incoming = await this.event('CALL_INCOMING', within);
    const { peeruri, peerdisplayname } = incoming;
    this.#forget(this.#events.indexOf(incoming));
    return { name: peerdisplayname ?? '', number: /sips?:([^@]+)@/.exec(peeruri ?? '')?.[1] ?? '' };
  }

  /** Its own call is ringing at the other end. */
  async hearsRinging(within = PATIENCE): Promise<void> {
    await this.event('CALL_RINGING', within);
  }

  async accept(): Promise<void> {
    await this.#command('accept');
  }

  async established(within = PATIENCE): Promise<void> {
    await this.event('CALL_ESTABLISHED', within);
  }

  async hangup(): Promise<void> {
    await this.#command('hangup');
  }

  /** The call is over; why, as the phone says it: `486 Busy Here`, `Connection reset by peer`… */
  async closed(within = PATIENCE): Promise<string> {
    return (await this.event('CALL_CLOSED', within)).param ?? '';
  }

  /** Sends the other to a number of its registrar (REFER). */
  async transfer(number: string): Promise<void> {
    const { registrar } = this.options;
    await this.#command('transfer', registrar === undefined ? number : `sip:${number}@${hopOf(registrar)}`);
  }

  /** Puts the other on hold; over when that was agreed. */
  async hold(): Promise<void> {
    await this.#offer('hold');
  }

  /** Takes the other back; over when that was agreed. */
  async resume(): Promise<void> {
    await this.#offer('resume');
  }

  /** Presses keys, as RFC 4733 events. */
  async keys(digits: string): Promise<void> {
    for (const digit of digits) await this.#press(digit);
  }

  /** The next event of this type: each is given out once. */
  async event(type: string, within = PATIENCE): Promise<BaresipEvent> {
    const place = this.#taken.get(type) ?? 0;
    this.#taken.set(type, place + 1);
    const look = () => {
      if (this.#child.ended) throw new Error(`${this.name} ended while waiting for ${type}\n${this.testimony()}`);
      return this.#events.filter((event) => event.type === type)[place];
    };
    return until(`${type} at ${this.name}`, look, within, () => this.#events.map((event) => event.type).join(' '));
  }

  /** All SIP messages it has sent and received. */
  messages(): readonly TracedMessage[] {
    const local = hopOf({ host: addressOf(this.options), sipPort: this.port });
    const { registrar, transport = 'udp' } = this.options;
    // A connection of its own has another port at this end.
    const server = registrar === undefined || transport === 'udp' ? '' : hopOf(registrar);
    return readTrace(this.#child.out, (from, to) => from === local || to === server);
  }

  /** The codec that it speaks, and the one that it hears, as it says itself: `G722`. */
  codecs(): { readonly speaks: string | undefined; readonly hears: string | undefined } {
    const last = (what: string) =>
      [...this.#child.out.matchAll(new RegExp(`Set audio ${what}: (\\w+)`, 'g'))].at(-1)?.[1];
    return { speaks: last('encoder'), hears: last('decoder') };
  }

  /** Pictures that its screen has shown in this call. */
  async pictures(): Promise<number> {
    return Number(/^\s*vidisp:.* frames=(\d+)/m.exec(await this.#command('video_debug'))?.[1] ?? 0);
  }

  /** Waits until its screen has shown so many pictures more. */
  async sees(more: number, within = 10_000): Promise<void> {
    const before = await this.pictures();
    const look = async () => (await this.pictures()) >= before + more;
    await until(`${more} pictures at ${this.name}`, look, within, () => this.testimony());
  }

  /** Switches it off in order: it hangs up and unregisters. */
  async stop(): Promise<void> {
    this.#child.signal('SIGTERM');
    try {
      await this.#child.end(STOP_WITHIN);
    } finally {
      await this.vanish();
    }
  }

  /** Pulls its plug: nobody is told. */
  async vanish(): Promise<void> {
    this.#control?.close();
    this.#child.signal('SIGKILL');
    await this.#child.end(STOP_WITHIN);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  testimony(): string {
    return this.#child.testimony();
  }

  async #connect(): Promise<void> {
    const port = ports(this.#block).control;
    const told = (value: unknown) => this.#told(value as BaresipEvent | BaresipResponse);
    const look = async () => {
      if (this.#child.ended) throw new Error(`${this.name} did not start\n${this.testimony()}`);
      return Netstrings.open(port, told);
    };
    this.#control = await until(`the control socket of ${this.name}`, look, PATIENCE, () => this.testimony());
  }

  #told(value: BaresipEvent | BaresipResponse): void {
    if ('response' in value) this.#responses.set(value.token, value);
    else this.#events.push(value);
  }

  async #command(command: string, params?: string): Promise<string> {
    const token = `t${++this.#tokens}`;
    this.#control?.send({ command, params, token });
    const look = () => this.#responses.get(token);
    const { ok, data } = await until(`the answer of ${this.name} to ${command}`, look, PATIENCE, () =>
      this.testimony(),
    );
    if (!ok) throw new Error(`${this.name}: ${command}: ${data}`);
    return data;
  }

  /** A new call: what happened in earlier ones is not waited for any more. */
  #forget(earlier: number): void {
    for (const type of OF_A_CALL) {
      this.#taken.set(type, this.#events.slice(0, earlier).filter((event) => event.type === type).length);
    }
  }

  /** A re-INVITE is over when the answer to it has come. */
  async #offer(command: 'hold' | 'resume'): Promise<void> {
    const answers = () => this.messages().filter((m) => !m.sent && m.method === 'INVITE' && m.status >= 200).length;
    const before = answers();
    await this.#command(command);
    await until(
      `the answer to ${command} at ${this.name}`,
      () => answers() > before,
      PATIENCE,
      () => this.testimony(),
    );
    const last = this.messages().findLast((m) => !m.sent && m.method === 'INVITE' && m.status >= 200);
    if (last?.status !== 200) throw new Error(`${this.name}: ${command}: ${last?.startLine}`);
  }

  /** Holds a key down for a while: without its release (EOT) the event goes on until the call ends. */
  #press(digit: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const keypad = connect(ports(this.#block).keys, '127.0.0.1', () => {
        keypad.write(digit);
        setTimeout(() => keypad.end('\x04'), KEY_MS);
      });
      keypad.once('error', reject);
      keypad.once('close', () => resolve());
      keypad.resume();
    });
  }
}
