import type { CodecName } from '../../src/codec/index.ts';
import type { Kernel, Timer } from '../../src/kernel/index.ts';
import { Protection } from '../../src/media/protect.ts';
import type { UdpSocket } from '../../src/media/net.ts';
import {
  DigitReceiver,
  digitPackets,
  type EventPacket,
  HEADER_OCTETS,
  newHeader,
  readHeader,
  sequenceAhead,
  timestampAhead,
  writeEvent,
  writeHeader,
} from '../../src/rtp/index.ts';
import type { Agreement } from '../../src/sdp/index.ts';
import type { Source } from '../ear.ts';
import { STATIC } from '../g711.ts';
import type { Host } from '../host.ts';
import { RATE, Recording } from '../recording.ts';
import { SpeechCodec } from './speech-codec.ts';

const FRAME_MS = 20;
const FRAME = (RATE * FRAME_MS) / 1000;
const KEY_MS = 100;
const FIRST_PORT = 16_384;
const LAST_PORT = 65_534;
/** The port each host took last: one that is free again rests, or a new call would hear the end of the one before it. */
const taken = new WeakMap<Host, number>();

/** What the RTP that reached a phone was like: one stream for the call's life, if the exchange does it right. */
export interface Stream {
  packets: number;
  /** Distinct synchronization sources, in order of appearance. */
  ssrcs: number[];
  /** Packets that came with a payload number nobody agreed to, or that are no RTP. */
  strangers: number;
  /** Steps back of the timestamp from one sequence number to a higher one. */
  stepsBack: number;
  markers: number;
  /** `address:port` of each sender, in order of appearance. */
  sources: string[];
  /** What it was spoken to in, in the order in which that came. */
  codecs: CodecName[];
}

/** The sound of one call: sends a tone in packets of 20 ms, records what comes. */
export class Audio {
  readonly recording = new Recording();
  readonly stream: Stream = { packets: 0, ssrcs: [], strangers: 0, stepsBack: 0, markers: 0, sources: [], codecs: [] };
  /** Keys heard (RFC 4733). */
  readonly digits: string[] = [];
  /** How long each of them was down (ms). */
  readonly pressed: { readonly digit: string; readonly ms: number }[] = [];
  readonly #kernel: Kernel;
  readonly #source: Source;
  readonly #header = newHeader();
  readonly #receiver = new DigitReceiver(RATE, (digit, ms) => this.#heardKey(digit, ms));
  /** For keys in Opus' clock. */
  readonly #wideReceiver = new DigitReceiver(48_000, (digit, ms) => this.#heardKey(digit, ms));
  readonly #ssrc: number;
  readonly #firstTimestamp: number;
  readonly #protection = new Protection();
  readonly #bornAt: number;
  readonly #codecs = new Map<CodecName, SpeechCodec>();
  #firstHeard: number | undefined;
  #socket: UdpSocket;
  #agreement: Agreement | undefined;
  #sequence: number;
  #tick: Timer | undefined;
  #talking = false;
  #saying: { readonly source: Source; frames: number; readonly said: () => void } | undefined;
  #keys: { readonly packets: EventPacket[]; readonly timestamp: number; readonly sent: () => void } | undefined;
  #waiting: { readonly digit: string; readonly ms: number; readonly sent: () => void }[] = [];
  #last: { sequence: number; timestamp: number } | undefined;

  constructor(host: Host, source: Source) {
    this.#kernel = host.kernel;
    this.#source = source;
    this.#socket = this.#bind(host);
    this.#ssrc = this.#kernel.random(2 ** 32);
    this.#sequence = this.#kernel.random(2 ** 16);
    this.#firstTimestamp = this.#kernel.random(2 ** 32);
    this.#bornAt = this.#kernel.now();
  }

  get local(): UdpSocket['local'] {
    return this.#socket.local;
  }

  /** The codec it speaks; undefined: it says nothing. */
  get codec(): CodecName | undefined {
    return this.#agreement?.send?.codec;
  }

