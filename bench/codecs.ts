/**
 * What transcoding costs: both ways of a call between a codec and G.711, from packet to packet. `node bench/codecs.ts` prints rows
 * as JSON.
 */
import { type CodecName, OpusWasm } from '../src/codec/index.ts';
import { newHeader } from '../src/rtp/index.ts';
import { DecodedVoice } from '../src/media/voice/voice.ts';
import { SessionMouth } from '../src/media/voice/mouth.ts';
import type { Session } from '../src/media/session.ts';
import { loadOpus } from '../src/node/media/opus.ts';
import { cpuOf, type Row, tell } from './measure.ts';
import { HEADER, speech } from './speech.ts';

const FRAME_MS = 20;
const opus = new OpusWasm(loadOpus());

/** A leg that hears: what its mouth needs of a session, and nothing behind it. */
function listener(codec: CodecName): SessionMouth {
  const session = {
    end: { send: { payload: 0, codec }, ptime: FRAME_MS },
    latch: { target: { address: '192.0.2.1', port: 9 } },
    stream: { ssrc: 1, sequence: 0, timestamp: 0, sentAt: 0, span: 0, perMs: 8, fresh: false, packets: 0, octets: 0 },
    keying: { holds: false },
    host: { opus: () => opus },
    send: () => undefined,
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the part of a session that a mouth touches
  return new SessionMouth(session as unknown as Session);
}

/** One direction, frame by frame. */
function direction(from: CodecName, to: CodecName): () => void {
  const all = speech(from, 500, opus);
  const mouth = listener(to);
  let now = 0;
  const voice = new DecodedVoice({ now: () => now, opus: () => opus });
  const reader = voice.reader(to === 'PCMU' ? 8000 : 16_000, () => undefined);
  const units = FRAME_MS * (from === 'opus' ? 48 : 8);
  const header = newHeader();
  let at = 0;
  return () => {
    const bytes = all[at % all.length] ?? new Uint8Array(0);
    Object.assign(header, {
      ssrc: 1,
      sequence: at & 0xffff,
      timestamp: (at * units) >>> 0,
      payloadAt: HEADER,
      payloadEnd: bytes.length,
    });
    at += 1;
    now = at * FRAME_MS;
    voice.take(from, bytes, header, now);
    const frame = reader.frame(at);
    mouth.say(frame.pcm, frame.rate, now);
  };
}

function row(codec: CodecName, name: string, asked: string): Row {
  const [there, back] = [direction(codec, 'PCMU'), direction('PCMU', codec)];
  const us = cpuOf(() => {
    there();
    back();
  });
  const calls = Math.floor((FRAME_MS * 1000) / us);
  return {
    operation: `${name} ↔ G.711, calls a core (20 ms, both ways)`,
    measured: `${calls}`,
    atMost: asked,
    beside: `${us.toFixed(0)} µs a call each 20 ms`,
  };
}

tell([row('G722', 'G.722', ''), row('opus', 'Opus', '≥ 60')]);
