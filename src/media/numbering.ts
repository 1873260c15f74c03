import { sequenceAhead } from '../rtp/index.ts';

/** Source numbers from `source` on leave `offset` higher, as `out` and on. */
interface Segment {
  readonly ssrc: number;
  source: number;
  out: number;
  offset: number;
}

/** Changes of the offset that are remembered. */
const MOST = 64;
/** So far back a number is still known: less than half of all numbers, so that none means two packets. */
const REACH = 8192;

/** Which sequence number a source's packet left with, and which packet a number that left stands for. */
export class Numbering {
  #segments: Segment[] = [];

  /** A source begins: its packet `source` leaves as `out`. */
  begin(ssrc: number, source: number, out: number): void {
    this.#push({ ssrc, source, out, offset: (out - source) & 0xffff });
  }

  /** The source's newest packet is not passed on: what follows it moves up, so that no hole is left. */
  skip(source: number): void {
    const last = this.#segments.at(-1);
    if (last === undefined) return;
    const next = (source + 1) & 0xffff;
    const out = (source + last.offset) & 0xffff;
    const offset = (last.offset - 1) & 0xffff;
    if (last.source === source) Object.assign(last, { source: next, out, offset });
    else this.#push({ ssrc: last.ssrc, source: next, out, offset });
  }

  /** The number that a packet of the current source leaves with; undefined: it lies too far back, or was not passed on. */
  outOf(source: number): number | undefined {
    const { ssrc } = this.#segments.at(-1) ?? {};
    for (let at = this.#segments.length - 1; at >= 0; at -= 1) {
      const segment = this.#segments[at];
      if (segment === undefined || segment.ssrc !== ssrc) return undefined;
      if (sequenceAhead(segment.source, source) < 0) continue;
      const out = (source + segment.offset) & 0xffff;
      const next = this.#segments[at + 1];
      return next !== undefined && sequenceAhead(out, next.out) <= 0 ? undefined : out;
    }
    return undefined;
  }

  /** The current source's packet that left as `out`; undefined: it was another source's, or lies too far back. */
  sourceOf(out: number): number | undefined {
    const { ssrc } = this.#segments.at(-1) ?? {};
    const segment = this.#segments.findLast((one) => sequenceAhead(one.out, out) >= 0);
    return segment === undefined || segment.ssrc !== ssrc ? undefined : (out - segment.offset) & 0xffff;
  }

  /** The newest packet of the source is this one: what lies far behind is forgotten. */
  reached(source: number): void {
    const last = this.#segments.at(-1);
    if (last === undefined || sequenceAhead(last.source, source) <= 2 * REACH) return;
    const by = sequenceAhead(last.source, source) - REACH;
    last.source = (last.source + by) & 0xffff;
    last.out = (last.out + by) & 0xffff;
    this.#segments = [last];
  }

  #push(segment: Segment): void {
    this.#segments = this.#segments.filter(({ out }) => within(out, segment.out)).slice(1 - MOST);
    this.#segments.push(segment);
  }
}

function within(older: number, newer: number): boolean {
  const ahead = sequenceAhead(older, newer);
  return ahead >= 0 && ahead <= REACH;
}
