import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromLatin1, latin1 } from '../../kernel/index.ts';
import {
  append,
  type Field,
  type Message,
  parse,
  prepend,
  print,
  reasonPhrase,
  type Request,
  request,
  response,
  responseTo,
  withBody,
  withField,
  withFirst,
  without,
  withoutFirst,
} from './index.ts';

const FIELDS: readonly Field[] = [
  ['Via', 'SIP/2.0/UDP one.example.org;branch=z9hG4bK1, SIP/2.0/UDP two.example.org;branch=z9hG4bK2'],
  ['v', 'SIP/2.0/TCP three.example.org;branch=z9hG4bK3'],
  ['Record-Route', '<sip:p2.example.org;lr>, <sip:p1.example.org;lr>'],
  ['From', '"Alice" <sip:alice@example.org>;tag=a'],
  ['To', 'sip:bob@example.org'],
  ['Call-ID', 'c1'],
  ['CSeq', '7 INVITE'],
  ['Timestamp', '54.21'],
];

function invite(method = 'INVITE'): Request {
  const headers = FIELDS.map(([name, value]): Field => [name, value.replace('INVITE', method)]);
  return request({ method, uri: 'sip:bob@example.org', headers });
}

function headLines(message: Message): readonly string[] {
  return [...message.headers].map(([name, value]) => `${name}: ${value}`);
}

test('what is built is well formed on the wire', () => {
  const parsed = parse(print(invite()));
  assert.ok(parsed.kind === 'request');
  assert.equal(parsed.via.branch, 'z9hG4bK1');
  assert.deepEqual(headLines(parsed).slice(0, -1), headLines(invite()));
  assert.equal(headLines(parsed).at(-1), 'Content-Length: 0');
});

test('parse after print gives back what was built', () => {
  const value = fc.string({ unit: fc.constantFrom(...'ab \t;,"<>\\:\u00e9\u00a0'.split('')) });
  const name = fc.string({ unit: fc.constantFrom(...'XYZ-.'.split('')), minLength: 2 });
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), fc.uint8Array({ maxLength: 64 }), (extra, body) => {
      const built = request({ method: 'INVITE', uri: 'sip:bob@example.org', headers: [...FIELDS, ...extra], body });
      const parsed = parse(print(built));
      assert.ok(parsed.kind === 'request', JSON.stringify(parsed));
      assert.deepEqual([...parsed.headers].slice(0, -1), [...built.headers]);
      assert.deepEqual([...parsed.body], [...body]);
    }),
  );
});

test('nothing that is put in can break out of its line', () => {
  const evil = 'x\r\nVia: SIP/2.0/UDP evil\u010a\u010d\u560a';
  const message = request({ method: 'INVITE', uri: `sip:a@b${evil}`, headers: [...FIELDS, ['Subject', evil]] });
  const answer = responseTo(message, 200, { reasonPhrase: evil, headers: [['X', evil]] });
  for (const made of [
    message,
    withField(message, 'X', evil),
    withFirst(message, 'Via', evil),
    prepend(message, 'Y', evil),
    answer,
  ]) {
    const lines = latin1(print(made)).split('\r\n');
    assert.equal(lines.filter((line) => line.startsWith('Via: SIP/2.0/UDP evil')).length, 0);
    assert.ok(lines.every((line) => !/[\r\n]/.test(line)));
  }
});

test('Content-Length is made right, once, in its place', () => {
  const headers: readonly Field[] = [['l', '99'], ...FIELDS, ['Content-Length', '3']];
  const message = request({ method: 'INVITE', uri: 'sip:b@c', headers, body: fromLatin1('body') });
  const lines = latin1(print(message)).split('\r\n');
  assert.equal(lines[1], 'l: 4');
  assert.equal(lines.filter((line) => /^(l|content-length):/i.test(line)).length, 1);
});

test("withField replaces all lines by one in the first's place, or appends", () => {
  const one = withField(invite(), 'via', 'SIP/2.0/UDP new');
  assert.deepEqual(one.headers.lines('Via'), ['SIP/2.0/UDP new']);
  assert.equal(headLines(one)[0], 'via: SIP/2.0/UDP new');
  assert.equal(headLines(withField(invite(), 'Expires', '60')).at(-1), 'Expires: 60');
});

