export { type Difference, differences, fixed } from './differences.ts';
export type { Mistake } from './mistakes.ts';
export { type Key, keys } from './reference.ts';
export { type Configuration, defineConfig } from './schema.ts';
export { type Settings, settingsFrom } from './settings.ts';
