import type { Kernel, Timer } from '../../src/kernel/index.ts';
import type { UdpSocket } from '../../src/media/net.ts';
import { Protection } from '../../src/media/protect.ts';
import { newHeader, parseRtcp, printRtcp, readHeader, type RtcpPacket, writeHeader } from '../../src/rtp/index.ts';
import { answeredCrypto, offeredCrypto, readCryptoAnswer } from '../../src/sdp/crypto.ts';
import {
  type Direction,
  type Line,
  type LocalCrypto,
  type Media,
  meet,
  receives,
  reverse,
  sends,
} from '../../src/sdp/index.ts';
import type { Host } from '../host.ts';

/** A stream beside a phone's audio: a camera and a screen, or a keyboard and a display. */
export interface PictureOptions {
  readonly kind: 'video' | 'text';
  /** Its formats by the numbers it gives them: `97 H264/90000 profile-level-id=42e01f`. */
  readonly formats: readonly string[];
  /** What it says besides: `b=AS:512`, `a=rtcp-fb:* nack pli`. */
  readonly lines?: readonly string[];
  /** False: it is not offered, nor taken, until it is switched on. */
  readonly on?: boolean;
  /** It answers with its own numbers, not with those of the offer (RFC 3264 §6.1 lets it). */
  readonly ownNumbers?: boolean;
}

/** A packet that was sent or came. */
export interface Shown {
  readonly payload: number;
  readonly marker: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  /** Hex. */
  readonly content: string;
}

/** Feedback that came (RFC 4585): the control information after both SSRCs, hex. */
export interface Told {
  readonly type: number;
  readonly count: number;
  readonly sender: number;
  readonly media: number;
  readonly fci: string;
}

const INTERVAL = 100;
const FIRST_PORT = 24_000;
const HEADER = 12;
/** As many octets as an Ethernet frame has room for, once in each picture. */
const LARGE = 1500 - HEADER - 28;

/** Fake pictures both ways: two packets ten times a second, the second with the marker. */
export class Picture {
  readonly options: PictureOptions;
  readonly sent: Shown[] = [];
  readonly received: Shown[] = [];
  readonly told: Told[] = [];
  /** Packets with a number that was not agreed, or that nobody can read. */
  strangers = 0;
  on: boolean;
  wish: Direction = 'sendrecv';
  /** As agreed; undefined: refused. */
  direction: Direction | undefined;
  /** What the peer last said of it. */
  peer: Media | undefined;
  readonly #kernel: Kernel;
  readonly #crypto: LocalCrypto;
  readonly #protection = new Protection();
  readonly #ssrc: number;
  readonly #header = newHeader();
  #rtp: UdpSocket;
  #rtcp: UdpSocket;
  #sequence: number;
  #timestamp: number;
  #frame = 0;
  #tick: Timer | undefined;
  #send: { readonly number: number; readonly address: string; readonly port: number } | undefined;
  #taken: readonly string[] = [];

