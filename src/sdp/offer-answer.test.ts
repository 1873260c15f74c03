import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { fromLatin1, latin1 } from '../kernel/index.ts';
import { makeAnswer, readAnswer } from './answer.ts';
import { makeOffer } from './offer.ts';
import { parseSdp, printSdp } from './parse.ts';
import type { Agreement, Direction, LocalAudio, Sdp } from './types.ts';

const us: LocalAudio = {
  address: '192.0.2.9',
  port: 20000,
  codecs: ['PCMU', 'PCMA'],
  direction: 'sendrecv',
  originId: '77',
  version: 1,
};

function read(lines: string): Sdp {
  const sdp = parseSdp(fromLatin1(lines.trim().split(/\n\s*/).join('\r\n')));
  assert.ok(!('malformed' in sdp), 'malformed' in sdp ? sdp.malformed : '');
  return sdp;
}

function offer(...lines: string[]): Sdp {
  return read(['v=0', 'o=- 5 5 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0', ...lines].join('\n'));
}

function text(sdp: Sdp): string[] {
  return latin1(printSdp(sdp)).split('\r\n').slice(0, -1);
}

function answered(theirs: Sdp, local: LocalAudio = us): { sdp: Sdp; audio: Agreement } {
  const answer = makeAnswer(theirs, local);
  assert.ok(!('refused' in answer), 'refused' in answer ? answer.refused : '');
  return answer;
}

function mLines(sdp: Sdp): string[] {
  return text(sdp).filter((line) => line.startsWith('m='));
}

test('RFC 4317 §2.1: audio is taken, iLBC left out, video refused in its place', () => {
  const theirs = read(`v=0
    o=alice 2890844526 2890844526 IN IP4 host.atlanta.example.com
    s=
    c=IN IP4 host.atlanta.example.com
    t=0 0
    m=audio 49170 RTP/AVP 0 8 97
    a=rtpmap:0 PCMU/8000
    a=rtpmap:8 PCMA/8000
    a=rtpmap:97 iLBC/8000
    m=video 51372 RTP/AVP 31 32
    a=rtpmap:31 H261/90000
    a=rtpmap:32 MPV/90000`);
  const { sdp, audio } = answered(theirs);
  assert.deepEqual(mLines(sdp), ['m=audio 20000 RTP/AVP 0 8', 'm=video 0 RTP/AVP 31 32']);
  assert.deepEqual(audio.send, { payload: 0, codec: 'PCMU' });
  assert.deepEqual(audio.receive, [
    { payload: 0, codec: 'PCMU' },
    { payload: 8, codec: 'PCMA' },
  ]);
  assert.equal(audio.events, undefined);
  assert.equal(audio.remote, undefined, 'a host name is not resolved here');
});

test('RFC 3264 §10.1: three streams; the re-offer adds a fourth, whose events-only audio is refused', () => {
  const first = read(`v=0
    o=alice 2890844526 2890844526 IN IP4 host.anywhere.com
    s=
    c=IN IP4 host.anywhere.com
    t=0 0
    m=audio 49170 RTP/AVP 0
    a=rtpmap:0 PCMU/8000
    m=video 51372 RTP/AVP 31
    a=rtpmap:31 H261/90000
    m=video 53000 RTP/AVP 32
    a=rtpmap:32 MPV/90000`);
  assert.deepEqual(mLines(answered(first).sdp), [
    'm=audio 20000 RTP/AVP 0',
    'm=video 0 RTP/AVP 31',
    'm=video 0 RTP/AVP 32',
  ]);
  const second = read(`v=0
    o=bob 2890844730 2890844731 IN IP4 host.example.com
    s=
    c=IN IP4 host.example.com
    t=0 0
    m=audio 65422 RTP/AVP 0
    a=rtpmap:0 PCMU/8000
    m=video 0 RTP/AVP 31
    m=video 53000 RTP/AVP 32
    a=rtpmap:32 MPV/90000
    m=audio 51434 RTP/AVP 110
    a=rtpmap:110 telephone-events/8000
    a=recvonly`);
  assert.deepEqual(mLines(answered(second).sdp).at(-1), 'm=audio 0 RTP/AVP 110');
});

