/** Whether an IP address is one of those, each an address or a network with its prefix length (`192.0.2.0/24`, RFC 4632 §3.1). */
export function comesFrom(networks: readonly string[], address: string): boolean {
  const bits = bitsOf(address);
  return bits !== undefined && networks.some((network) => holds(network, bits));
}

function holds(network: string, bits: string): boolean {
  const [address = '', prefix] = network.split('/');
  const own = bitsOf(address);
  if (own === undefined || own.length !== bits.length) return false;
  const length = prefix === undefined ? own.length : Number(prefix);
  return own.slice(0, length) === bits.slice(0, length);
}

/** 32 or 128 binary digits; undefined: no address. */
function bitsOf(address: string): string | undefined {
  const groups = address.includes(':') ? ipv6Groups(address) : address.split('.').map((octet) => binary(octet, 10, 8));
  const bits = groups?.join('');
  return bits?.length === 32 || bits?.length === 128 ? bits : undefined;
}

/** RFC 4291 §2.2: `::` stands for as many zero groups as are missing. */
function ipv6Groups(address: string): readonly string[] | undefined {
  const [head = '', tail, more] = address.split('::');
  if (more !== undefined) return undefined;
  const first = hexGroups(head);
  if (tail === undefined) return first;
  const last = hexGroups(tail);
  const missing = 8 - first.length - last.length;
  return missing < 1 ? undefined : [...first, ...Array.from({ length: missing }, () => '0'.repeat(16)), ...last];
}

function hexGroups(text: string): readonly string[] {
  return text === '' ? [] : text.split(':').map((group) => binary(group, 16, 16));
}

/** '' when it is no number of that base and size. */
function binary(text: string, base: 10 | 16, width: number): string {
  const digits = base === 10 ? /^\d{1,3}$/ : /^[\da-f]{1,4}$/i;
  const value = digits.test(text) ? Number.parseInt(text, base) : 2 ** width;
  return value < 2 ** width ? value.toString(2).padStart(width, '0') : '';
}
