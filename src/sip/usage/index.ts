export { type AgentParts, type CreatedAgent, createUserAgent } from './agent.ts';
export { shown, table as inviteTable } from './invite/states.ts';
export { createSipStack, type SipStack, type StackParts, type Trace } from './stack.ts';
export type * from './types.ts';
