import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child.ts';
import { Mouth } from './mouth.ts';
import { Phone } from './phone.ts';
import { FIRST_RTP, freeBlock } from './ports.ts';
import { RawRecording } from './recording.ts';
import { type Display, readMessage, type TracedMessage } from './trace.ts';
import { PATIENCE, until } from './until.ts';

export interface TwinkleOptions {
  /** The user part of its address, and of its credentials. */
  readonly number: string;
  /** Hz that it sends in every call. */
  readonly tone: number;
  readonly registrar: { readonly host: string; readonly sipPort: number; readonly password: string };
}

/** Starts that failed (a port taken between looking and binding) before giving up. */
const TRIES = 3;
const START_WITHIN = 40_000;
const STOP_WITHIN = 10_000;
const TELL_AGAIN = 1000;
const LOGGED = /^(Received from|Send to): udp:\S+\n([\s\S]*?)\n---\n/gm;

/**
 * twinkle-console 1.10.2 (Debian's): a phone with two lines and an attended transfer, driven by commands on its input. Its sound
 * card is ALSA's file plug-in: half a second late at its ear.
 */
export class Twinkle extends Phone {
  readonly options: TwinkleOptions;
  readonly #folder: string;
  readonly #mouth: Mouth;
  readonly #child: Child;
  #read = 0;
  /** The line of its latest consultation. */
  #consulting = 2;
  /** It has hung up while its REFER was open: twinkle 1.10.2 then answers no challenge any more, and its `quit` waits for ever. */
  #stuck = false;