test('RFC 3264 §10.2: an inactive offer gets an inactive answer with the common codec', () => {
  const { sdp, audio } = answered(
    offer(
      'm=audio 62986 RTP/AVP 0 4 18',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:4 G723/8000',
      'a=rtpmap:18 G729/8000',
      'a=inactive',
    ),
  );
  assert.deepEqual(mLines(sdp), ['m=audio 20000 RTP/AVP 0']);
  assert.equal(sdp.media[0]?.direction, 'inactive');
  assert.equal(audio.direction, 'inactive');
  assert.equal(audio.heldByPeer, true);
  assert.equal(audio.send, undefined);
  assert.deepEqual(audio.receive, []);
});

test('RFC 5359 §2.1: hold is sendonly, its answer recvonly', () => {
  const { sdp, audio } = answered(offer('m=audio 3456 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', 'a=sendonly'));
  assert.equal(text(sdp).at(-1), 'a=recvonly');
  assert.equal(audio.heldByPeer, true);
  assert.equal(audio.send, undefined);
  assert.deepEqual(audio.receive, [{ payload: 0, codec: 'PCMU' }]);
  assert.deepEqual(audio.remote, { address: '192.0.2.1', port: 3456 });
});

test('direction of the answer: RFC 3264 §6.1, for every wish', () => {
  const table: [offered: Direction, wish: Direction, answer: Direction][] = [
    ['sendrecv', 'sendrecv', 'sendrecv'],
    ['sendrecv', 'sendonly', 'sendonly'],
    ['sendrecv', 'recvonly', 'recvonly'],
    ['sendrecv', 'inactive', 'inactive'],
    ['sendonly', 'sendrecv', 'recvonly'],
    ['sendonly', 'sendonly', 'inactive'],
    ['sendonly', 'recvonly', 'recvonly'],
    ['sendonly', 'inactive', 'inactive'],
    ['recvonly', 'sendrecv', 'sendonly'],
    ['recvonly', 'sendonly', 'sendonly'],
    ['recvonly', 'recvonly', 'inactive'],
    ['recvonly', 'inactive', 'inactive'],
    ['inactive', 'sendrecv', 'inactive'],
    ['inactive', 'sendonly', 'inactive'],
    ['inactive', 'recvonly', 'inactive'],
    ['inactive', 'inactive', 'inactive'],
  ];
  for (const [offered, wish, expected] of table) {
    const { sdp, audio } = answered(offer('m=audio 4000 RTP/AVP 0', `a=${offered}`), { ...us, direction: wish });
    assert.equal(sdp.media[0]?.direction, expected, `${offered} / ${wish}`);
    assert.equal(audio.direction, expected);
    assert.equal(audio.heldByPeer, offered === 'sendonly' || offered === 'inactive');
    assert.equal(audio.send !== undefined, expected === 'sendrecv' || expected === 'sendonly');
    assert.equal(audio.receive.length > 0, expected === 'sendrecv' || expected === 'recvonly');
  }
});

test('c=0.0.0.0 is hold (RFC 3264 §8.4): nothing is sent, at session or at media level', () => {
  const session = read('v=0\no=- 5 5 IN IP4 h\ns=-\nc=IN IP4 0.0.0.0\nt=0 0\nm=audio 4000 RTP/AVP 0 8');
  const media = offer('m=audio 4000 RTP/AVP 0 8', 'c=IN IP4 0.0.0.0');
  for (const theirs of [session, media]) {
    const { sdp, audio } = answered(theirs);
    assert.equal(audio.remote, undefined);
    assert.equal(audio.heldByPeer, true);
    assert.equal(audio.send, undefined);
    assert.equal(sdp.media[0]?.direction, 'recvonly');
    assert.equal(sdp.media[0]?.port, 20000);
  }
});

test("the offer's order and numbers are mirrored, dynamic ones and events too", () => {
  const { sdp, audio } = answered(
    offer(
      'm=audio 4000 RTP/AVP 96 9 8 97 0 13',
      'a=rtpmap:96 TELEPHONE-EVENT/8000',
      'a=fmtp:96 0-15',
      'a=rtpmap:97 pcmu/8000/1',
      'a=rtpmap:9 G722/8000',
      'a=ptime:30',
    ),
  );
  assert.deepEqual(text(sdp).slice(5), [
    'm=audio 20000 RTP/AVP 8 97 0 96',
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:97 PCMU/8000',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:96 telephone-event/8000',
    'a=fmtp:96 0-16',
    'a=ptime:20',
    'a=sendrecv',
  ]);
  assert.deepEqual(audio.send, { payload: 8, codec: 'PCMA' });
  assert.deepEqual(audio.events, { send: 96, receive: 96 });
  assert.equal(audio.ptime, 30);
});

