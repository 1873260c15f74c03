import assert from 'node:assert/strict';
import { test } from 'node:test';
import { request } from '../sip/message/index.ts';
import { reason } from './cause.ts';
import { asserted, claimsOf, connected, fromOf, nameAddr, OWN_PHONE } from './identity.ts';

const ALICE = { name: 'Alice', number: '101' };
const NOBODY = { ...ALICE, withheld: true };
const TRUSTED = { trusted: true, remotePartyId: false };

function claims(...headers: readonly (readonly [string, string])[]) {
  const from = headers.some(([name]) => name === 'From') ? [] : [['From', 'Bob <sip:102@pbx>;tag=1'] as const];
  return claimsOf(request({ method: 'INVITE', uri: 'sip:103@pbx', headers: [...from, ...headers] }));
}

test('names and numbers cannot break out of their header, and stay readable', () => {
  assert.equal(
    nameAddr({ name: 'A "B" \\C\r\nX: 1', number: '66#@x' }, 'pbx'),
    '"A \\"B\\" \\\\C  X: 1" <sip:66%23%40x@pbx>',
  );
  assert.equal(nameAddr({ name: '', number: '101' }, '[2001:db8::1]'), '<sip:101@[2001:db8::1]>');
  assert.deepEqual(reason({ status: 603, reasonPhrase: 'No "way"' }), [
    ['Reason', 'SIP;cause=603;text="No \\"way\\""'],
  ]);
});

test('RFC 3325 §7: a withheld identity goes to the trusted only, marked so; the From names nobody (RFC 3323 §4.1.1.3)', () => {
  assert.equal(fromOf(NOBODY, 'pbx'), '"Anonymous" <sip:anonymous@anonymous.invalid>');
  assert.deepEqual(asserted(NOBODY, 'pbx', OWN_PHONE), []);
  assert.deepEqual(asserted(NOBODY, 'pbx', TRUSTED), [
    ['P-Asserted-Identity', '"Alice" <sip:101@pbx>'],
    ['Privacy', 'id'],
  ]);
  assert.deepEqual(asserted(undefined, 'pbx', TRUSTED), []);
  assert.deepEqual(connected(NOBODY, 'pbx', OWN_PHONE), [
    ['P-Asserted-Identity', '"Anonymous" <sip:anonymous@anonymous.invalid>'],
  ]);
});

test('what a request claims of its sender', () => {
  assert.deepEqual(claims(), { asserted: undefined, preferred: undefined, withheld: false });
  assert.deepEqual(claims(['P-Asserted-Identity', '"Mum" <sip:+1@x>, <tel:+1>']).asserted, {
    name: 'Mum',
    number: '+1',
  });
  assert.deepEqual(claims(['P-Asserted-Identity', '<tel:+15550100>']).asserted, { name: '', number: '+15550100' });
  assert.deepEqual(claims(['Remote-Party-ID', '<sip:7@x>;party=called']).asserted, undefined);
  assert.deepEqual(claims(['P-Asserted-Identity', 'nonsense']).asserted, undefined);
  assert.deepEqual(claims(['P-Preferred-Identity', '<sip:100@x>']).preferred, { name: '', number: '100' });
});

test('who asks not to be named, and who takes it back (RFC 3323 §4.2)', () => {
  for (const privacy of ['id', 'user', 'Header; ID', 'session;user;critical'])
    assert.equal(claims(['Privacy', privacy]).withheld, true, privacy);
  for (const privacy of ['none', 'header', 'session', 'history', ''])
    assert.equal(claims(['Privacy', privacy]).withheld, false, privacy);
  assert.equal(claims(['From', '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1']).withheld, true);
  assert.equal(claims(['Remote-Party-ID', '<sip:7@x>;privacy=full']).withheld, true);
  assert.equal(claims(['Privacy', 'none'], ['Remote-Party-ID', '<sip:7@x>;privacy=full']).withheld, false);
});
