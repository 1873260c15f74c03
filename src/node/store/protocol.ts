import type { Change, Committed, Tables } from '../../pbx/store.ts';

/** What goes to the worker; each message is answered by one, in their order. */
export type ToWorker =
  | { readonly group: readonly (readonly Change[])[] }
  | { readonly load: keyof Tables; readonly last: number | undefined }
  | { readonly close: true };

export type FromWorker =
  | { readonly opened: true }
  | { readonly refused: Refusal }
  | { readonly results: readonly Committed[] }
  | { readonly rows: readonly Tables[keyof Tables][] }
  | { readonly failed: string }
  | { readonly closed: true };

/** Why a database cannot be used. */
export type Refusal =
  | { readonly kind: 'corrupt' | 'other'; readonly why: string }
  | { readonly kind: 'locked' }
  | { readonly kind: 'newer'; readonly found: number; readonly known: number };