test('events are taken at 8000 Hz, not at the 48000 Hz that stands first', () => {
  const theirs = offer(
    'm=audio 4000 RTP/AVP 0 100 101',
    'a=rtpmap:100 telephone-event/48000',
    'a=rtpmap:101 telephone-event/8000',
  );
  assert.deepEqual(answered(theirs).audio.events, { send: 101, receive: 101 });
});

test('a payload number that says PCMU but is mapped to something else is not ours', () => {
  const theirs = offer('m=audio 4000 RTP/AVP 0 8', 'a=rtpmap:0 G726-32/8000');
  assert.deepEqual(mLines(answered(theirs).sdp), ['m=audio 20000 RTP/AVP 8']);
});

test('of SRTP and RTP side by side the RTP line is answered', () => {
  const theirs = offer('m=audio 4000 RTP/SAVP 0 8', 'm=audio 4002 RTP/AVP 0 8');
  const { sdp, audio } = answered(theirs);
  assert.deepEqual(mLines(sdp), ['m=audio 0 RTP/SAVP 0 8', 'm=audio 20000 RTP/AVP 0 8']);
  assert.equal(audio.remote?.port, 4002);
});

test('t= is the offer’s, o= our own', () => {
  const theirs = read(
    'v=0\no=x 5 6 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=3034423619 3042462419\nm=audio 4000 RTP/AVP 0',
  );
  assert.deepEqual(text(answered(theirs, { ...us, address: '2001:db8::1', user: 'pbx' }).sdp).slice(0, 5), [
    'v=0',
    'o=pbx 77 1 IN IP6 2001:db8::1',
    's=-',
    'c=IN IP6 2001:db8::1',
    't=3034423619 3042462419',
  ]);
});

test('no audio stream or no codec of ours: refused', () => {
  for (const lines of [
    [],
    ['m=video 4000 RTP/AVP 31'],
    ['m=audio 0 RTP/AVP 0'],
    ['m=audio 4000 RTP/AVP 18 101', 'a=rtpmap:101 telephone-event/8000'],
    ['m=audio 4000 UDP/TLS/RTP/SAVPF 0'],
    ['m=image 4000 udptl t38'],
  ]) {
    assert.ok('refused' in makeAnswer(offer(...lines), us), lines.join());
  }
  assert.ok('refused' in makeAnswer(offer('m=audio 4000 RTP/AVP 0'), { ...us, codecs: ['PCMA'] }));
});

test('media is not sent to groups', () => {
  for (const address of ['224.2.36.42/127', '255.255.255.255', 'host.example.com', '192.0.2.300', '999']) {
    assert.equal(answered(offer('m=audio 4000 RTP/AVP 0', `c=IN IP4 ${address}`)).audio.remote, undefined, address);
  }
  assert.equal(answered(offer('m=audio 4000 RTP/AVP 0', 'c=IN IP6 ff02::1')).audio.remote, undefined);
  assert.deepEqual(answered(offer('m=audio 4000 RTP/AVP 0', 'c=IN IP6 2001:db8::5')).audio.remote, {
    address: '2001:db8::5',
    port: 4000,
  });
});

test('a ptime beyond reason is 20', () => {
  for (const [line, expected] of [
    ['a=ptime:40', 40],
    ['a=ptime:0', 20],
    ['a=ptime:5', 20],
    ['a=ptime:9999', 120],
    ['a=ptime:25', 20],
    ['a=maxptime:10', 10],
    ['a=ptime:x', 20],
  ] as const) {
    assert.equal(answered(offer('m=audio 4000 RTP/AVP 0', line)).audio.ptime, expected, line);
  }
});

test('a first offer: static numbers, events at 101, 20 ms', () => {
  assert.deepEqual(text(makeOffer({ ...us, codecs: ['PCMA', 'PCMU'], direction: 'sendonly' })), [
    'v=0',
    'o=- 77 1 IN IP4 192.0.2.9',
    's=-',
    'c=IN IP4 192.0.2.9',
    't=0 0',
    'm=audio 20000 RTP/AVP 8 0 101',
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-16',
    'a=ptime:20',
    'a=sendonly',
  ]);
});

