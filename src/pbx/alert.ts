import type { Field } from '../sip/message/index.ts';

/** How the phones that a dial rings are asked to ring. */
export interface Alert {
  /** A distinctive ring, by the name phones know it under ('bellcore-dr2', 'External') or as a URI (RFC 7462). */
  readonly ring?: string;
  /** Picks up by itself at once: intercom, click-to-call. */
  readonly answers?: boolean;
}

/**
 * The two ways in which phones learn to pick up, and the one to ring otherwise (RFC 3261 §20.4, §20.9). Throws a RangeError
 * for a name that cannot stand in a header: it was written by a dialplan, not by the network.
 */
export function alertFields({ ring, answers = false }: Alert, host: string): readonly Field[] {
  const fields: Field[] = [];
  if (ring !== undefined) fields.push(['Alert-Info', ringing(ring)]);
  if (answers)
    fields.push(
      ['Call-Info', `<sip:${host}>;answer-after=0`],
      ['Alert-Info', '<http://localhost>;info=alert-autoanswer'],
    );
  return fields;
}

function ringing(ring: string): string {
  if (!/^[!#-;=?-~]+$/.test(ring)) throw new RangeError(`'${ring}' names no way to ring`);
  return ring.includes(':') ? `<${ring}>` : `<http://localhost>;info=${ring}`;
}
