import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Field, type Request, request } from '../../message/index.ts';
import { readRefer, wantsReports } from './read.ts';
import { parseReplaces, printReplaces, replacesIn, targetDialogIn } from './replaces.ts';

function refer(...headers: readonly Field[]): Request {
  return request({ method: 'REFER', uri: 'sip:a@b', headers });
}

describe('REFER (RFC 3515 §2.4.1)', () => {
  it('reads the target and whose dialog is to be taken over (RFC 3891 §6.1)', () => {
    const to = '<sip:dave@denver.example.org?Replaces=12345%40192.168.118.3%3Bto-tag%3D12345%3Bfrom-tag%3D5FFE-3994>';
    const read = refer(['Refer-To', to], ['Referred-By', '<sip:a@b>']);
    assert.deepEqual('uri' in readRefer(read) && { ...readRefer(read), uri: undefined }, {
      uri: undefined,
      uriText: 'sip:dave@denver.example.org',
      replaces: { callId: '12345@192.168.118.3', toTag: '12345', fromTag: '5FFE-3994', earlyOnly: false },
      referredBy: '<sip:a@b>',
    });
  });

  it('takes a bare URI and a telephone number', () => {
    for (const value of ['sip:103@192.0.2.1', 'tel:+4930123', '"Carol" <sips:103@192.0.2.1;method=INVITE>'])
      assert.ok('uri' in readRefer(refer(['Refer-To', value])), value);
  });

  const refused: readonly (readonly [status: number, ...values: readonly string[]])[] = [
    [400],
    [400, '<sip:1@a>', '<sip:2@a>'],
    [400, '<sip:1@a>, <sip:2@a>'],
    [400, '<<"'],
    [400, '<sip:1@a?Replaces=%ZZ>'],
    [400, '<sip:1@a?Replaces=x%3Bto-tag%3D1>'],
    [403, '<sip:1@a;method=SUBSCRIBE>'],
    [416, '<http://example.org/>'],
  ];
  for (const [status, ...values] of refused)
    it(`answers ${status} to ${values.join(' and ') || 'none'}`, () => {
      const read = readRefer(refer(...values.map((value): Field => ['Refer-To', value])));
      assert.equal('status' in read && read.status, status);
    });

  it('knows who wants no reports (RFC 4488 §4)', () => {
    assert.equal(wantsReports(refer()), true);
    assert.equal(wantsReports(refer(['Refer-Sub', 'true'])), true);
    assert.equal(wantsReports(refer(['Refer-Sub', ' false'])), false);
  });
});

describe('Replaces (RFC 3891 §3, §6.1)', () => {
  it('prints what it reads', () => {
    const value = '98732@sip.example.com;to-tag=ff87ff;from-tag=r33th4x0r;early-only';
    const read = parseReplaces(value);
    assert.equal(read && printReplaces(read), value);
    assert.equal(parseReplaces(' 7 ;from-tag=2;to-tag=1')?.toTag, '1');
  });

  it('names one dialog, and all of it', () => {
    for (const value of ['', 'x', 'x;to-tag=1', 'x;from-tag=1', ';to-tag=1;from-tag=2'])
      assert.equal(parseReplaces(value), undefined, value);
    assert.equal(replacesIn(refer()), undefined);
    const one: Field = ['Replaces', 'x;to-tag=1;from-tag=2'];
    assert.equal(typeof replacesIn(refer(one)), 'object');
    assert.equal(replacesIn(refer(one, one)), 'malformed');
    assert.equal(replacesIn(refer(['Replaces', 'x'])), 'malformed');
  });

  it('is turned round in Target-Dialog (RFC 4538 §7): the tags are the sender’s', () => {
    const read = targetDialogIn(
      refer(['Target-Dialog', 'fa77as7dad8-sd98ajzz@host.example.com;local-tag=kkaz-;remote-tag=6544']),
    );
    assert.deepEqual(read && [read.callId, read.toTag, read.fromTag], [
      'fa77as7dad8-sd98ajzz@host.example.com',
      '6544',
      'kkaz-',
    ]);
    assert.equal(targetDialogIn(refer(['Target-Dialog', 'x;local-tag=1'])), undefined);
  });
});