test('an offer after an answer keeps m-lines in place and numbers bound (RFC 3264 §8.3.2)', () => {
  const theirs = offer(
    'm=video 5000 RTP/AVP 31',
    'm=audio 4000 RTP/AVP 97 98',
    'a=rtpmap:97 PCMA/8000',
    'a=rtpmap:98 telephone-event/8000',
    'm=application 6000 TCP x',
  );
  const again = makeOffer({ ...us, version: 2 }, answered(theirs).sdp, theirs);
  assert.deepEqual(mLines(again), ['m=video 0 RTP/AVP 31', 'm=audio 20000 RTP/AVP 0 97 98', 'm=application 0 TCP x']);
});

test('a number that the peer bound to something else is not taken for events', () => {
  const theirs = offer('m=audio 4000 RTP/AVP 101 0', 'a=rtpmap:101 opus/48000/2');
  const again = makeOffer(us, answered(theirs).sdp, theirs);
  assert.deepEqual(mLines(again), ['m=audio 20000 RTP/AVP 0 8 96']);
});

test('a refused audio slot is used again before a new m-line is added', () => {
  const previous = read(
    'v=0\no=- 77 1 IN IP4 192.0.2.9\ns=-\nc=IN IP4 192.0.2.9\nt=0 0\nm=audio 0 RTP/AVP 0\nm=image 0 udptl t38',
  );
  assert.deepEqual(mLines(makeOffer(us, previous)), ['m=audio 20000 RTP/AVP 0 8 101', 'm=image 0 udptl t38']);
  const fax = read('v=0\no=- 77 1 IN IP4 192.0.2.9\ns=-\nc=IN IP4 192.0.2.9\nt=0 0\nm=image 0 udptl t38');
  assert.deepEqual(mLines(makeOffer(us, fax)), ['m=image 0 udptl t38', 'm=audio 20000 RTP/AVP 0 8 101']);
});

test("an answer is read with the answer's numbers for sending and the offer's for receiving (RFC 3264 §7)", () => {
  const ours = makeOffer(us);
  const agreed = readAnswer(
    ours,
    offer('m=audio 4000 RTP/AVP 99 96', 'a=rtpmap:99 PCMA/8000', 'a=rtpmap:96 telephone-event/8000'),
  );
  assert.deepEqual(agreed, {
    remote: { address: '192.0.2.1', port: 4000 },
    send: { payload: 99, codec: 'PCMA' },
    receive: [{ payload: 8, codec: 'PCMA' }],
    events: { send: 96, receive: 101 },
    rtcp: undefined,
    ptime: 20,
    heldByPeer: false,
    direction: 'sendrecv',
  });
});

test('an answer to our hold, a refused stream, and answers to nothing we offered', () => {
  const held = readAnswer(makeOffer({ ...us, direction: 'sendonly' }), offer('m=audio 4000 RTP/AVP 0', 'a=recvonly'));
  assert.equal(held?.direction, 'sendonly');
  assert.equal(held?.heldByPeer, false);
  assert.deepEqual(held?.receive, []);
  const tooFree = readAnswer(makeOffer({ ...us, direction: 'sendonly' }), offer('m=audio 4000 RTP/AVP 0'));
  assert.equal(tooFree?.direction, 'sendonly', 'a sendrecv answer to sendonly is a slip of the peer');
  const refused = readAnswer(makeOffer(us), offer('m=audio 0 RTP/AVP 0'));
  assert.equal(refused?.remote, undefined);
  assert.equal(refused?.send, undefined);
  assert.equal(refused?.direction, 'inactive');
  const onHold = readAnswer(makeOffer(us), offer('m=audio 4000 RTP/AVP 0', 'c=IN IP4 0.0.0.0'));
  assert.equal(onHold?.heldByPeer, true);
  assert.equal(readAnswer(makeOffer(us), offer('m=audio 4000 RTP/AVP 18')), undefined);
  assert.equal(readAnswer(makeOffer(us), offer()), undefined);
  assert.equal(readAnswer(makeOffer(us), offer('m=video 4000 RTP/AVP 31')), undefined);
});

