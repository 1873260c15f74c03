import type { Lasting } from '../subscribe/types.ts';

/** Seconds a subscription to a REFER lasts at most: longer than anybody lets a telephone ring. */
const LASTS = 600;

/** RFC 3515 §3.4. */
export const LASTING: Lasting = { floor: 1, ceiling: LASTS, usual: LASTS };
