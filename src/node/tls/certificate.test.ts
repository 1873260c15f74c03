import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { eventually } from '../eventually.test.ts';
import type { Credentials } from '../wire/index.ts';
import { openCertificate } from './index.ts';
import { selfSigned } from './self-signed.ts';

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'strowger-tls-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

test('without files one is made, EC P-256, for its names, and stays', async (t) => {
  const data = folder(t);
  const options = { files: undefined, folder: data, names: ['pbx.example.org', '192.0.2.1', '2001:db8::1'] };
  const first = await openCertificate(options);
  const certificate = new X509Certificate(first.credentials.cert);
  assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  assert.equal(certificate.checkHost('pbx.example.org'), 'pbx.example.org');
  for (const address of ['192.0.2.1', '2001:db8::1']) assert.equal(certificate.checkIP(address), address);
  assert.ok(certificate.verify(certificate.publicKey), 'signed by its own key');
  assert.ok(certificate.validToDate.getTime() > Date.now() + 9 * 365 * 86_400_000);
  assert.equal(statSync(first.files.key).mode & 0o077, 0, 'nobody else reads the key');
  const second = await openCertificate(options);
  assert.deepEqual(second.credentials, first.credentials);
});

test('one of its own that has run out is made anew', async (t) => {
  const data = folder(t);
  const made = await openCertificate({ files: undefined, folder: data, names: ['a'] });
  const old = await selfSigned(['a'], Date.now() - 11 * 365 * 86_400_000);
  writeFileSync(made.files.certificate, old.cert);
  writeFileSync(made.files.key, old.key);
  const again = await openCertificate({ files: undefined, folder: data, names: ['a'] });
  assert.notEqual(again.credentials.cert, old.cert);
});

test('files that cannot be used are named, with the reason', async (t) => {
  const data = folder(t);
  const [one, other] = [await selfSigned(['a']), await selfSigned(['b'])];
  const files = { certificate: join(data, 'c.pem'), key: join(data, 'k.pem') };
  const opening = () => openCertificate({ files, folder: data, names: [] });
  await assert.rejects(opening(), { code: 'E_CERTIFICATE', message: /c\.pem.*k\.pem.*/ });
  writeFileSync(files.certificate, one.cert);
  writeFileSync(files.key, other.key);
  await assert.rejects(opening(), { code: 'E_CERTIFICATE', message: /mismatch/ });
  writeFileSync(files.key, 'no PEM');
  await assert.rejects(opening(), { code: 'E_CERTIFICATE' });
});

test('files are read again when they change, also through a link; a pair that does not match waits for its other half', async (t) => {
  const data = folder(t);
  const [first, second] = [await selfSigned(['a']), await selfSigned(['b'])];
  for (const [name, { cert, key }] of Object.entries({ first, second })) {
    writeFileSync(join(data, `${name}.cert`), cert);
    writeFileSync(join(data, `${name}.key`), key);
  }
  const files = { certificate: join(data, 'c.pem'), key: join(data, 'k.pem') };
  symlinkSync(join(data, 'first.cert'), files.certificate);
  symlinkSync(join(data, 'first.key'), files.key);
  const opened = await openCertificate({ files, folder: data, names: [] });
  t.after(() => opened.close());
  const changes: Credentials[] = [];
  const problems: string[] = [];
  opened.watch({ changed: (found) => changes.push(found), unusable: (why) => problems.push(why) });
  unlinkSync(files.certificate);
  symlinkSync(join(data, 'second.cert'), files.certificate);
  await eventually(() => problems.length > 0, 10_000);
  assert.deepEqual(changes, []);
  unlinkSync(files.key);
  symlinkSync(join(data, 'second.key'), files.key);
  await eventually(() => changes.length > 0, 10_000);
  assert.deepEqual(changes, [{ cert: readFileSync(join(data, 'second.cert'), 'utf8'), key: second.key }]);
});
