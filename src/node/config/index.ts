export { type Entries, importFresh } from './generation.ts';
export { authoritiesIn, optionsIn } from './options.ts';
export { existsBeside, readSource, textBeside } from './read.ts';
export type { Source } from './source.ts';