  get secure(): boolean {
    return this.#agreement?.crypto !== undefined;
  }

  /** Sends and takes from now on what was agreed. */
  agree(agreement: Agreement): void {
    this.#agreement = agreement;
    this.#protection.agree(agreement.crypto);
    if (this.#sends()) this.#start();
    else this.#stop();
  }

  /** Plays digits as telephone-events of `ms`, one after another; `sent` when the last packet is out. Throws when none were agreed. */
  press(digits: string, sent: () => void, ms = KEY_MS): void {
    if (this.#agreement?.events === undefined) throw new Error('no telephone-event was agreed');
    const all = digits.split('');
    this.#waiting.push(
      ...all.map((digit, at) => ({ digit, ms, sent: at === all.length - 1 ? sent : () => undefined })),
    );
  }

  /** Says this in the place of its own sound for so long; `said` when it is out. */
  say(source: Source, ms: number, said: () => void): void {
    this.#saying = { source, frames: Math.ceil(ms / FRAME_MS), said };
  }

  /** The same call at another address. */
  move(host: Host): void {
    this.#socket.close();
    this.#socket = this.#bind(host);
  }

  close(): void {
    this.#stop();
    for (const codec of this.#codecs.values()) codec.close();
    this.#codecs.clear();
    this.#socket.close();
  }

  #bind(host: Host): UdpSocket {
    for (let port = taken.get(host) ?? LAST_PORT; ; ) {
      port = port === LAST_PORT ? FIRST_PORT : port + 2;
      taken.set(host, port);
      const socket = host.socket(port, (bytes, address, from) => this.#received(bytes, `${address}:${from}`));
      if (socket !== undefined) return socket;
    }
  }

  #sends(): boolean {
    return this.#agreement?.send !== undefined && this.#agreement.remote !== undefined;
  }

  #heardKey(digit: string, ms: number): void {
    this.digits.push(digit);
    this.pressed.push({ digit, ms });
  }

  #start(): void {
    if (this.#tick !== undefined) return;
    // A talkspurt begins: the marker says so (RFC 3551 §4.1).
    this.#talking = false;
    const next = (): void => {
      this.#tick = this.#kernel.scene.after(FRAME_MS, next);
      this.#receiver.tick(this.#kernel.now());
      this.#wideReceiver.tick(this.#kernel.now());
      this.#send();
    };
    // The microphone fills a packet first.
    this.#tick = this.#kernel.scene.after(FRAME_MS, next);
  }