test('withFirst and withoutFirst touch one value of a list', () => {
  const changed = withFirst(invite(), 'Via', 'SIP/2.0/UDP one.example.org;received=192.0.2.1');
  assert.deepEqual(changed.headers.list('Via').length, 3);
  assert.equal(changed.via.params.get('received'), '192.0.2.1');
  assert.equal(withFirst(invite(), 'Route', '<sip:x>').headers.get('route'), '<sip:x>');
  const popped = withoutFirst(invite(), 'Via');
  assert.equal(popped.via.host, 'two.example.org');
  assert.equal(withoutFirst(popped, 'Via').via.host, 'three.example.org');
  assert.equal(withoutFirst(withoutFirst(popped, 'Via'), 'Via').headers.has('via'), false);
  assert.deepEqual(headLines(withoutFirst(invite(), 'Route')), headLines(invite()));
});

test('prepend goes before the first of its name, else on top; append to the end', () => {
  assert.equal(prepend(invite(), 'Via', 'SIP/2.0/UDP zero;branch=z9hG4bK0').via.branch, 'z9hG4bK0');
  assert.equal(headLines(prepend(invite(), 'Record-Route', '<sip:p3>'))[2], 'Record-Route: <sip:p3>');
  assert.equal(headLines(prepend(invite(), 'Route', '<sip:p>'))[0], 'Route: <sip:p>');
  assert.equal(headLines(append(invite(), 'Via', 'x')).at(-1), 'Via: x');
});

test('without takes every spelling; the original never changes', () => {
  const original = invite();
  const before = headLines(original);
  assert.equal(without(original, 'VIA').headers.has('v'), false);
  assert.deepEqual(headLines(original), before);
  assert.equal(original.via.branch, 'z9hG4bK1');
});

test('withBody brings its Content-Type, and takes it away with the body', () => {
  const full = withBody(invite(), 'application/sdp', fromLatin1('v=0\r\n'));
  assert.ok(latin1(print(full)).endsWith('Content-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n'));
  const empty = withBody(full, '', new Uint8Array(0));
  assert.equal(empty.headers.has('content-type'), false);
  assert.equal(empty.body.length, 0);
});

test('RFC 3261 §8.2.6.2: a response takes over what identifies the request', () => {
  const answer = responseTo(invite(), 180, { toTag: 'b', headers: [['Contact', '<sip:bob@192.0.2.9>']] });
  assert.equal(answer.reasonPhrase, 'Ringing');
  assert.deepEqual(answer.headers.lines('via'), invite().headers.lines('via'));
  assert.deepEqual(answer.headers.lines('record-route'), invite().headers.lines('record-route'));
  assert.equal(answer.headers.get('to'), 'sip:bob@example.org;tag=b');
  assert.equal(answer.toTag, 'b');
  assert.equal(answer.fromTag, 'a');
  assert.equal(answer.callId, 'c1');
  assert.deepEqual(answer.cseq, { number: 7, method: 'INVITE' });
  assert.equal(answer.headers.has('timestamp'), false);
  assert.equal(answer.contacts.length, 1);
});

test('Timestamp goes into 100 alone, Record-Route not into refusals nor where no dialog comes of it', () => {
  const trying = responseTo(invite(), 100);
  assert.equal(trying.headers.get('timestamp'), '54.21');
  assert.equal(trying.headers.has('record-route'), false);
  assert.equal(trying.toTag, '');
  assert.equal(responseTo(invite(), 486).headers.has('record-route'), false);
  assert.equal(responseTo(invite('OPTIONS'), 200).headers.has('record-route'), false);
  assert.equal(responseTo(invite('SUBSCRIBE'), 202).headers.has('record-route'), true);
});

test('a tag that is there stays', () => {
  const inDialog = withField(invite(), 'To', '<sip:bob@example.org>;tag=old');
  assert.equal(responseTo(inDialog, 200, { toTag: 'new' }).toTag, 'old');
});

test('reason phrases: known, of the class, none', () => {
  assert.equal(reasonPhrase(489), 'Bad Event');
  assert.equal(reasonPhrase(499), 'Bad Request');
  assert.equal(reasonPhrase(650), 'Busy Everywhere');
  assert.equal(reasonPhrase(150), 'Session Progress');
  assert.equal(response({ status: 200, headers: [] }).reasonPhrase, 'OK');
});
