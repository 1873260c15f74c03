export type { Day } from './date.ts';
export { type Said, say } from './say.ts';
