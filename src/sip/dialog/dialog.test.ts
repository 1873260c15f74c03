import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Field, type Request, request, type Response, responseTo } from '../message/index.ts';
import type { Flow } from '../transport/types.ts';
import {
  ackIn,
  confirmByResponse,
  inOrder,
  override,
  refreshTarget,
  requestIn,
  routed,
  uacDialog,
  uasDialog,
} from './index.ts';

const flow: Flow = {
  id: 'f',
  protocol: 'udp',
  local: { address: '192.0.2.1', port: 5060 },
  remote: { address: '192.0.2.2', port: 5060 },
  reliable: false,
};

function invite(more: readonly Field[] = []): Request {
  return request({
    method: 'INVITE',
    uri: 'sip:bob@biloxi.example.com',
    headers: [
      ['Via', 'SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bKnashds8'],
      ['From', 'Alice <sip:alice@atlanta.example.com>;tag=1928301774'],
      ['To', 'Bob <sip:bob@biloxi.example.com>'],
      ['Call-ID', 'a84b4c76e66710'],
      ['CSeq', '314159 INVITE'],
      ['Contact', '<sip:alice@pc33.atlanta.example.com>'],
      ...more,
    ],
  });
}

function ok(to: Request, contact: string, more: readonly Field[] = []): Response {
  return responseTo(to, 200, { toTag: 'a6c85cf', headers: [['Contact', contact], ...more] });
}

const recorded: readonly Field[] = [
  ['Record-Route', '<sip:p2.example.com;lr>, <sip:p1.example.com;lr>'],
  ['Record-Route', '<sip:p0.example.com;lr>'],
];

describe('a dialog (RFC 3261 §12.1)', () => {
  it('at the UAS takes the route set in order, at the UAC in reverse', () => {
    const uas = uasDialog(invite(recorded), 'a6c85cf', flow);
    assert.deepEqual(uas.routeSet, ['<sip:p2.example.com;lr>', '<sip:p1.example.com;lr>', '<sip:p0.example.com;lr>']);
    const uac = uacDialog(invite(), ok(invite(recorded), '<sip:bob@192.0.2.4>'), flow);
    assert.deepEqual(uac.routeSet, ['<sip:p0.example.com;lr>', '<sip:p1.example.com;lr>', '<sip:p2.example.com;lr>']);
  });

  it('has mirrored identities, targets and CSeqs on its two sides', () => {
    const uas = uasDialog(invite(), 'a6c85cf', flow);
    const uac = uacDialog(invite(), ok(invite(), '<sip:bob@192.0.2.4>'), flow);
    assert.deepEqual([uac.local, uac.remote], [uas.remote, uas.local]);
    assert.equal(uas.local, 'Bob <sip:bob@biloxi.example.com>;tag=a6c85cf');
    assert.deepEqual([uac.callId, uac.localTag, uac.remoteTag], [uas.callId, uas.remoteTag, uas.localTag]);
    assert.deepEqual([uas.remoteTarget, uac.remoteTarget], ['sip:alice@pc33.atlanta.example.com', 'sip:bob@192.0.2.4']);
    assert.deepEqual([uac.localSeq, uac.remoteSeq, uas.remoteSeq], [314159, undefined, 314159]);
  });

  it('survives JSON: records are plain data', () => {
    const dialog = uasDialog(invite(recorded), 'a6c85cf', flow);
    assert.deepEqual(JSON.parse(JSON.stringify(dialog)), dialog);
  });

  it('takes its route set anew from the 2xx, and only that and the target (§13.2.2.4)', () => {
    const dialog = uacDialog(invite(), ok(invite(), '<sip:bob@early>'), flow);
    requestIn(dialog, 'INFO', []);
    confirmByResponse(dialog, ok(invite(recorded), '<sip:bob@late>'));
    assert.equal(dialog.state, 'confirmed');
    assert.equal(dialog.routeSet.length, 3);
    assert.equal(dialog.remoteTarget, 'sip:bob@late');
    assert.equal(dialog.localSeq, 314160);
  });
});

