export { contactOf, reach } from './reach.ts';
export { createTransport, type Transport, type TransportParts } from './transport.ts';
export type * from './types.ts';
export { hostPort } from './via.ts';
