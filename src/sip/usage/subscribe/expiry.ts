import type { Field, Request } from '../../message/types.ts';
import type { Lasting } from './types.ts';

/** The seconds granted, or the Min-Expires of a 423 (RFC 6665 §4.2.1.1); 0 asks once, or ends it. */
export function granted(request: Request, { floor, ceiling, usual }: Lasting): number | { readonly minimum: Field } {
  const value = request.headers.get('Expires');
  if (value === undefined) return usual;
  const asked = /^\d+$/.test(value) ? Number(value) : usual;
  // Only below an hour may a subscription be called too brief.
  if (asked > 0 && asked < Math.min(floor, 3600)) return { minimum: ['Min-Expires', String(floor)] };
  return Math.min(asked, ceiling);
}
