export type { Refused } from './admission.ts';
export { type Control, openControl } from './control.ts';
export { openPublic, type Phase, type PublicHttp, type PublicOptions } from './public.ts';
