import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Kernel } from '../../kernel/index.ts';
import { request, responseTo } from '../message/index.ts';
import { type Dialog, DialogTable, type Usage, uasDialog } from './index.ts';

const kernel = new Kernel({
  now: () => 0,
  wall: () => 0,
  crypto: {
    hash: () => new Uint8Array(),
    hmac: () => new Uint8Array(),
    random: (n) => new Uint8Array(n),
    equal: () => false,
  },
  arm: () => undefined,
  onFault: () => undefined,
});

const local = { address: '192.0.2.1', port: 5060 };
const ring = request({
  method: 'INVITE',
  uri: 'sip:b@b',
  headers: [
    ['From', '<sip:a@a>;tag=theirs'],
    ['To', '<sip:b@b>'],
    ['Call-ID', 'c'],
    ['CSeq', '1 INVITE'],
  ],
});

function dialog(): Dialog {
  return uasDialog(ring, 'ours', { id: 'f', protocol: 'udp', local, remote: local, reliable: false });
}

const usage = (): Usage => ({ receives: () => true });

describe('the dialogs of an agent', () => {
  it('are found from both directions', () => {
    const table = new DialogTable(kernel);
    const one = dialog();
    table.enter(one, usage());
    const headers = [
      ['From', '<sip:b@b>;tag=ours'],
      ['To', '<sip:a@a>;tag=theirs'],
      ['Call-ID', 'c'],
      ['CSeq', '1 BYE'],
    ] as const;
    const bye = request({ method: 'BYE', uri: 'sip:a', headers });
    assert.equal(table.ofResponse(responseTo(bye, 200))?.dialog, one);
    assert.equal(table.ofRequest(bye), undefined);
    const theirs = [
      ['From', '<sip:a@a>;tag=theirs'],
      ['To', '<sip:b@b>;tag=ours'],
      ['Call-ID', 'c'],
    ] as const;
    assert.equal(table.ofRequest(request({ method: 'BYE', uri: 'sip:b', headers: theirs }))?.dialog, one);
  });

  it('last until their last usage leaves (RFC 5057)', () => {
    const table = new DialogTable(kernel);
    const [one, call, refer] = [dialog(), usage(), usage()];
    table.enter(one, call);
    table.enter(one, refer);
    table.enter(one, call);
    assert.deepEqual(kernel.scene.census()['dialog'], 2);
    table.leave(one, call);
    table.leave(one, call);
    assert.equal(table.size, 1);
    table.leave(one, refer);
    assert.equal(table.size, 0);
    table.leave(one, refer);
    assert.deepEqual(kernel.scene.census()['dialog'], 1);
  });
});