  private constructor(folder: string, block: number, options: TwinkleOptions) {
    const heard = join(folder, 'heard.raw');
    super(`twinkle ${options.number}`, new RawRecording(heard));
    this.options = options;
    this.#folder = folder;
    this.#mouth = new Mouth(join(folder, 'said'), options.tone);
    mkdirSync(join(folder, '.twinkle'));
    writeFileSync(join(folder, '.asoundrc'), soundCard(heard, this.#mouth.path));
    writeFileSync(join(folder, '.twinkle', 'twinkle.sys'), system(block));
    writeFileSync(join(folder, '.twinkle', 'phone.cfg'), profile(options));
    const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C', HOME: folder };
    this.#child = new Child(this.name, 'twinkle-console', ['phone.cfg'], { cwd: folder, env, stdio: 'pipe' });
  }

  /** Starts a phone; it has registered when this is over. */
  static async start(options: TwinkleOptions): Promise<Twinkle> {
    for (let tries = 1; ; tries++) {
      const folder = mkdtempSync(join(tmpdir(), `twinkle-${options.number}-`));
      const phone = new Twinkle(folder, await freeBlock(), options);
      try {
        await phone.prints(/registration succeeded/, START_WITHIN);
        return phone;
      } catch (error) {
        const taken = /Failed to create a UDP socket/.test(phone.testimony());
        await phone.vanish();
        if (tries === TRIES || !taken) throw error;
      }
    }
  }

  /** Waits for what it prints next that fits; what was printed before that is not looked at again. */
  async prints(what: RegExp, within = PATIENCE): Promise<RegExpExecArray> {
    const look = () => {
      if (this.#child.ended) throw new Error(`${this.name} ended while waiting for ${what}\n${this.testimony()}`);
      return what.exec(this.#child.out.slice(this.#read)) ?? undefined;
    };
    const found = await until(`${what} printed by ${this.name}`, look, within, () => this.testimony());
    this.#read += found.index + found[0].length;
    return found;
  }

  /** A line that is still being released takes no command, and says nothing of it: then it is told again. */
  async dial(number: string): Promise<void> {
    const sent = () => this.messages().filter((m) => m.sent && m.status === 0 && m.method === 'INVITE').length;
    const before = sent();
    let told = Number.NEGATIVE_INFINITY;
    const look = () => {
      if (sent() > before) return true;
      if (performance.now() - told > TELL_AGAIN) {
        told = performance.now();
        this.#type(`call ${number}`);
      }
      return false;
    };
    await until(`the call of ${this.name}`, look, PATIENCE, () => this.testimony());
  }

  /** The next incoming call, and whom the phone itself says it is from. */
  async rings(within = PATIENCE): Promise<Display> {
    const [, name = '', number = ''] = await this.prints(/incoming call\nFrom:\s+"?(.*?)"? <sip:([^@]+)@.*\n/, within);
    return { name, number };
  }

  /** Its own call is ringing at the other end. */
  async hearsRinging(within = PATIENCE): Promise<void> {
    await this.prints(/received 180 /, within);
  }

  async accept(): Promise<void> {
    this.#type('answer');
    await this.prints(/call established/);
  }

  /** Its own call was answered. */
  async established(within = PATIENCE): Promise<void> {
    await this.prints(/far end answered call/, within);
  }

  /** What became of its call, as it prints it: `486 Busy Here`. */
  async refused(within = PATIENCE): Promise<string> {
    const [, why = ''] = await this.prints(/call failed\.\n(.*)\n/, within);
    return why;
  }

  /** The other party has hung up. */
  async left(within = PATIENCE): Promise<void> {
    await this.prints(/far end ended call/, within);
  }

  /** Ends, or gives up, the call of the line it is on. */
  async hangup(): Promise<void> {
    this.#type('bye');
  }

  /** Sends the other to a number (REFER). */
  async transfer(number: string): Promise<void> {
    this.#type(`transfer ${number}`);
  }

  /** Puts the other on hold and calls a number on its second line. */
  async consult(number: string): Promise<void> {
    this.#type(`transfer -c ${number}`);
    const [, line] = await this.prints(/Line (\d): setup consultation call/);
    this.#consulting = Number(line);
  }

  /** Goes back to its first line and takes back whom it holds there; over when that was agreed. */
  async back(): Promise<void> {
    this.#type(`line ${3 - this.#consulting}`);
    await this.prints(/re-INVITE successful/);
  }

  /** Hangs up on both its lines while the consultation still rings: CANCEL, then BYE. */
  async leave(): Promise<void> {
    this.#stuck = true;
    const sent = (method: string) =>
      this.messages().filter((m) => m.sent && m.status === 0 && m.method === method).length;
    for (const method of ['CANCEL', 'BYE']) {
      const before = sent(method);
      this.#type('bye');
      await until(
        `${method} of ${this.name}`,
        () => sent(method) > before,
        PATIENCE,
        () => this.testimony(),
      );
      if (method === 'BYE') return;
      this.#type(`line ${3 - this.#consulting}`);
      await this.prints(/is now active/);
    }
  }

  /** Joins the parties of both lines, also while the second still rings. */
  async join(): Promise<void> {
    this.#type('transfer -c');
  }

  /** The transfer is over; what it was told on the way: `100 Trying`, `180 Ringing`, `200 OK`… */
  async transferred(within = PATIENCE): Promise<readonly string[]> {
    const told: string[] = [];
    for (;;) {
      const [, state, progress = ''] = await this.prints(
        /notification\.\nEvent: +refer\nState: +(\w+)\n(?:Reason: .*\n)?Progress: (.*)\n/,
        within,
      );
      told.push(progress);
      if (state === 'terminated') return told;
    }
  }

  messages(): readonly TracedMessage[] {
    const path = join(this.#folder, '.twinkle', 'twinkle.log');
    const log = existsSync(path) ? readFileSync(path, 'utf8') : '';
    return [...log.matchAll(LOGGED)].map(([, way, text = '']) => readMessage(way === 'Send to', text));
  }

  /** Switches it off in order: it hangs up and unregisters. */
  async stop(): Promise<void> {
    if (this.#stuck) return this.vanish();
    this.#type('quit');
    try {
      await this.#child.end(STOP_WITHIN);
    } finally {
      await this.vanish();
    }
  }

  /** Pulls its plug: nobody is told. */
  async vanish(): Promise<void> {
    this.#child.signal('SIGKILL');
    await this.#child.end(STOP_WITHIN);
    this.#mouth.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  testimony(): string {
    const lines = this.messages().map(({ sent, startLine }) => `${sent ? '>' : '<'} ${startLine}`);
    return `${this.#child.testimony()}\n${lines.join('\n')}`;
  }

  #type(command: string): void {
    this.#child.write(`${command}\n`);
  }
}

function soundCard(heard: string, said: string): string {
  return `pcm.ear { type file slave.pcm "null" file "|cat >> ${heard}" format raw }
pcm.mouth { type file slave.pcm "null" file "/dev/null" infile "${said}" format raw }
pcm.!default { type null }
ctl.!default { type null }
`;
}

function system(block: number): string {
  return `dev_ringtone=alsa:default
dev_speaker=alsa:ear
dev_mic=alsa:mouth
validate_audio_dev=no
play_ringtone=no
play_ringback=no
log_max_size=20
log_show_sip=yes
sip_port=${block}
rtp_port=${block + FIRST_RTP}
`;
}

/** A lone tone is no speech to Speex, which would leave it out (VAD), or soften it. */
function profile({ number, registrar }: TwinkleOptions): string {
  return `user_name=${number}
user_domain=${registrar.host}:${registrar.sipPort}
auth_name=${number}
auth_pass=${registrar.password}
register_at_startup=yes
codecs=g711u
ptime=20
speex_dsp_vad=no
speex_dsp_agc=no
speex_dsp_nrd=no
speex_dsp_aec=no
allow_xfer_consult_inprog=yes
`;
}