test('RTCP goes beside RTP, where a=rtcp says (RFC 3605), or on one port with it when both multiplex (RFC 5761 §5.1.1)', () => {
  const rtcpOf = (...lines: string[]): unknown => answered(offer('m=audio 4000 RTP/AVP 0', ...lines)).audio.rtcp;
  assert.equal(rtcpOf(), undefined);
  assert.deepEqual(rtcpOf('a=rtcp:4009'), { address: '192.0.2.1', port: 4009 });
  assert.deepEqual(rtcpOf('a=rtcp:4009 IN IP4 192.0.2.77'), { address: '192.0.2.77', port: 4009 });
  for (const bad of ['a=rtcp', 'a=rtcp:0', 'a=rtcp:70000', 'a=rtcp:x', 'a=rtcp:4009 IN IP4 224.0.0.1']) {
    assert.equal(rtcpOf(bad), undefined, bad);
  }
  const both = answered(offer('m=audio 4000 RTP/AVP 0', 'a=rtcp-mux', 'a=rtcp:4009'));
  assert.equal(both.audio.rtcp, 'mux');
  const muxed = ({ media }: Sdp): boolean | undefined => media[0]?.attributes.some(({ name }) => name === 'rtcp-mux');
  assert.equal(muxed(both.sdp), true);
  assert.equal(muxed(makeOffer(us)), false, 'a plain telephone is not offered it');
  assert.equal(muxed(makeOffer(us, both.sdp)), true, 'what was agreed is kept in a re-INVITE');
  const alone = readAnswer(makeOffer(us), offer('m=audio 4000 RTP/AVP 0', 'a=rtcp-mux'));
  assert.equal(alone?.rtcp, undefined, 'it was not offered');
  assert.equal(readAnswer(both.sdp, offer('m=audio 4000 RTP/AVP 0', 'a=rtcp-mux'))?.rtcp, 'mux');
});

const direction = fc.constantFrom<Direction>('sendrecv', 'sendonly', 'recvonly', 'inactive');
const codecs = fc.constantFrom<LocalAudio['codecs'][]>(['PCMU'], ['PCMA'], ['PCMU', 'PCMA'], ['PCMA', 'PCMU']);

test('property: both ends of our own offer and answer agree', () => {
  fc.assert(
    fc.property(direction, direction, codecs, codecs, (mine, wish, offering, answering) => {
      const ours = makeOffer({ ...us, codecs: offering, direction: mine });
      const peer: LocalAudio = { ...us, address: '192.0.2.1', port: 4000, codecs: answering, direction: wish };
      const answer = makeAnswer(ours, peer);
      if ('refused' in answer) return assert.ok(!offering.some((name) => answering.includes(name)));
      const agreed = readAnswer(ours, answer.sdp);
      assert.equal(agreed?.send === undefined, answer.audio.receive.length === 0);
      assert.equal(answer.audio.send === undefined, agreed?.receive.length === 0);
      if (agreed?.send !== undefined) assert.deepEqual(agreed.send, answer.audio.receive[0]);
      assert.deepEqual(agreed?.events, answer.audio.events);
    }),
  );
});

test('property: m-lines are never removed nor moved, through any run of offers and answers', () => {
  const kinds = fc.array(
    fc.constantFrom('m=audio 4000 RTP/AVP 0 96', 'm=video 4002 RTP/AVP 31', 'm=image 4004 udptl t38'),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(kinds, (lines) => {
      const theirs = offer(...lines, 'm=audio 4008 RTP/AVP 8');
      const { sdp } = answered(theirs);
      const again = makeOffer({ ...us, version: 2 }, sdp, theirs);
      const types = theirs.media.map(({ type }) => type);
      assert.deepEqual(
        sdp.media.map(({ type }) => type),
        types,
      );
      assert.deepEqual(
        again.media.map(({ type }) => type),
        types,
      );
      assert.equal(again.media.filter(({ port }) => port !== 0).length, 1);
    }),
  );
});

test('what the peer says of the Opus that it takes is agreed; nonsense is not', () => {
  const sent = (parameters: string) =>
    answered(offer('m=audio 4000 RTP/AVP 111', 'a=rtpmap:111 opus/48000/2', `a=fmtp:111 ${parameters}`), {
      ...us,
      codecs: ['opus'],
    }).audio.send;
  const opus = { payload: 111, codec: 'opus' } as const;
  assert.deepEqual(sent('useinbandfec=1; usedtx=1; maxaveragebitrate=16000; stereo=1'), {
    ...opus,
    bitrate: 16_000,
    dtx: true,
    fec: true,
  });
  assert.deepEqual(sent('cbr=1;MaxPlaybackRate=16000; useinbandfec=0'), { ...opus, constant: true, playback: 16_000 });
  assert.deepEqual(sent('stereo=0;usedtx=0'), opus);
  for (const bad of [
    'maxaveragebitrate=0',
    'maxaveragebitrate=99999999',
    'maxaveragebitrate=',
    'xmaxaveragebitrate=9000',
    'maxplaybackrate=48000',
    'maxplaybackrate=4000',
    'cbr=11',
  ])
    assert.deepEqual(sent(bad), opus, bad);
});
