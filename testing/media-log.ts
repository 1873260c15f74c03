import type { Sighting } from './network.ts';
import { dominant } from './ear.ts';
import { samplesOf } from './g711.ts';
import type { Rung } from './ladder.ts';

/** A pause longer than this begins a new stretch, milliseconds. */
const PAUSE = 300;
/** Audio looked at together, in packets. */
const WINDOW = 10;
/** Beyond this many packets a world keeps no more audio for its ladder. */
const KEPT = 200_000;

interface Packet {
  readonly at: number;
  readonly payloadType: number;
  readonly payload: Uint8Array;
}

interface Stream {
  readonly from: string;
  readonly to: string;
  readonly packets: Packet[];
}

/** Sums up RTP for the ladder: a line for each stretch of one sound ("RTP 425 Hz 2.4 s"). */
export class MediaLog {
  readonly #streams = new Map<string, Stream>();
  #kept = 0;

  record({ at, datagram, sender, receiver }: Sighting): void {
    const { from, to, bytes } = datagram;
    if (bytes.length < 12 || this.#kept >= KEPT) return;
    const key = `${from.address}:${from.port} ${to.address}:${to.port}`;
    const stream = this.#streams.get(key) ?? { from: sender.name, to: receiver?.name ?? '?', packets: [] };
    this.#streams.set(key, stream);
    stream.packets.push({ at, payloadType: (bytes[1] ?? 0) & 0x7f, payload: new Uint8Array(bytes.subarray(12)) });
    this.#kept += 1;
  }

  rungs(): readonly Rung[] {
    return [...this.#streams.values()].flatMap(stretches);
  }
}

interface Stretch {
  readonly at: number;
  until: number;
  readonly sound: string;
}

function stretches({ from, to, packets }: Stream): readonly Rung[] {
  const found: Stretch[] = [];
  for (let start = 0; start < packets.length; start += WINDOW) {
    const window = packets.slice(start, start + WINDOW);
    const at = window[0]?.at ?? 0;
    const until = (window.at(-1)?.at ?? at) + 20;
    const last = found.at(-1);
    const sound = name(window, last?.sound);
    if (last !== undefined && last.sound === sound && at - last.until < PAUSE) last.until = until;
    else found.push({ at, until, sound });
  }
  return found.map((stretch) => ({
    at: stretch.at,
    from,
    to,
    label: `RTP ${stretch.sound} ${((stretch.until - stretch.at) / 1000).toFixed(1)} s`,
    mark: 'media',
  }));
}

function name(window: readonly Packet[], hint: string | undefined): string {
  const heard = window.flatMap(({ payload, payloadType }) => [...(samplesOf(payloadType, payload) ?? [])]);
  return heard.length === 0 ? `payload ${window[0]?.payloadType}` : dominant(Int16Array.from(heard), hint);
}