describe('a request inside a dialog (§12.2.1.1)', () => {
  it('counts up and carries the dialog’s identity', () => {
    const dialog = uacDialog(invite(), ok(invite(), '<sip:bob@192.0.2.4>'), flow);
    const bye = requestIn(dialog, 'BYE', []);
    assert.equal(bye.uriText, 'sip:bob@192.0.2.4');
    assert.deepEqual([bye.cseq.number, bye.cseq.method], [314160, 'BYE']);
    assert.deepEqual([bye.fromTag, bye.toTag, bye.callId], ['1928301774', 'a6c85cf', 'a84b4c76e66710']);
    assert.equal(bye.headers.get('Max-Forwards'), '70');
    assert.equal(bye.headers.has('Route'), false);
    assert.equal(requestIn(dialog, 'BYE', []).cseq.number, 314161);
  });

  it('is routed loosely through proxies with lr', () => {
    assert.deepEqual(routed('sip:user@remoteua', ['<sip:proxy1;lr>', '<sip:proxy2>']), {
      uri: 'sip:user@remoteua',
      route: ['<sip:proxy1;lr>', '<sip:proxy2>'],
    });
  });

  it('is routed strictly through others, as in the example of the RFC', () => {
    const set = ['<sip:proxy1>', '<sip:proxy2>', '<sip:proxy3;lr>', '<sip:proxy4>'];
    assert.deepEqual(routed('sip:user@remoteua', set), {
      uri: 'sip:proxy1',
      route: ['<sip:proxy2>', '<sip:proxy3;lr>', '<sip:proxy4>', '<sip:user@remoteua>'],
    });
  });

  it('loses there what a Request-URI must not have (§19.1.1)', () => {
    const { uri } = routed('sip:user@remoteua', ['<sip:proxy1;transport=tcp;method=INVITE?Subject=x>']);
    assert.equal(uri, 'sip:proxy1;transport=tcp');
  });

  it('lets given fields win, all lines of them', () => {
    const given: readonly Field[] = [
      ['max-forwards', '9'],
      ['Route', '<sip:x>'],
      ['Route', '<sip:y>'],
    ];
    const all = override(
      [
        ['Max-Forwards', '70'],
        ['Route', '<sip:z>'],
        ['CSeq', '1 BYE'],
      ],
      given,
    );
    assert.deepEqual(all, [['CSeq', '1 BYE'], ...given]);
  });

  it('as ACK has the INVITE’s CSeq and credentials, and takes no number', () => {
    const asked = invite([
      ['Proxy-Authorization', 'Digest one'],
      ['Authorization', 'Digest two'],
    ]);
    const dialog = uacDialog(asked, ok(asked, '<sip:bob@192.0.2.4>'), flow);
    const ack = ackIn(dialog, asked, []);
    assert.deepEqual([ack.cseq.number, ack.cseq.method], [314159, 'ACK']);
    assert.equal(ack.headers.get('Proxy-Authorization'), 'Digest one');
    assert.equal(ack.headers.get('Authorization'), 'Digest two');
    assert.equal(dialog.localSeq, 314159);
  });
});

describe('a request of the peer (§12.2.2)', () => {
  it('must not count down; a gap is no error', () => {
    const dialog = uasDialog(invite(), 'a6c85cf', flow);
    const numbered = (number: number): Request =>
      request({ method: 'INFO', uri: 'sip:b', headers: [['CSeq', `${number} INFO`]] });
    assert.equal(inOrder(dialog, numbered(314158)), false);
    assert.equal(inOrder(dialog, numbered(314200)), true);
    assert.equal(inOrder(dialog, numbered(314199)), false);
    assert.equal(inOrder(dialog, numbered(314201)), true);
  });

  it('at the UAC starts the count wherever it likes', () => {
    const dialog = uacDialog(invite(), ok(invite(), '<sip:bob@192.0.2.4>'), flow);
    assert.equal(inOrder(dialog, request({ method: 'INFO', uri: 'sip:b', headers: [['CSeq', '0 INFO']] })), true);
    assert.equal(dialog.remoteSeq, 0);
  });

  it('moves the target by its Contact, and leaves it without one', () => {
    const dialog = uasDialog(invite(), 'a6c85cf', flow);
    refreshTarget(
      dialog,
      request({ method: 'INVITE', uri: 'sip:b', headers: [['Contact', '<sip:new@home;ob>;expires=9']] }),
    );
    assert.equal(dialog.remoteTarget, 'sip:new@home;ob');
    refreshTarget(dialog, request({ method: 'INVITE', uri: 'sip:b', headers: [] }));
    assert.equal(dialog.remoteTarget, 'sip:new@home;ob');
  });
});
