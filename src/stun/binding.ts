/** Where a request came from; IPv6 without brackets. */
export interface StunSource {
  readonly address: string;
  readonly port: number;
}

const HEADER = 20;
const COOKIE = 0x2112a442;
const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;
const XOR_MAPPED_ADDRESS = 0x0020;
/** No request of a keep-alive is longer. */
const LONGEST = 548;

/**
 * The success response to a binding request (RFC 8489 §6.3.1): XOR-MAPPED-ADDRESS says where it came from. undefined: it is no
 * such request, and is to be dropped.
 *
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *  |0 0|  type = 0x0001            |  length of what follows       |
 *  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *  |                  magic cookie = 0x2112A442                    |
 *  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *  |                  transaction id (96 bits)                     |
 *  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
export function bindingResponse(request: Uint8Array, source: StunSource): Uint8Array | undefined {
  if (request.length < HEADER || request.length > LONGEST) return undefined;
  const read = new DataView(request.buffer, request.byteOffset, request.byteLength);
  const sound = read.getUint16(2) === request.length - HEADER && request.length % 4 === 0;
  if (read.getUint16(0) !== BINDING_REQUEST || read.getUint32(4) !== COOKIE || !sound) return undefined;
  const address = octetsOf(source.address);
  const response = new Uint8Array(HEADER + 8 + address.length);
  response.set(request.subarray(0, HEADER));
  const write = new DataView(response.buffer);
  write.setUint16(0, BINDING_SUCCESS);
  write.setUint16(2, 8 + address.length);
  write.setUint16(HEADER, XOR_MAPPED_ADDRESS);
  write.setUint16(HEADER + 2, 4 + address.length);
  write.setUint16(HEADER + 4, address.length === 4 ? 1 : 2);
  write.setUint16(HEADER + 6, source.port ^ (COOKIE >>> 16));
  // §14.2: cookie and transaction id, which stand one behind the other, hide the address from NATs that rewrite.
  for (const [at, octet] of address.entries()) response[HEADER + 8 + at] = octet ^ (request[4 + at] ?? 0);
  return response;
}

function octetsOf(address: string): readonly number[] {
  if (!address.includes(':')) return address.split('.').map(Number);
  const [head = '', tail] = address.replace(/%.*/, '').split('::');
  const before = hexOctets(head);
  const after = hexOctets(tail ?? '');
  return [...before, ...Array.from({ length: 16 - before.length - after.length }, () => 0), ...after];
}

function hexOctets(text: string): readonly number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}

/** A binding request of that transaction (96 bits), as short as can be (RFC 8489 §5). */
export function bindingRequest(transaction: Uint8Array): Uint8Array {
  const request = new Uint8Array(HEADER);
  const write = new DataView(request.buffer);
  write.setUint16(0, BINDING_REQUEST);
  write.setUint32(4, COOKIE);
  request.set(transaction.subarray(0, 12), 8);
  return request;
}

/** Where the request of that transaction came from, as its success response says; undefined: it is no such response. */
export function mappedIn(response: Uint8Array, transaction: Uint8Array): StunSource | undefined {
  if (response.length < HEADER || response.length > LONGEST) return undefined;
  const read = new DataView(response.buffer, response.byteOffset, response.byteLength);
  const sound = read.getUint16(2) === response.length - HEADER && response.length % 4 === 0;
  if (read.getUint16(0) !== BINDING_SUCCESS || read.getUint32(4) !== COOKIE || !sound) return undefined;
  if (!transaction.every((octet, at) => response[8 + at] === octet)) return undefined;
  for (let at = HEADER; at + 4 <= response.length; at += 4 + Math.ceil(read.getUint16(at + 2) / 4) * 4) {
    const length = read.getUint16(at + 2);
    if (read.getUint16(at) === XOR_MAPPED_ADDRESS && at + 4 + length <= response.length)
      return unmasked(response.subarray(at + 4, at + 4 + length), response);
  }
  return undefined;
}

/** XOR-MAPPED-ADDRESS (§14.2): a family, the port, the address, both masked by cookie and transaction. */
function unmasked(value: Uint8Array, message: Uint8Array): StunSource | undefined {
  const octets = [...value.subarray(4)].map((octet, at) => octet ^ (message[4 + at] ?? 0));
  const port = (((value[2] ?? 0) << 8) | (value[3] ?? 0)) ^ (COOKIE >>> 16);
  if (value[1] === 1 && octets.length === 4) return { address: octets.join('.'), port };
  if (value[1] !== 2 || octets.length !== 16) return undefined;
  const groups = Array.from({ length: 8 }, (_, at) => ((octets[2 * at] ?? 0) << 8) | (octets[2 * at + 1] ?? 0));
  return { address: groups.map((group) => group.toString(16)).join(':'), port };
}
