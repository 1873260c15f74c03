import assert from 'node:assert/strict';
import { test } from 'node:test';
import { octetsOf, wavHeader } from '../codec/index.ts';
import { digitPackets, newHeader, readHeader, type RtpHeader, writeEvent, writeHeader } from '../rtp/index.ts';
import type { MediaEngine, MediaSession, SessionEvent } from './engine.ts';
import type { Address, PayloadMap, RtpEnd, SessionStats } from './protocol.ts';

/** A media engine among phones: what each implementation of the port hands to the contract. */
export interface MediaBench {
  readonly engine: MediaEngine;
  /** A local address of the engine. */
  readonly address: string;
  /** Runs one step of signalling. */
  step(act: () => void): void;
  /** A socket of a phone's. */
  phone(): Promise<BenchPhone>;
  /** Lets the world go on until the condition holds; rejects when it does not come to hold. */
  until(holds: () => boolean): Promise<void>;
  stop(): Promise<void>;
}

export interface BenchPhone {
  readonly local: Address;
  /** Datagrams that came, in order. */
  readonly received: readonly Uint8Array[];
  send(bytes: Uint8Array, to: Address): void;
}

const PCMU: PayloadMap = { payload: 0, codec: 'PCMU' };
const PCMA: PayloadMap = { payload: 8, codec: 'PCMA' };
const FRAME = 160;
/** Zero in µ-law; A-law's smallest value; and µ-law's for that (ITU-T G.711 tables 3 and 4: 0 → 1, 1 → 1). */
const MU_ZERO = 0xff;
const A_ONE = 0xd5;
const MU_ONE = 0xfe;

/** The sounds that the engine under test must find, as WAV files. */
export function contractSounds(): ReadonlyMap<string, Uint8Array> {
  return new Map([
    ['contract/rise', wav(rise())],
    ['contract/fall', wav(rise().toReversed())],
    ['music/loop', wav(rise())],
  ]);
}

/** PCMU octets of `contract/rise`: two and a half frames that are each other's successor, so that a lost one shows. */
function rise(): number[] {
  return Array.from({ length: FRAME * 2.5 }, (_, at) => 0x80 + (at % 100));
}

/** µ-law to linear (ITU-T G.711): sign, three bits of chord, four of step. */
function linear(octet: number): number {
  const inverted = ~octet & 0xff;
  const magnitude = ((((inverted & 0x0f) << 3) + 0x84) << ((inverted >> 4) & 7)) - 0x84;
  return (inverted & 0x80) === 0 ? magnitude : -magnitude;
}

/** A mono WAV of 16-bit samples at 8 kHz that encodes to these PCMU octets. */
function wav(octets: readonly number[]): Uint8Array {
  const content = octetsOf(Int16Array.from(octets, linear));
  return Uint8Array.of(...wavHeader('PCM16', 8000, content.length), ...content);
}

interface Leg {
  readonly session: MediaSession;
  readonly phone: BenchPhone;
  readonly events: SessionEvent[];
  /** What the phone got, headers read. */
  heard(): readonly Heard[];
  /** Sends packets that follow each other, as a phone's stream. */
  say(count: number, payload?: number, octet?: number): void;
}

interface Heard extends RtpHeader {
  readonly octets: Uint8Array;
}

function read(bytes: Uint8Array): Heard {
  const header = newHeader();
  assert.ok(readHeader(bytes, header));
  return { ...header, octets: bytes.slice(header.payloadAt, header.payloadEnd) };
}

function rtpPacket(octets: Uint8Array, payload: number, sequence: number, timestamp: number, ssrc: number): Uint8Array {
  const bytes = new Uint8Array(12 + octets.length);
  writeHeader(bytes, false, payload, sequence & 0xffff, timestamp >>> 0, ssrc);
  bytes.set(octets, 12);
  return bytes;
}

function endOf(remote: Address | undefined, send: PayloadMap, epoch = 1): RtpEnd {
  return { remote, send, receive: [PCMU, PCMA], events: { send: 101, receive: 101 }, ptime: 20, latch: true, epoch };
}

