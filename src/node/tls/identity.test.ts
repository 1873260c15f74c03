import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PeerCertificate } from 'node:tls';
import { notOf, verifying } from './identity.ts';

const certificate = (subjectaltname: string | undefined, CN = 'cn.example.net'): PeerCertificate =>
  ({ subject: { CN }, subjectaltname }) as unknown as PeerCertificate;

test('a certificate is of the SIP domains and hosts that it names (RFC 5922 §7.1)', () => {
  const names = certificate('URI:sip:example.net, DNS:gw.example.net, DNS:*.example.org, URI:sip:alice@example.com');
  for (const domain of ['example.net', 'gw.example.net', 'GW.Example.NET', 'example.net.'])
    assert.equal(notOf(domain, names), undefined, domain);
  for (const domain of ['a.example.net', 'example.com', 'a.example.org', '*.example.org2', 'cn.example.net'])
    assert.match(notOf(domain, names) ?? '', /for example\.net, gw\.example\.net/, domain);
});

test('its common name counts only where it names nothing else; a wildcard never does (§7.2)', () => {
  assert.equal(notOf('cn.example.net', certificate(undefined)), undefined);
  assert.match(notOf('cn.example.net', certificate('IP Address:192.0.2.1')) ?? '', /for nobody/);
  assert.match(notOf('a.example.org', certificate('DNS:*.example.org')) ?? '', /not for a\.example\.org/);
});

test('a file that is no authority is named at once', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'strowger-authority-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'ca.pem');
  writeFileSync(file, 'no PEM');
  assert.throws(() => verifying([file]), { code: 'E_AUTHORITY', message: /ca\.pem/ });
  assert.throws(() => verifying([join(folder, 'nowhere.pem')]), { code: 'E_AUTHORITY' });
});
