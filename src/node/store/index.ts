export { type OpenStore, openStore } from './sqlite-store.ts';
