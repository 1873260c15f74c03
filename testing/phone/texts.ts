import { utf8 } from '../../src/kernel/index.ts';
import type { Request } from '../../src/sip/message/index.ts';

/** What the MESSAGEs among some requests say (RFC 3428). */
export function textsIn(requests: readonly Request[]): readonly string[] {
  return requests.filter(({ method }) => method === 'MESSAGE').map(({ body }) => utf8(body));
}
