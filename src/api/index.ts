export * as contract from './contract.ts';
export { type Answer, type ApiScope, type Operation, operations } from './table.ts';