  #stop(): void {
    this.#tick?.cancel();
    this.#tick = undefined;
  }

  #send(): void {
    const key = this.#key();
    if (key === undefined) this.#sendFrame();
    else this.#sendKey(key);
  }

  #sound(): Int16Array {
    const saying = this.#saying;
    if (saying === undefined) return this.#source(FRAME);
    saying.frames -= 1;
    if (saying.frames === 0) {
      this.#saying = undefined;
      saying.said();
    }
    return saying.source(FRAME);
  }

  #sendFrame(): void {
    const { send } = this.#agreement ?? {};
    if (send === undefined) return;
    const payload = this.#codec(send.codec).encode(this.#sound());
    const bytes = new Uint8Array(HEADER_OCTETS + payload.length);
    bytes.set(payload, HEADER_OCTETS);
    this.#put(bytes, !this.#talking, send.payload, this.#timestamp());
    this.#talking = true;
  }

  #sendKey(key: EventPacket): void {
    const number = this.#agreement?.events?.send ?? 0;
    const bytes = new Uint8Array(HEADER_OCTETS + 4);
    writeEvent(bytes, HEADER_OCTETS, key.event, key.end, key.volume, key.duration);
    this.#put(bytes, key.marker, number, (this.#keys?.timestamp ?? 0) + key.offset);
    if (this.#keys?.packets.length !== 0) return;
    const { sent } = this.#keys;
    this.#keys = undefined;
    sent();
  }

  /** The next packet of the key that is down, or of the next one. */
  #key(): EventPacket | undefined {
    const next = this.#keys === undefined ? this.#waiting.shift() : undefined;
    if (next !== undefined) {
      const perMs = (this.#agreement?.events?.sendClock ?? RATE) / 1000;
      const packets = digitPackets(next.digit, next.ms * perMs, FRAME_MS * perMs);
      if (packets === undefined) throw new Error(`no key: '${next.digit}'`);
      this.#keys = { packets: [...packets], timestamp: this.#timestamp(), sent: next.sent };
    }
    return this.#keys?.packets.shift();
  }

  #timestamp(): number {
    const { send } = this.#agreement ?? {};
    const clock = RATE * (send === undefined ? 1 : this.#codec(send.codec).unitsPerSample);
    return (this.#firstTimestamp + Math.round(((this.#kernel.now() - this.#bornAt) * clock) / 1000)) >>> 0;
  }

  #put(bytes: Uint8Array, marker: boolean, payload: number, timestamp: number): void {
    const { remote } = this.#agreement ?? {};
    writeHeader(bytes, marker, payload, this.#sequence, timestamp >>> 0, this.#ssrc);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const sealed = this.#protection.seal(bytes);
    if (remote !== undefined && sealed !== undefined) this.#socket.send(sealed, remote.address, remote.port);
  }

  #received(datagram: Uint8Array, from: string): void {
    const header = this.#header;
    const bytes = this.#protection.open(datagram);
    if (bytes === undefined) {
      this.stream.strangers += 1;
      return;
    }
    if (!readHeader(bytes, header)) {
      this.stream.strangers += 1;
      return;
    }
    this.#observe(from);
    const codec = this.#codecOf(header.payload);
    if (codec !== undefined) {
      if (!this.stream.codecs.includes(codec)) this.stream.codecs.push(codec);
      const speech = this.#codec(codec);
      const samples = speech.decode(bytes.subarray(header.payloadAt, header.payloadEnd));
      this.recording.take(this.#kernel.now(), header.ssrc, this.#inSamples(header.timestamp, speech), samples);
    } else if (!this.#takeKey(bytes)) this.stream.strangers += 1;
  }

  #takeKey(bytes: Uint8Array): boolean {
    const { receive, receiveClock = RATE, also } = this.#agreement?.events ?? {};
    const { payload } = this.#header;
    const clock = payload === receive ? receiveClock : payload === also?.receive ? also.clock : undefined;
    if (clock === undefined) return false;
    (clock === RATE ? this.#receiver : this.#wideReceiver).take(bytes, this.#header, this.#kernel.now());
    return true;
  }

  /** A timestamp as if the clock were 8 kHz: only its distance from the first one counts. */
  #inSamples(timestamp: number, { unitsPerSample }: SpeechCodec): number {
    this.#firstHeard ??= timestamp;
    return Math.round(((timestamp - this.#firstHeard) | 0) / unitsPerSample) >>> 0;
  }

  #codec(name: CodecName): SpeechCodec {
    const known = this.#codecs.get(name);
    if (known !== undefined) return known;
    const made = new SpeechCodec(name);
    this.#codecs.set(name, made);
    return made;
  }

  /** What was offered is taken before an answer says what was agreed: media may overtake it (RFC 3264 §5.1). */
  #codecOf(payload: number): CodecName | undefined {
    if (this.#agreement === undefined) return STATIC[payload];
    return this.#agreement.receive.find((one) => one.payload === payload)?.codec;
  }

  #observe(from: string): void {
    const { stream } = this;
    const { ssrc, marker, sequence, timestamp } = this.#header;
    stream.packets += 1;
    if (marker) stream.markers += 1;
    if (!stream.sources.includes(from)) stream.sources.push(from);
    if (!stream.ssrcs.includes(ssrc)) stream.ssrcs.push(ssrc);
    const last = this.#last;
    if (last !== undefined && sequenceAhead(last.sequence, sequence) <= 0) return;
    if (last !== undefined && timestampAhead(last.timestamp, timestamp) < 0) stream.stepsBack += 1;
    this.#last = { sequence, timestamp };
  }
}