async function leg(bench: MediaBench, send: PayloadMap = PCMU): Promise<Leg> {
  const phone = await bench.phone();
  const events: SessionEvent[] = [];
  const session = bench.engine.session(bench.address, (event) => events.push(event));
  assert.ok(session);
  await set(bench, () => session.connect(endOf(phone.local, send)));
  const ssrc = 0x1000 + phone.local.port;
  let sequence = 65_533;
  return {
    session,
    phone,
    events,
    heard: () => phone.received.map(read),
    say: (count, payload = 0, octet = MU_ZERO) => {
      for (let left = count; left > 0; left -= 1) {
        sequence += 1;
        phone.send(
          rtpPacket(new Uint8Array(FRAME).fill(octet), payload, sequence, sequence * FRAME, ssrc),
          session.local,
        );
      }
    },
  };
}

/** A step of signalling, in force when this resolves: what comes later on the same way is answered later. */
async function set(bench: MediaBench, act: () => void): Promise<void> {
  bench.step(act);
  let probe: MediaSession | undefined;
  await bench.until(() => {
    probe ??= bench.engine.session(bench.address, () => undefined);
    return probe !== undefined;
  });
  probe?.release();
  await bench.until(() => bench.engine.census().leased === bench.engine.census().sessions);
}

/** Everything a phone got is one stream: one source, no gap, no step back in time. */
function assertOneStream(heard: readonly Heard[]): void {
  for (const [at, packet] of heard.entries()) {
    const before = heard[at - 1];
    if (before === undefined) continue;
    assert.equal(packet.ssrc, before.ssrc, 'one SSRC');
    assert.equal(packet.sequence, (before.sequence + 1) & 0xffff, 'unbroken sequence');
    assert.ok(((packet.timestamp - before.timestamp) | 0) >= before.octets.length, 'timestamps go forward');
  }
}

function join(heard: readonly Heard[]): number[] {
  return heard.flatMap(({ octets }) => [...octets]);
}

