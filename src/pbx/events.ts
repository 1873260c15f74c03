import type { Cause, Party } from '../call/index.ts';

/** What observers hear (log, console, call records), delivered after the step it happened in. */
export type PbxEvent =
  | {
      readonly event: 'registered' | 'unregistered' | 'expired';
      readonly account: string;
      readonly contact: string;
      readonly source: string;
    }
  | {
      readonly event: 'refused';
      readonly method: string;
      readonly account: string;
      readonly source: string;
      readonly why: string;
    }
  | { readonly event: 'call.started'; readonly call: string; readonly from: Party; readonly dialed: string }
  | { readonly event: 'call.unreachable'; readonly call: string; readonly number: string; readonly why: string }
  | { readonly event: 'call.forwarded'; readonly call: string; readonly from: string; readonly to: string }
  | { readonly event: 'call.answered'; readonly call: string; readonly by: Party }
  | { readonly event: 'call.ended'; readonly call: string; readonly cause: Cause; readonly seconds: number }
  /** The call's record could not be written. */
  | { readonly event: 'record.lost'; readonly call: string; readonly why: string }
  /** Media of a leg come from elsewhere than its phone said, as behind a NAT; they are sent there from now on. */
  | { readonly event: 'media.latched'; readonly call: string; readonly source: string }
  | { readonly event: 'sound.missing'; readonly call: string; readonly file: string; readonly why: string };
