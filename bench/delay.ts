/**
 * How long a sound is under way through a call whose legs speak different codecs, alone and while 50 other calls are transcoded by the
 * same media thread: from the packet in which it begins to the packet in which it is heard to begin, over loopback.
 * `node bench/delay.ts [sounds]` prints rows as JSON.
 */
import { OpusWasm } from '../src/codec/index.ts';
import { createLiveKernel } from '../src/node/clock.ts';
import { startMediaWorkers } from '../src/node/media/engine.ts';
import { loadOpus } from '../src/node/media/opus.ts';
import { crowd } from './crowd.ts';
import { type Row, tell } from './measure.ts';
import { type Delays, delays, phoneOn } from './pulse.ts';
import type { Spoken } from './speech.ts';

const OTHERS = 50;
const MOST = 60;
/** Seconds that one sound takes, with the silence around it. */
const EACH = 0.4;
const PAIRS: readonly (readonly [Spoken, Spoken])[] = [
  ['PCMU', 'opus'],
  ['opus', 'G722'],
  ['G722', 'PCMA'],
  ['opus', 'PCMA'],
];
const sounds = Number(process.argv[2] ?? 40);
const opus = new OpusWasm(loadOpus());

const { engine } = await startMediaWorkers({
  kernel: createLiveKernel({ onFault: ({ error }) => console.error(error) }),
  count: 1,
  addresses: ['127.0.0.1'],
  ports: undefined,
  sounds: [],
  poolSize: OTHERS * 2 + 20,
});

// What is not compiled yet is late.
for (const [from, to] of PAIRS) await between(from, to, 5);
const alone: Delays[] = [];
for (const [from, to] of PAIRS) alone.push(await between(from, to, sounds));
const others = await crowd(engine, OTHERS * 2, ['PCMU', 'opus'], opus);
for (const [at, session] of others.sessions.entries())
  session.hear({ kind: 'session', session: others.sessions[at ^ 1]?.id ?? '' });
await others.speak(2);
const rows: Row[] = [];
for (const [at, [from, to]] of PAIRS.entries()) {
  const talk = others.speak(sounds * EACH);
  const loaded = await between(from, to, sounds);
  const { sent, heard } = await talk;
  const quiet = alone[at];
  if (quiet !== undefined) rows.push(row(from, to, quiet, loaded, heard / sent));
}
tell(rows);
process.exit(0);

async function between(from: Spoken, to: Spoken, times: number): Promise<Delays> {
  const [talker, hearer] = [await phoneOn(engine, from), await phoneOn(engine, to)];
  hearer.session.hear({ kind: 'session', session: talker.session.id });
  const taken = await delays(talker, hearer, times, opus);
  for (const { socket, session } of [talker, hearer]) {
    session.release();
    socket.close();
  }
  return taken;
}

function row(from: Spoken, to: Spoken, quiet: Delays, loaded: Delays, through: number): Row {
  const said = ({ p50, p90 }: Delays): string => `${p50.toFixed(0)} ms, p90 ${p90.toFixed(0)}`;
  return {
    operation: `delay through a call, ${from} to ${to}`,
    measured: `${said(quiet)}; beside ${OTHERS} transcoded calls ${said(loaded)}`,
    beside: `${quiet.heard} and ${loaded.heard} of ${sounds} sounds heard; the others lost ${(Math.max(0, 1 - through) * 100).toFixed(1)} %`,
    atMost: `≤ ${MOST} ms`,
    holds: quiet.p50 <= MOST && loaded.p50 <= MOST,
  };
}
