import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Request, request } from '../sip/message/index.ts';
import { Directory } from './directory.ts';

test('whether a NAT is in between: as its account says, or the trunk that a caller comes through', () => {
  const directory = new Directory({
    accounts: [
      { number: '101', name: 'Alice', nat: 'no' },
      { number: '102', name: 'Bob' },
      { number: 'trunk', name: '', addresses: ['192.0.2.0/24'], trusted: true, nat: 'yes' },
      { number: 'door', name: '', addresses: ['198.51.100.7'], nat: 'yes' },
    ],
    algorithms: ['MD5'],
  });
  const from = (user: string): Request =>
    request({ method: 'INVITE', uri: 'sip:10.0.0.1', headers: [['From', `<sip:${user}@192.0.2.9>;tag=1`]] });
  assert.equal(directory.natOf(from('101'), '192.0.2.9'), 'no');
  assert.equal(directory.natOf(from('102'), '192.0.2.9'), undefined);
  assert.equal(directory.natOf(from('+15550100'), '192.0.2.9'), 'yes');
  assert.equal(directory.natOf(from('+15550100'), '203.0.113.1'), undefined);
  assert.equal(directory.natOf(from('+15550100'), '198.51.100.7'), undefined, 'one that is not trusted is no trunk');
  assert.equal(directory.natOf(from('door'), '198.51.100.7'), 'yes');
});
