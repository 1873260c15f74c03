import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bindingRequest, bindingResponse, mappedIn } from './index.ts';

/** The transaction of RFC 5769 §2.2 and §2.3, whose addresses are the vectors'. */
const id = [0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae];
const request = new Uint8Array([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, ...id]);

describe('a binding request', () => {
  it('is told its IPv4 address as RFC 5769 §2.2 has it', () => {
    const response = bindingResponse(request, { address: '192.0.2.1', port: 32_853 });
    assert.deepEqual(
      response,
      new Uint8Array([
        1,
        1,
        0,
        12,
        0x21,
        0x12,
        0xa4,
        0x42,
        ...id,
        0,
        0x20,
        0,
        8,
        0,
        1,
        0xa1,
        0x47,
        0xe1,
        0x12,
        0xa6,
        0x43,
      ]),
    );
  });

  it('is told its IPv6 address as RFC 5769 §2.3 has it', () => {
    const response = bindingResponse(request, { address: '2001:db8:1234:5678:11:2233:4455:6677', port: 32_853 });
    const xored = [0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5, 0xbe, 0xd2, 0xb9, 0xd9];
    assert.deepEqual(response?.slice(20), new Uint8Array([0, 0x20, 0, 20, 0, 2, 0xa1, 0x47, ...xored]));
  });

  it('with attributes is answered too', () => {
    const software = [0x80, 0x22, 0, 4, 0x74, 0x65, 0x73, 0x74];
    const longer = new Uint8Array([...request, ...software]);
    longer[3] = software.length;
    assert.equal(bindingResponse(longer, { address: '::1', port: 1 })?.length, 44);
  });
});

it('everything else is dropped', () => {
  const changed = (at: number, value: number): Uint8Array =>
    request.map((octet, place) => (place === at ? value : octet));
  const from = { address: '192.0.2.1', port: 1 };
  for (const bytes of [changed(0, 1), changed(1, 0x11), changed(3, 4), changed(4, 0), request.subarray(1)]) {
    assert.equal(bindingResponse(bytes, from), undefined);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      assert.equal(bindingResponse(bytes, from), undefined);
    }),
  );
});

describe('a question of our own', () => {
  const transaction = new Uint8Array(id);

  it('is the shortest binding request', () => assert.deepEqual(bindingRequest(transaction), request));

  it('is answered with the addresses of RFC 5769 §2.2 and §2.3, other attributes before them or not', () => {
    const software = [0x80, 0x22, 0, 11, ...new TextEncoder().encode('test vector'), 0x20];
    const four = [0, 0x20, 0, 8, 0, 1, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43];
    const xored = [0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5, 0xbe, 0xd2, 0xb9, 0xd9];
    const six = [0, 0x20, 0, 20, 0, 2, 0xa1, 0x47, ...xored];
    const response = (...attributes: number[]): Uint8Array =>
      new Uint8Array([1, 1, 0, attributes.length, 0x21, 0x12, 0xa4, 0x42, ...id, ...attributes]);
    const mapped = { address: '192.0.2.1', port: 32_853 };
    assert.deepEqual(mappedIn(response(...software, ...four), transaction), mapped);
    assert.deepEqual(mappedIn(response(...four, ...software), transaction), mapped);
    assert.deepEqual(mappedIn(response(...six), transaction), {
      address: '2001:db8:1234:5678:11:2233:4455:6677',
      port: 32_853,
    });
    assert.equal(mappedIn(response(...software), transaction), undefined);
    assert.equal(mappedIn(response(...four), new Uint8Array(12)), undefined, 'of another question');
    assert.equal(mappedIn(request, transaction), undefined);
  });

  it('is not hurt by any octets', () => {
    const beginning = [1, 1, 0, 24, 0x21, 0x12, 0xa4, 0x42, ...id];
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 24, maxLength: 24 }), (rest) => {
        const mapped = mappedIn(new Uint8Array([...beginning, ...rest]), transaction);
        assert.ok(mapped === undefined || (mapped.port >= 0 && mapped.port < 65_536));
      }),
    );
  });
});
