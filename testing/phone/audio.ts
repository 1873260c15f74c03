import { type CodecName, encode } from '../../src/codec/index.ts';
import type { Kernel, Timer } from '../../src/kernel/index.ts';
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
import { decoded, STATIC } from '../g711.ts';
import type { Host } from '../host.ts';
import { RATE, Recording } from '../recording.ts';

const FRAME_MS = 20;
const FRAME = (RATE * FRAME_MS) / 1000;
const KEY_MS = 100;
const FIRST_PORT = 16_384;

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
}

/** The sound of one call: sends a tone in packets of 20 ms, records what comes. */
export class Audio {
  readonly recording = new Recording();
  readonly stream: Stream = { packets: 0, ssrcs: [], strangers: 0, stepsBack: 0, markers: 0, sources: [] };
  /** Keys heard (RFC 4733). */
  readonly digits: string[] = [];
  readonly #kernel: Kernel;
  readonly #source: Source;
  readonly #header = newHeader();
  readonly #receiver = new DigitReceiver(RATE, (digit) => void this.digits.push(digit));
  readonly #ssrc: number;
  readonly #firstTimestamp: number;
  readonly #bornAt: number;
  #socket: UdpSocket;
  #agreement: Agreement | undefined;
  #sequence: number;
  #tick: Timer | undefined;
  #talking = false;
  #keys: { readonly packets: EventPacket[]; readonly timestamp: number; readonly sent: () => void } | undefined;
  #waiting: { readonly digit: string; readonly sent: () => void }[] = [];
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

  /** Sends and takes from now on what was agreed. */
  agree(agreement: Agreement): void {
    this.#agreement = agreement;
    if (this.#sends()) this.#start();
    else this.#stop();
  }

  /** Plays digits as telephone-events one after another; `sent` when the last packet is out. Throws when none were agreed. */
  press(digits: string, sent: () => void): void {
    if (this.#agreement?.events === undefined) throw new Error('no telephone-event was agreed');
    const all = digits.split('');
    this.#waiting.push(...all.map((digit, at) => ({ digit, sent: at === all.length - 1 ? sent : () => undefined })));
  }

  /** The same call at another address. */
  move(host: Host): void {
    this.#socket.close();
    this.#socket = this.#bind(host);
  }

  close(): void {
    this.#stop();
    this.#socket.close();
  }

  #bind(host: Host): UdpSocket {
    for (let port = FIRST_PORT; ; port += 2) {
      const socket = host.socket(port, (bytes, address, from) => this.#received(bytes, `${address}:${from}`));
      if (socket !== undefined) return socket;
    }
  }

  #sends(): boolean {
    return this.#agreement?.send !== undefined && this.#agreement.remote !== undefined;
  }

  #start(): void {
    if (this.#tick !== undefined) return;
    // A talkspurt begins: the marker says so (RFC 3551 §4.1).
    this.#talking = false;
    const next = (): void => {
      this.#tick = this.#kernel.scene.after(FRAME_MS, next);
      this.#receiver.tick(this.#kernel.now());
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

  #sendFrame(): void {
    const { send } = this.#agreement ?? {};
    if (send === undefined) return;
    const bytes = new Uint8Array(HEADER_OCTETS + FRAME);
    encode(send.codec, this.#source(FRAME), FRAME, bytes, HEADER_OCTETS);
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
      const packets = digitPackets(next.digit, (KEY_MS * RATE) / 1000, FRAME);
      if (packets === undefined) throw new Error(`no key: '${next.digit}'`);
      this.#keys = { packets: [...packets], timestamp: this.#timestamp(), sent: next.sent };
    }
    return this.#keys?.packets.shift();
  }

  #timestamp(): number {
    return (this.#firstTimestamp + Math.round(((this.#kernel.now() - this.#bornAt) * RATE) / 1000)) >>> 0;
  }

  #put(bytes: Uint8Array, marker: boolean, payload: number, timestamp: number): void {
    const { remote } = this.#agreement ?? {};
    writeHeader(bytes, marker, payload, this.#sequence, timestamp >>> 0, this.#ssrc);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    if (remote !== undefined) this.#socket.send(bytes, remote.address, remote.port);
  }

  #received(bytes: Uint8Array, from: string): void {
    const header = this.#header;
    if (!readHeader(bytes, header)) {
      this.stream.strangers += 1;
      return;
    }
    this.#observe(from);
    const codec = this.#codecOf(header.payload);
    if (codec !== undefined) {
      const samples = decoded(codec, bytes.subarray(header.payloadAt, header.payloadEnd));
      this.recording.take(this.#kernel.now(), header.ssrc, header.timestamp, samples);
    } else if (header.payload === this.#agreement?.events?.receive)
      this.#receiver.take(bytes, header, this.#kernel.now());
    else this.stream.strangers += 1;
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