/** What every {@link MediaEngine} does. `make` starts one that knows {@link contractSounds}. */
export function mediaEngineContract(name: string, make: () => Promise<MediaBench>): void {
  const story = (what: string, play: (bench: MediaBench) => Promise<void>): void => {
    test(`${name}: ${what}`, async () => {
      const bench = await make();
      try {
        await play(bench);
      } finally {
        await bench.stop();
      }
    });
  };

  story('a session has an even port of its own until it is released', async (bench) => {
    const one = bench.engine.session(bench.address, () => undefined);
    const other = bench.engine.session(bench.address, () => undefined);
    assert.ok(one && other);
    assert.equal(one.local.address, bench.address);
    assert.equal(one.local.port % 2, 0);
    assert.notEqual(one.local.port, other.local.port);
    assert.deepEqual(bench.engine.census(), { sessions: 2, leased: 2 });
    one.release();
    one.release();
    other.release();
    await bench.until(() => bench.engine.census().leased === 0);
    assert.equal(bench.engine.census().sessions, 0);
    assert.equal(
      bench.engine.session('192.0.2.77', () => undefined),
      undefined,
      'not an address of ours',
    );
  });

  story('relays the payload untouched, under a header of the hearing leg', async (bench) => {
    const [alice, bob] = [await leg(bench), await leg(bench, { payload: 96, codec: 'PCMU' })];
    await set(bench, () => bob.session.hear({ kind: 'session', session: alice.session.id }));
    alice.say(6, 0, 0x42);
    await bench.until(() => bob.phone.received.length === 6);
    const heard = bob.heard();
    assertOneStream(heard);
    assert.deepEqual(new Set(join(heard)), new Set([0x42]));
    assert.deepEqual(new Set(heard.map(({ payload }) => payload)), new Set([96]));
    assert.deepEqual(
      heard.map(({ marker }) => marker),
      [true, false, false, false, false, false],
    );
    assert.notEqual(heard[0]?.ssrc, 0x1000 + alice.phone.local.port, 'an SSRC of its own');
    assert.equal(alice.phone.received.length, 0);
  });

  story('transcodes between the two laws of G.711', async (bench) => {
    const [alice, bob] = [await leg(bench, PCMU), await leg(bench, PCMA)];
    await set(bench, () => bob.session.hear({ kind: 'session', session: alice.session.id }));
    await set(bench, () => alice.session.hear({ kind: 'session', session: bob.session.id }));
    alice.say(3, 0, MU_ZERO);
    bob.say(3, 8, A_ONE);
    await bench.until(() => bob.phone.received.length === 3 && alice.phone.received.length === 3);
    assert.deepEqual(new Set(join(bob.heard())), new Set([A_ONE]));
    assert.deepEqual(new Set(join(alice.heard())), new Set([MU_ONE]));
  });

  story('plays files from the first sample to the last without a gap, then says so once', async (bench) => {
    const alice = await leg(bench);
    alice.say(1);
    await set(bench, () =>
      alice.session.hear({ kind: 'file', files: ['contract/rise', 'contract/fall'], token: 't1' }),
    );
    await bench.until(() => alice.events.some(({ event }) => event === 'played'));
    const heard = alice.heard();
    assertOneStream(heard);
    assert.deepEqual(join(heard), [...rise(), ...rise().toReversed()]);
    assert.deepEqual(
      heard.map(({ marker }) => marker),
      [true, false, false, false, false],
    );
    for (const [at, { timestamp }] of heard.entries())
      assert.equal((timestamp - (heard[0]?.timestamp ?? 0)) >>> 0, at * FRAME);
    assert.deepEqual(alice.events, [{ event: 'played', token: 't1' }]);
  });

  story('whoever asks is told what a session is like now; also of one that is over', async (bench) => {
    const [alice, bob] = [await leg(bench), await leg(bench)];
    await set(bench, () => bob.session.hear({ kind: 'session', session: alice.session.id }));
    alice.say(5);
    await bench.until(() => bob.phone.received.length === 5);
    const told = new Array<SessionStats | undefined>();
    const ask = ({ session }: Leg): void => session.measure((stats) => void told.push(stats));
    bench.step(() => {
      ask(alice);
      ask(alice);
      ask(bob);
    });
    assert.equal(told.length, 0, 'not before the step is over');
    await bench.until(() => told.length === 3);
    assert.deepEqual(told[0], told[1]);
    const [first, , last] = told;
    assert.deepEqual([first?.packetsIn, first?.quality?.codec, first?.quality?.received.packets], [5, 'PCMU', 5]);
    assert.deepEqual([last?.packetsOut, last?.quality], [5, undefined]);
    bench.step(() => {
      ask(alice);
      alice.session.release();
      ask(alice);
    });
    await bench.until(() => told.length === 5);
    const both = [told[3], told[4]].map((stats) => stats?.packetsIn ?? 0);
    assert.ok(both.includes(5) && both.includes(0), 'before it was over, and after');
  });

  story('a missing file is told, and counts as played', async (bench) => {
    const alice = await leg(bench);
    alice.say(1);
    await set(bench, () =>
      alice.session.hear({ kind: 'file', files: ['contract/none', 'contract/rise'], token: 't2' }),
    );
    await bench.until(() => alice.events.some(({ event }) => event === 'played'));
    assert.deepEqual(
      alice.events.map(({ event }) => event),
      ['failed', 'played'],
    );
    assert.deepEqual(join(alice.heard()).slice(0, rise().length), rise());
  });

  story('whatever the source, one stream leaves: prompt, peer, tone, music, echo', async (bench) => {
    const [alice, bob] = [await leg(bench), await leg(bench)];
    const heardMore = (by: number): (() => boolean) => {
      const before = alice.phone.received.length;
      return () => alice.phone.received.length >= before + by;
    };
    alice.say(1);
    await set(bench, () => alice.session.hear({ kind: 'file', files: ['contract/rise'], token: 't3' }));
    await bench.until(() => alice.events.length === 1);
    await set(bench, () => alice.session.hear({ kind: 'session', session: bob.session.id }));
    bob.say(4);
    await bench.until(heardMore(4));
    await set(bench, () => alice.session.hear({ kind: 'tone', tone: { hz: [440, 480], cadence: [2000, 4000] } }));
    await bench.until(heardMore(3));
    await set(bench, () => alice.session.hear({ kind: 'music' }));
    const music = (): Heard | undefined => alice.heard().filter(({ marker }) => marker)[3];
    await bench.until(() => music() !== undefined);
    await set(bench, () => alice.session.hear({ kind: 'echo' }));
    alice.say(1, 0, 0x17);
    await bench.until(() => join(alice.heard()).includes(0x17));
    const heard = alice.heard();
    assertOneStream(heard);
    assert.equal(heard.filter(({ marker }) => marker).length, 5, 'a marker for each source');
    const octets = [...(music()?.octets ?? [])];
    const steps = octets.filter((octet, at) => at > 0 && octet - (octets[at - 1] ?? 0) === 1);
    assert.ok(steps.length >= FRAME - 4, 'music is heard as it is recorded');
  });

  story('a leg on hold is sent nothing, and goes on in the same stream', async (bench) => {
    const [alice, bob] = [await leg(bench), await leg(bench)];
    await set(bench, () => bob.session.hear({ kind: 'session', session: alice.session.id }));
    alice.say(2);
    await bench.until(() => bob.phone.received.length === 2);
    await set(bench, () => bob.session.connect({ ...endOf(bob.phone.local, PCMU), send: undefined, receive: [] }));
    await set(bench, () => alice.session.hear({ kind: 'echo' }));
    alice.say(3);
    await bench.until(() => alice.phone.received.length === 3);
    assert.equal(bob.phone.received.length, 2);
    await set(bench, () => bob.session.connect(endOf(bob.phone.local, PCMU)));
    await set(bench, () => alice.session.hear({ kind: 'echo' }));
    await bench.until(() => {
      if (bob.phone.received.length < 4) alice.say(1);
      return bob.phone.received.length >= 4;
    });
    assertOneStream(bob.heard());
    assert.equal(bob.heard()[2]?.marker, true);
  });

  story('strangers are neither heard nor spoken to once the phone was heard', async (bench) => {
    const [alice, bob] = [await leg(bench), await leg(bench)];
    const mallory = await bench.phone();
    await set(bench, () => bob.session.hear({ kind: 'session', session: alice.session.id }));
    await set(bench, () => alice.session.hear({ kind: 'session', session: bob.session.id }));
    alice.say(1, 0, 0x21);
    await bench.until(() => bob.phone.received.length === 1);
    for (let at = 0; at < 10; at += 1) {
      mallory.send(rtpPacket(new Uint8Array(FRAME).fill(0x66), 0, at, at * FRAME, 0xbad), alice.session.local);
    }
    mallory.send(Uint8Array.of(0x80), alice.session.local);
    alice.say(1, 0, 0x22);
    bob.say(2, 0, 0x23);
    await bench.until(() => bob.phone.received.length === 2 && alice.phone.received.length === 2);
    assert.deepEqual(new Set(join(bob.heard())), new Set([0x21, 0x22]));
    assert.equal(mallory.received.length, 0);
    assert.deepEqual(alice.events, []);
  });

  story('a phone behind NAT is latched at its third packet', async (bench) => {
    const [alice, bob] = [await leg(bench), await leg(bench)];
    const natted = await bench.phone();
    await set(bench, () => bob.session.hear({ kind: 'session', session: alice.session.id }));
    await set(bench, () => alice.session.hear({ kind: 'session', session: bob.session.id }));
    for (let at = 0; at < 4; at += 1) {
      natted.send(rtpPacket(new Uint8Array(FRAME).fill(0x30 + at), 0, at, at * FRAME, 7), alice.session.local);
    }
    await bench.until(() => bob.phone.received.length === 2);
    assert.deepEqual(new Set(join(bob.heard())), new Set([0x32, 0x33]));
    await bench.until(() => alice.events.length === 1);
    assert.deepEqual(alice.events, [{ event: 'latched', source: natted.local }]);
    bob.say(1);
    await bench.until(() => natted.received.length === 1);
    assert.equal(alice.phone.received.length, 0);
  });

  story('a digit is told once, and relayed under the number agreed', async (bench) => {
    const [alice, bob] = [await leg(bench), await leg(bench)];
    await set(bench, () => bob.session.hear({ kind: 'session', session: alice.session.id }));
    await set(bench, () =>
      bob.session.connect({ ...endOf(bob.phone.local, PCMU), events: { send: 97, receive: 101 } }),
    );
    alice.say(1);
    await bench.until(() => bob.phone.received.length === 1);
    const packets = digitPackets('5', 800, 160) ?? [];
    for (const [at, event] of packets.entries()) {
      const octets = new Uint8Array(4);
      writeEvent(octets, 0, event.event, event.end, event.volume, event.duration);
      alice.phone.send(
        rtpPacket(octets, 101, 65_535 + at, 65_535 * FRAME, 0x1000 + alice.phone.local.port),
        alice.session.local,
      );
    }
    await bench.until(() => bob.phone.received.length === 1 + packets.length && alice.events.length > 0);
    assert.deepEqual(alice.events, [{ event: 'digit', digit: '5', ms: 100, by: 'event' }]);
    const events = bob.heard().slice(1);
    assert.deepEqual(new Set(events.map(({ payload }) => payload)), new Set([97]));
    assert.deepEqual(new Set(events.map(({ timestamp }) => timestamp)).size, 1);
    assert.deepEqual(bob.events, []);
  });
}
