import { latin1 } from '../../kernel/index.ts';

/** What a stream carries: whole messages, pings between them, or octets that are no SIP. */
export type Frame =
  | { readonly kind: 'message'; readonly bytes: Uint8Array }
  /** Two CRLF between messages (RFC 5626 §4.4.1). */
  | { readonly kind: 'ping' }
  /** Nothing that follows can be told apart any more: the stream is to be closed. */
  | { readonly kind: 'garbage'; readonly why: string };

/** The most octets of a message, as in a datagram. */
export const MAX_MESSAGE = 65_535;
/** The most octets of a start line with its header lines. */
export const MAX_HEAD = 32_768;
export const MAX_START_LINE = 8192;

const CR = 13;
const LF = 10;
const EMPTY = new Uint8Array(0);
const PING: Frame = { kind: 'ping' };

/**
 * Cuts a stream into messages by their Content-Length (RFC 3261 §18.3). What comes out depends on the octets alone, not on
 * how they were split on the way. Holds at most one message that is not whole yet.
 */
export class Framing {
  #buffer: Uint8Array = EMPTY;
  #from = 0;
  #to = 0;
  /** Octets from #from in which no empty line begins. */
  #searched = 0;
  #startLine = false;
  /** The octets of the message at #from; 0: its head is not whole yet. */
  #size = 0;
  /** CRLFs since the last message or ping. */
  #breaks = 0;
  #garbage = false;

  /** Octets of something that is not whole are held. */
  get begun(): boolean {
    return this.#to > this.#from;
  }

  push(bytes: Uint8Array): readonly Frame[] {
    const frames: Frame[] = [];
    if (this.#garbage) return frames;
    this.#append(bytes);
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame);
    this.#release();
    return frames;
  }

  #next(): Frame | undefined {
    if (this.#garbage) return undefined;
    if (this.#size === 0) {
      if (this.#skipBreaks()) return PING;
      const why = this.begun ? this.#readHead() : undefined;
      if (why !== undefined) return this.#spoilt(why);
    }
    if (this.#size === 0 || this.#to - this.#from < this.#size) return undefined;
    const bytes = this.#buffer.slice(this.#from, this.#from + this.#size);
    this.#consume(this.#size);
    return { kind: 'message', bytes };
  }

  /** Line ends before a message mean nothing (§7.5), but two of them are a ping. True: that was one. */
  #skipBreaks(): boolean {
    while (this.#to - this.#from >= 2 && this.#buffer[this.#from] === CR && this.#buffer[this.#from + 1] === LF) {
      this.#consume(2);
      this.#breaks += 1;
      if (this.#breaks === 2) {
        this.#breaks = 0;
        return true;
      }
    }
    return false;
  }

  /** Finds out how long the message is, as soon as its head is whole. Why it can be none, else. */
  #readHead(): string | undefined {
    const held = this.#to - this.#from;
    const first = this.#buffer[this.#from] ?? 0;
    if (first === CR && held === 1) return undefined;
    if (first <= 32 || first >= 127) return 'no SIP message';
    this.#breaks = 0;
    const why = this.#startLine ? undefined : this.#readStartLine();
    if (why !== undefined) return why;
    const end = blankLine(this.#buffer, this.#from + Math.max(0, this.#searched - 3), this.#to) - this.#from;
    if (end > MAX_HEAD || (end < 0 && held > MAX_HEAD)) return `a head of more than ${MAX_HEAD} octets`;
    this.#searched = held;
    return end < 0 ? undefined : this.#measure(end);
  }

  #readStartLine(): string | undefined {
    const end = lineEnd(this.#buffer, this.#from, this.#to) - this.#from;
    const held = this.#to - this.#from;
    if (end > MAX_START_LINE || (end < 0 && held > MAX_START_LINE)) return 'a start line without end';
    if (end < 0) return undefined;
    if (!/^SIP\/|\sSIP\/\d+\.\d+\s*$/i.test(latin1(this.#buffer, this.#from, this.#from + end)))
      return 'no SIP message';
    this.#startLine = true;
    return undefined;
  }

  /** §20.14: over a stream the header must be there. */
  #measure(end: number): string | undefined {
    const lengths = contentLengths(latin1(this.#buffer, this.#from, this.#from + end));
    const [text] = lengths;
    if (text === undefined) return 'a message without Content-Length';
    if (lengths.length > 1 || !/^\d{1,9}$/.test(text)) return 'a Content-Length that says nothing';
    const size = end + Number(text);
    if (size > MAX_MESSAGE) return `a message of ${size} octets`;
    this.#size = size;
    return undefined;
  }

  #spoilt(why: string): Frame {
    this.#garbage = true;
    this.#from = this.#to;
    return { kind: 'garbage', why };
  }

  #consume(octets: number): void {
    this.#from += octets;
    this.#size = 0;
    this.#searched = 0;
    this.#startLine = false;
  }

  #append(bytes: Uint8Array): void {
    const held = this.#to - this.#from;
    if (this.#to + bytes.length > this.#buffer.length) {
      const needed = held + bytes.length;
      const target = needed > this.#buffer.length ? new Uint8Array(Math.max(1024, needed * 2)) : this.#buffer;
      target.set(this.#buffer.subarray(this.#from, this.#to));
      this.#buffer = target;
      this.#from = 0;
      this.#to = held;
    }
    this.#buffer.set(bytes, this.#to);
    this.#to += bytes.length;
  }

  /** A thousand idle connections hold nothing. */
  #release(): void {
    if (this.begun) return;
    this.#buffer = EMPTY;
    this.#from = 0;
    this.#to = 0;
  }
}

/** Behind the CRLF CRLF that ends a head; -1: it is not there. */
function blankLine(buffer: Uint8Array, from: number, to: number): number {
  for (let at = lineEnd(buffer, from, to); at >= 0; at = lineEnd(buffer, at + 2, to)) {
    if (at + 4 <= to && buffer[at + 2] === CR && buffer[at + 3] === LF) return at + 4;
  }
  return -1;
}

/** Where the next CRLF begins; -1: there is none. */
function lineEnd(buffer: Uint8Array, from: number, to: number): number {
  for (let at = buffer.indexOf(CR, from); at >= 0 && at + 1 < to; at = buffer.indexOf(CR, at + 1)) {
    if (buffer[at + 1] === LF) return at;
  }
  return -1;
}

/** Each Content-Length (or `l`) of a head, trimmed; a folded line is one (§7.3.1). */
function contentLengths(head: string): readonly string[] {
  const values = head.matchAll(/\r\n(?:content-length|l)[ \t]*:((?:[^\r]|\r\n[ \t])*)/gi);
  return Array.from(values, ([, value = '']) => value.trim());
}
