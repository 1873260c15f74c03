import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base64 } from '../kernel/index.ts';
import {
  isRtcp,
  middleOf,
  ntpTime,
  parseRtcp,
  printRtcp,
  readVoipMetrics,
  type ReportBlock,
  type RtcpPacket,
  voipMetricsBody,
  XR,
} from '../rtp/index.ts';
import { SrtpReceiver, SrtpSender } from '../rtp/srtp/index.ts';
import { bench, type Bench, end, open, PHONE, read, rtp } from './host-bench.test.ts';
import type { Quality } from './protocol.ts';

const PHONE_SSRC = 7;

/** What the host says of a session when it closes. */
function qualityOf(world: Bench): Quality | undefined {
  world.host.command({ do: 'close', session: 'a' });
  const closed = world.events.findLast((event) => event.event === 'closed');
  return closed?.stats.quality;
}

function parsed(bytes: Uint8Array | undefined): readonly RtcpPacket[] {
  assert.ok(bytes);
  const packets = parseRtcp(bytes);
  if ('malformed' in packets) assert.fail(packets.malformed);
  return packets;
}

/** An echo call in which every fourth packet of the phone's is lost; RTCP on the port of RTP. */
function call(more: Parameters<typeof end>[1] = {}) {
  const world = bench();
  const phone = world.socket(PHONE);
  const local = open(world, 'a', phone, 0, {
    rtp: end(phone.local, { rtcp: 'mux', ...more }),
    hears: { kind: 'echo' },
  });
  return { world, phone, local };
}

test('of all codecs that were agreed the quality names the one that came, and jitter is measured by its clock', () => {
  const receive = [
    { payload: 0, codec: 'PCMU' },
    { payload: 111, codec: 'opus' },
  ] as const;
  const { world, phone, local } = call({ receive });
  for (let sequence = 0; sequence < 100; sequence += 1) {
    phone.send(rtp(sequence, sequence * 960, 7, 111), local);
    world.pass(20);
  }
  const { codec, received } = qualityOf(world) ?? {};
  assert.deepEqual([codec, received?.packets], ['opus', 100]);
  assert.ok((received?.jitter ?? 99) < 2, `${received?.jitter} ms`);
});

test('quality tells what came, what the phone says of what it got, and the way there and back', () => {
  const { world, phone, local } = call();
  for (let sequence = 0; sequence < 400; sequence += 1) {
    if (sequence % 4 !== 3) phone.send(rtp(sequence, sequence * 160), local);
    world.pass(20);
  }
  const reports = phone.received.filter(isRtcp);
  const sr = parsed(reports.at(-1))[0];
  assert.ok(sr?.kind === 'sr');
  world.pass(160);
  // Of the time since our report the phone kept it all but 60 ms, which it and the answer were on their way.
  const lastSr = middleOf(sr.ntp);
  const since = (middleOf(ntpTime(world.kernel.wall())) - lastSr) >>> 0;
  const block: ReportBlock = {
    ssrc: sr.ssrc,
    fractionLost: 0,
    lost: 30,
    highest: 0,
    jitter: 80,
    lastSr,
    delaySinceLastSr: since - Math.round(0.06 * 65_536),
  };
  phone.send(printRtcp([{ kind: 'rr', ssrc: PHONE_SSRC, reports: [block] }]), local);
  world.pass(1);
  const quality = qualityOf(world);
  assert.ok(quality?.sent);
  assert.equal(quality.codec, 'PCMU');
  assert.equal(quality.received.packets, 300);
  assert.equal(quality.received.lost, 99);
  assert.ok(quality.received.mos < 3, 'a quarter lost');
  assert.equal(quality.sent.lost, 30);
  assert.equal(quality.sent.jitter, 10);
  assert.ok(Math.abs((quality.roundTrip ?? 0) - 60) < 2, `${quality.roundTrip} ms`);
  assert.ok(quality.sent.mos > quality.received.mos);
});

test('voice metrics go to a phone that agreed to them, and what it tells is kept', () => {
  for (const xr of [true, false]) {
    const { world, phone, local } = call({ xr });
    for (let sequence = 0; sequence < 500; sequence += 1) {
      phone.send(rtp(sequence, sequence * 160), local);
      world.pass(20);
    }
    const { ssrc } = read(phone.received.find((bytes) => !isRtcp(bytes))!);
    const sent = phone.received
      .filter(isRtcp)
      .flatMap(parsed)
      .filter((one) => one.kind === 'other' && one.type === XR);
    assert.equal(sent.length > 0, xr);
    for (const one of sent) {
      const metrics = one.kind === 'other' ? readVoipMetrics(one.body) : undefined;
      assert.equal(metrics?.ssrc, PHONE_SSRC);
      assert.equal(metrics.lossRate, 0);
      assert.ok((metrics.mosConversational ?? 0) > 4.2);
    }
    const told = { ssrc, lossRate: 0, discardRate: 0, roundTrip: 0, endSystemDelay: 0, rFactor: 80 };
    const body = voipMetricsBody(PHONE_SSRC, { ...told, mosListening: 4, mosConversational: 3.9 });
    const block = { ssrc, fractionLost: 0, lost: 0, highest: 0, jitter: 0, lastSr: 0, delaySinceLastSr: 0 };
    phone.send(
      printRtcp([
        { kind: 'rr', ssrc: PHONE_SSRC, reports: [block] },
        { kind: 'other', type: XR, count: 0, body },
      ]),
      local,
    );
    world.pass(1);
    assert.equal(qualityOf(world)?.sent?.told, 3.9);
  }
});

test('reports of a protected leg are protected, and plain or repeated ones are not taken', () => {
  const suite = 'AEAD_AES_128_GCM';
  const [ours, theirs] = [1, 2].map((seed) => Uint8Array.from({ length: 28 }, (_, at) => at * seed));
  assert.ok(ours && theirs);
  const crypto = { send: { suite, key: base64(ours) }, receive: { suite, key: base64(theirs) } } as const;
  const { world, phone, local } = call({ crypto });
  const [sender, receiver] = [new SrtpSender(suite, theirs), new SrtpReceiver(suite, ours)];
  for (let sequence = 0; sequence < 500; sequence += 1) {
    phone.send(sender.protect(rtp(sequence, sequence * 160))!, local);
    world.pass(20);
  }
  const reports = phone.received.filter(isRtcp).map((bytes) => parsed(receiver.unprotectReport(bytes)));
  assert.ok(reports.length > 0);
  const sr = reports.at(-1)?.[0];
  assert.ok(sr?.kind === 'sr');
  const block = { ssrc: sr.ssrc, fractionLost: 0, highest: 0, jitter: 0, lastSr: 0, delaySinceLastSr: 0 };
  const report = (lost: number): Uint8Array =>
    printRtcp([{ kind: 'rr', ssrc: PHONE_SSRC, reports: [{ ...block, lost }] }]);
  const first = sender.protectReport(report(5));
  phone.send(first.slice(), local);
  phone.send(sender.protectReport(report(6)), local);
  phone.send(first, local);
  phone.send(report(99), local);
  world.pass(1);
  assert.equal(qualityOf(world)?.sent?.lost, 6);
});
