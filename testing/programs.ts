import type { Kernel } from '../src/kernel/index.ts';
import type { ProgramAddress, ProgramListener, Programs, ProgramSocket } from '../src/media/ports.ts';

/** How long anything takes each way (ms). */
const WAY = 10;

/** A text message, as it crosses. */
export type Message = { readonly type: string } & Readonly<Record<string, unknown>>;

/** What a program does as things come; each is called once a message. */
export interface ProgramManners {
  readonly audio?: (line: ProgramLine, pcm: Int16Array) => void;
  readonly message?: (line: ProgramLine, message: Message) => void;
}

/** One call at a program, as the program sees it. */
export class ProgramLine {
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: string;
  /** What it was told, in order. */
  readonly messages: Message[] = [];
  /** Frames of audio that came. */
  frames = 0;
  /** The close that came, or that it sent. */
  closed: { readonly code: number; readonly why: string } | undefined;
  readonly #samples: number[] = [];
  readonly #kernel: Kernel;
  readonly #manners: ProgramManners;
  readonly #listener: ProgramListener;
  /** What it has not read yet. */
  readonly #unread: (() => void)[] = [];
  #stalled = false;

  constructor(kernel: Kernel, to: ProgramAddress, listener: ProgramListener, manners: ProgramManners) {
    this.#kernel = kernel;
    this.headers = to.headers;
    this.protocol = to.protocol;
    this.#listener = listener;
    this.#manners = manners;
  }

  /** All it heard, 16 kHz. */
  get heard(): Int16Array {
    return Int16Array.from(this.#samples);
  }

  /** Messages of that type that it was told. */
  told(type: string): readonly Message[] {
    return this.messages.filter((message) => message.type === type);
  }

  say(pcm: Int16Array): void {
    this.octets(new Uint8Array(pcm.slice().buffer));
  }

  octets(octets: Uint8Array): void {
    this.#send(() => this.#listener.audio(octets));
  }

  send(message: Message): void {
    this.text(JSON.stringify(message));
  }

  text(text: string): void {
    this.#send(() => this.#listener.text(text));
  }

  /** Reads nothing from now on, or again. */
  stall(stalled: boolean): void {
    this.#stalled = stalled;
    if (!stalled) for (const read of this.#unread.splice(0)) read();
  }

  close(code = 1000, why = ''): void {
    if (this.closed !== undefined) return;
    this.#send(() => this.#listener.closed(code === 1000, `closed: ${code} ${why}`.trim()));
    this.closed = { code, why };
  }

  /** @internal The exchange's end. */
  readonly socket: ProgramSocket = {
    text: (text) =>
      this.#arrive(() => {
        const message = JSON.parse(text) as Message;
        this.messages.push(message);
        this.#manners.message?.(this, message);
      }),
    audio: (octets) =>
      this.#arrive(() => {
        const pcm = new Int16Array(octets.slice().buffer);
        this.frames += 1;
        for (const sample of pcm) this.#samples.push(sample);
        this.#manners.audio?.(this, pcm);
      }),
    ping: (payload) => this.#arrive(() => this.#send(() => this.#listener.ponged(payload))),
    close: (code, why) =>
      this.#arrive(() => {
        this.closed ??= { code, why };
      }),
  };

  #arrive(act: () => void): void {
    this.#kernel.scene.after(WAY, () => {
      if (this.#stalled) this.#unread.push(act);
      else act();
    });
  }

  #send(act: () => void): void {
    if (this.closed === undefined) this.#kernel.scene.after(WAY, act);
  }
}

/** The programs of a world, by their URLs; nobody answers at any other. */
export class WorldPrograms implements Programs {
  readonly #kernel: Kernel;
  readonly #manners = new Map<string, ProgramManners | 'silent'>();
  /** Calls so far, in order. */
  readonly lines: ProgramLine[] = [];

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** A program at that address; `silent`: one that takes connections and says nothing. */
  at(url: string, manners: ProgramManners | 'silent' = {}): void {
    this.#manners.set(url, manners);
  }

  open(to: ProgramAddress, listener: ProgramListener): ProgramSocket {
    const manners = this.#manners.get(to.url);
    const line = new ProgramLine(this.#kernel, to, listener, typeof manners === 'object' ? manners : {});
    if (manners === undefined) this.#kernel.scene.after(WAY, () => listener.closed(false, 'connection refused'));
    else if (manners !== 'silent') {
      this.lines.push(line);
      this.#kernel.scene.after(WAY, () => listener.opened());
    }
    return line.socket;
  }
}
