import { clientInvite } from './client-invite.ts';
import { clientNonInvite } from './client-non-invite.ts';
import { serverInvite } from './server-invite.ts';
import { serverNonInvite } from './server-non-invite.ts';

/** The four machines, for diagrams and tests. */
export const tables = [clientInvite, clientNonInvite, serverInvite, serverNonInvite] as const;

export { createTransactions, type Transactions } from './transactions.ts';
export type * from './types.ts';
