import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { hex } from '../../kernel/index.ts';
import { Aes } from './aes.ts';
import { derive } from './derive.ts';
import { GaloisMode } from './galois-mode.ts';
import { applyKeystream } from './keystream.ts';
import { HmacSha1 } from './sha1.ts';
import { read32 } from '../packet.ts';

function vectors(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../../test/vectors/srtp/${name}.json`, import.meta.url), 'utf8'));
}

const octets = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

interface Keystream {
  readonly session_key: string;
  readonly session_salt: string;
  readonly keystream_octets: number;
  readonly keystream_sha256: string;
  readonly blocks: Readonly<Record<string, string>>;
}

interface Derivation {
  readonly master_key: string;
  readonly master_salt: string;
  readonly [label: string]: unknown;
}

type Counted = Readonly<Record<string, Keystream | Derivation>>;

const counted: Counted = { ...(vectors('rfc3711-appendix-b') as Counted), ...(vectors('rfc6188') as Counted) };

for (const size of ['128', '192', '256']) {
  test(`AES-CM of ${size} bits gives the keystream of RFC 3711 B.2 and RFC 6188 §7`, () => {
    const found = counted[`aes_cm_${size}`] as Keystream;
    const aes = new Aes(octets(found.session_key));
    for (const [block, stream] of Object.entries(found.blocks)) {
      const bytes = new Uint8Array(16);
      const iv = octets(block);
      applyKeystream(aes, bytes, 0, 16, read32(iv, 0), read32(iv, 4), read32(iv, 8), read32(iv, 12));
      assert.equal(hex(bytes), stream);
    }
    const salt = octets(`${found.session_salt}0000`);
    const segment = new Uint8Array(found.keystream_octets);
    applyKeystream(
      aes,
      segment,
      0,
      segment.length,
      read32(salt, 0),
      read32(salt, 4),
      read32(salt, 8),
      read32(salt, 12),
    );
    assert.equal(createHash('sha256').update(segment).digest('hex'), found.keystream_sha256);
  });

  test(`session keys come out of a master key of ${size} bits as RFC 3711 B.3 and RFC 6188 §7 say`, () => {
    const found = counted[`kdf_${size}`] as Derivation;
    const labelled = Object.entries(found).filter(([name]) => name.includes('_label_'));
    assert.equal(labelled.length, 6);
    for (const [name, expected] of labelled) {
      const label = Number(name.slice(-2));
      const derived = derive(
        octets(found.master_key),
        octets(found.master_salt),
        label,
        octets(String(expected)).length,
      );
      assert.equal(hex(derived), expected, name);
    }
  });
}

interface HashCase {
  readonly key: string;
  readonly data: string;
  readonly hmac_sha1: string;
}

test('HMAC-SHA1 gives the authenticators of RFC 2202', () => {
  const { cases } = vectors('rfc2202-hmac-sha1') as { readonly cases: readonly HashCase[] };
  assert.equal(cases.length, 7);
  for (const { key, data, hmac_sha1 } of cases) {
    const bytes = octets(data);
    const end = bytes.length - 4;
    assert.equal(hex(new HmacSha1(octets(key)).of(bytes, end, read32(bytes, end))), hmac_sha1);
  }
});

test('HMAC-SHA1 of every length around a block is that of OpenSSL', async () => {
  const { createHmac } = await import('node:crypto');
  const key = Uint8Array.from({ length: 20 }, (_, at) => at * 7);
  const hmac = new HmacSha1(key);
  for (let length = 0; length < 200; length += 1) {
    const bytes = Uint8Array.from({ length: length + 4 }, (_, at) => (at * 31) & 255);
    const expected = createHmac('sha1', key).update(bytes).digest('hex');
    assert.equal(hex(hmac.of(bytes, length, read32(bytes, length))), expected);
  }
});

interface GaloisCase {
  readonly kind: 'srtp' | 'srtcp';
  readonly key: string;
  readonly salt: string;
  readonly roc?: number;
  readonly srtcp_index?: number;
  readonly rtp?: string;
  readonly rtcp?: string;
  readonly srtp_encrypted?: string;
  readonly srtcp_encrypted?: string;
  readonly srtcp_tag_only?: string;
}

test('AES-GCM seals and opens the packets of RFC 7714 §16 and §17', () => {
  const { cases } = vectors('rfc7714') as { readonly cases: readonly GaloisCase[] };
  assert.equal(cases.length, 4);
  for (const one of cases) {
    const cipher = new GaloisMode(octets(one.key), octets(one.salt), one.kind === 'srtcp');
    if (one.kind === 'srtp') checkPacket(cipher, one);
    else for (const encrypted of [true, false]) checkReport(cipher, one, encrypted);
  }
});

function checkPacket(cipher: GaloisMode, { rtp = '', roc = 0, srtp_encrypted }: GaloisCase): void {
  const plain = octets(rtp);
  const bytes = new Uint8Array([...plain, ...new Uint8Array(16)]);
  const sequence = (plain[2]! << 8) | plain[3]!;
  cipher.seal(bytes, 12, plain.length, read32(plain, 8), roc, sequence, 0);
  assert.equal(hex(bytes), srtp_encrypted);
  assert.ok(cipher.open(bytes, 12, plain.length, read32(plain, 8), roc, sequence, 0));
  assert.deepEqual(bytes.subarray(0, plain.length), plain);
}

function checkReport(cipher: GaloisMode, one: GaloisCase, encrypted: boolean): void {
  const plain = octets(one.rtcp ?? '');
  const index = one.srtcp_index ?? 0;
  const word = ((encrypted ? 0x80000000 : 0) | index) >>> 0;
  const from = encrypted ? 8 : plain.length;
  const bytes = new Uint8Array([...plain, ...new Uint8Array(16)]);
  cipher.seal(bytes, from, plain.length, read32(plain, 4), index >>> 16, index & 0xffff, word);
  const printed = octets((encrypted ? one.srtcp_encrypted : one.srtcp_tag_only) ?? '');
  assert.equal(hex(bytes), hex(printed.subarray(0, bytes.length)));
  assert.equal(read32(printed, bytes.length), word);
  assert.ok(cipher.open(bytes, from, plain.length, read32(plain, 4), index >>> 16, index & 0xffff, word));
  assert.deepEqual(bytes.subarray(0, plain.length), plain);
}