  constructor(host: Host, options: PictureOptions, crypto: LocalCrypto) {
    this.options = options;
    this.on = options.on ?? true;
    this.#kernel = host.kernel;
    this.#crypto = crypto;
    [this.#rtp, this.#rtcp] = this.#bind(host);
    this.#ssrc = this.#kernel.random(2 ** 32);
    this.#sequence = this.#kernel.random(2 ** 16);
    this.#timestamp = this.#kernel.random(2 ** 32);
  }

  get ssrc(): number {
    return this.#ssrc;
  }

  offer(slot: Media | undefined): readonly Line[] {
    const live = slot?.port === 0 ? undefined : slot;
    const secure = this.#crypto.policy === 'required' ? 'S' : '';
    return this.#section(`RTP/${secure}AVPF`, this.options.formats, this.wish, offeredCrypto(this.#crypto, live));
  }

  /** undefined: refused. */
  answer(theirs: Media): readonly Line[] | undefined {
    if (!this.on) return undefined;
    const common = this.options.formats.flatMap((format) => {
      const theirNumber = numberIn(theirs, encodingOf(format));
      const [own, ...rest] = format.split(' ');
      return theirNumber === undefined
        ? []
        : [[this.options.ownNumbers === true ? own : theirNumber, ...rest].join(' ')];
    });
    if (common.length === 0) return undefined;
    const crypto = answeredCrypto(this.#crypto, theirs);
    const direction = meet(reverse(theirs.direction), this.wish);
    return this.#section(theirs.protocol, common, direction, crypto === undefined ? [] : [crypto.line]);
  }

  agree(ours: Media | undefined, theirs: Media | undefined, offerer: 'us' | 'peer'): void {
    const refused = ours === undefined || theirs === undefined || ours.port === 0 || theirs.port === 0;
    this.peer = theirs;
    this.direction = refused ? undefined : meet(ours.direction, reverse(theirs.direction));
    this.#taken = ours?.formats ?? [];
    if (refused || this.direction === undefined || !sends(this.direction)) {
      this.#send = undefined;
      if (!refused) this.#protect(ours, theirs, offerer);
      return this.#stop();
    }
    this.#protect(ours, theirs, offerer);
    const number = Number(this.options.formats.flatMap((format) => numberIn(theirs, encodingOf(format)) ?? [])[0]);
    this.#send = { number, address: theirs.connection?.address ?? '', port: theirs.port };
    this.#start();
  }

  /** Says something about what comes, as RTCP; `fci` hex, `media` the SSRC it is about. */
  tell(type: number, count: number, media: number, fci: string): void {
    if (this.#send === undefined && this.peer === undefined) return;
    const words = `${this.#ssrc.toString(16).padStart(8, '0')}${media.toString(16).padStart(8, '0')}${fci}`;
    const body = octets(words);
    const report: RtcpPacket = { kind: 'rr', ssrc: this.#ssrc, reports: [] };
    const compound = printRtcp([report, { kind: 'other', type, count, body }]);
    const address = this.peer?.connection?.address ?? '';
    this.#rtcp.send(this.#protection.sealReport(compound), address, (this.peer?.port ?? 0) + 1);
  }

  close(): void {
    this.#stop();
    this.#rtp.close();
    this.#rtcp.close();
  }

  #protect(ours: Media, theirs: Media, offerer: 'us' | 'peer'): void {
    const agreed = offerer === 'us' ? readCryptoAnswer(ours, theirs) : answeredCrypto(this.#crypto, theirs)?.agreed;
    this.#protection.agree(agreed);
  }

  #section(
    protocol: string,
    formats: readonly string[],
    direction: Direction,
    crypto: readonly Line[],
  ): readonly Line[] {
    const numbers = formats.map((format) => format.split(' ')[0]);
    const attributes = formats.flatMap((format) => {
      const [number = '', map = '', ...parameters] = format.split(' ');
      return [`rtpmap:${number} ${map}`, ...(parameters.length > 0 ? [`fmtp:${number} ${parameters.join(' ')}`] : [])];
    });
    const said = (this.options.lines ?? []).map((line) => ({ type: line.charAt(0), value: line.slice(2) }));
    const a = (value: string): Line => ({ type: 'a', value });
    return [
      { type: 'm', value: [this.options.kind, this.#rtp.local.port, protocol, ...numbers].join(' ') },
      ...said.filter(({ type }) => type !== 'a'),
      ...attributes.map(a),
      ...said.filter(({ type }) => type === 'a'),
      ...crypto,
      a(direction),
    ];
  }

  #bind(host: Host): [UdpSocket, UdpSocket] {
    for (let port = FIRST_PORT; ; port += 2) {
      const rtp = host.socket(port, (bytes) => this.#packet(bytes));
      const rtcp = rtp && host.socket(port + 1, (bytes) => this.#feedback(bytes));
      if (rtp !== undefined && rtcp !== undefined) return [rtp, rtcp];
      rtp?.close();
    }
  }

  #start(): void {
    if (this.#tick !== undefined) return;
    const next = (): void => {
      this.#tick = this.#kernel.scene.after(INTERVAL, next);
      this.#frame += 1;
      this.#timestamp = (this.#timestamp + 9000) >>> 0;
      this.#put(LARGE, false);
      this.#put(40, true);
    };
    this.#tick = this.#kernel.scene.after(INTERVAL, next);
  }

  #stop(): void {
    this.#tick?.cancel();
    this.#tick = undefined;
  }

  #put(length: number, marker: boolean): void {
    const to = this.#send;
    if (to === undefined) return;
    const bytes = new Uint8Array(HEADER + length).fill(this.#frame & 0xff, HEADER);
    bytes.set([this.#frame >> 8, this.#frame & 0xff, marker ? 1 : 0, this.#ssrc & 0xff], HEADER);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    writeHeader(bytes, marker, to.number, this.#sequence, this.#timestamp, this.#ssrc);
    this.sent.push(shown(bytes, this.#header));
    const sealed = this.#protection.seal(bytes);
    if (sealed !== undefined) this.#rtp.send(sealed, to.address, to.port);
  }

  #packet(datagram: Uint8Array): void {
    const bytes = this.#protection.open(datagram);
    if (bytes === undefined || !readHeader(bytes, this.#header)) {
      this.strangers += 1;
      return;
    }
    const agreed = this.direction !== undefined && receives(this.direction);
    if (agreed && this.#taken.includes(String(this.#header.payload))) this.received.push(shown(bytes, this.#header));
    else this.strangers += 1;
  }

  #feedback(datagram: Uint8Array): void {
    const bytes = this.#protection.openReport(datagram);
    const packets = bytes === undefined ? [] : parseRtcp(bytes);
    if ('malformed' in packets) return;
    for (const packet of packets) {
      if (packet.kind !== 'other') continue;
      const view = new DataView(packet.body.buffer, packet.body.byteOffset, packet.body.byteLength);
      const { type, count } = packet;
      this.told.push({
        type,
        count,
        sender: view.getUint32(0),
        media: view.getUint32(4),
        fci: hexOf(packet.body.subarray(8)),
      });
    }
  }
}

function shown(bytes: Uint8Array, header: ReturnType<typeof newHeader>): Shown {
  readHeader(bytes, header);
  const { payload, marker, sequence, timestamp, ssrc, payloadAt, payloadEnd } = header;
  return { payload, marker, sequence, timestamp, ssrc, content: hexOf(bytes.subarray(payloadAt, payloadEnd)) };
}

function encodingOf(format: string): string {
  return format.split(' ')[1] ?? '';
}

function numberIn(theirs: Media, encoding: string): string | undefined {
  for (const [number, { encoding: name, clock }] of theirs.rtpmap)
    if (`${name}/${clock}`.toLowerCase() === encoding.toLowerCase() && theirs.formats.includes(number)) return number;
  return undefined;
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((octet) => octet.toString(16).padStart(2, '0')).join('');
}

function octets(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (octet) => Number.parseInt(octet, 16));
}
