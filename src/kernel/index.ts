export * from './base64.ts';
export * from './bytes.ts';
export type { Crypto, HashName } from './crypto.ts';
export { type Deferred, type Fault, Kernel, type KernelPorts, type Opened, type Scope, type Timer } from './kernel.ts';
export { catalogue, type ErrorCode, type ErrorFacts, StrowgerError } from './errors.ts';
