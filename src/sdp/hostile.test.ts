import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromLatin1, latin1 } from '../kernel/index.ts';
import { makeAnswer } from './answer.ts';
import { parseSdp, printSdp } from './parse.ts';
import type { Agreement, LocalAudio } from './types.ts';

const us: LocalAudio = {
  address: '192.0.2.9',
  port: 20000,
  codecs: ['PCMU', 'PCMA'],
  direction: 'sendrecv',
  originId: '77',
  version: 1,
};

function answered(...lines: readonly string[]): { readonly text: string; readonly audio: Agreement } {
  const head = ['v=0', 'o=- 5 5 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0'];
  const offer = parseSdp(fromLatin1([...head, ...lines, ''].join('\r\n')));
  assert.ok(!('malformed' in offer), 'malformed' in offer ? offer.malformed : '');
  const answer = makeAnswer(offer, us);
  assert.ok(!('refused' in answer), 'refused' in answer ? answer.refused : '');
  return { text: latin1(printSdp(answer.sdp)), audio: answer.audio };
}

test('of a hundred codecs only ours are answered, each under its number', () => {
  const numbers = Array.from({ length: 100 }, (_, at) => 28 + at);
  const maps = numbers.map((number) => `a=rtpmap:${number} x-${number}/8000`);
  maps[90] = 'a=rtpmap:118 PCMA/8000';
  maps[95] = 'a=rtpmap:123 telephone-event/8000';
  const { text, audio } = answered(`m=audio 4000 RTP/AVP ${numbers.join(' ')} 0`, ...maps);
  assert.match(text, /^m=audio 20000 RTP\/AVP 118 0 123\r$/m);
  assert.deepEqual(audio.receive, [
    { payload: 118, codec: 'PCMA' },
    { payload: 0, codec: 'PCMU' },
  ]);
  assert.deepEqual(audio.events, { send: 123, receive: 123 });
});

test('one number written in several ways is one format', () => {
  assert.match(answered('m=audio 4000 RTP/AVP 0 00 000 8 08').text, /^m=audio 20000 RTP\/AVP 0 8\r$/m);
});

test('a ptime that cannot be is twenty milliseconds, an endless one the longest there is; one that can is kept', () => {
  const ptimes = ['0', '-20', '7', '15', '999999', '1e2', '', '20.5', '10', '30', '40', '60'];
  assert.deepEqual(
    ptimes.map((ptime) => answered('m=audio 4000 RTP/AVP 0', `a=ptime:${ptime}`).audio.ptime),
    [20, 20, 20, 20, 120, 20, 20, 20, 10, 30, 40, 60],
  );
  assert.equal(answered('m=audio 4000 RTP/AVP 0', 'a=ptime:60', 'a=maxptime:30').audio.ptime, 30);
});

test('the last port is a port; one beyond it, or none, is not', () => {
  assert.deepEqual(answered('m=audio 65535 RTP/AVP 0').audio.remote, { address: '192.0.2.1', port: 65_535 });
  const head = 'v=0\r\no=- 5 5 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n';
  assert.ok('malformed' in parseSdp(fromLatin1(`${head}m=audio 65536 RTP/AVP 0\r\n`)));
  const refused = parseSdp(fromLatin1(`${head}m=audio 0 RTP/AVP 0\r\n`));
  assert.ok(!('malformed' in refused));
  assert.ok('refused' in makeAnswer(refused, us));
});

test('of two rtpmap lines for one number the first counts', () => {
  const { text } = answered('m=audio 4000 RTP/AVP 96 0', 'a=rtpmap:96 iLBC/8000', 'a=rtpmap:96 PCMA/8000');
  assert.match(text, /^m=audio 20000 RTP\/AVP 0\r$/m);
});
