export { type AgentParts, type CreatedAgent, createUserAgent } from './agent.ts';
export { shown, table as inviteTable } from './invite/states.ts';
export { createSipStack, type SipStack, type StackParts, type Trace } from './stack.ts';
export { contactOf, hostPort, reach } from '../transport/index.ts';
export { table as subscriptionTable } from './subscribe/states.ts';
export type * from './subscribe/types.ts';
export type * from './types.ts';
