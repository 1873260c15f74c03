export { cached } from './cache.ts';
export { familiesOf, type Target } from './plan.ts';
export { type Resolved, type ResolveParts, resolve } from './resolve.ts';
export type * from './resolver.ts';
