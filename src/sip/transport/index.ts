export { createTransport, type Transport, type TransportParts } from './transport.ts';
export type * from './types.ts';
