export { document, type Fragment, xml } from './write.ts';
