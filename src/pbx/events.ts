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
      /** Others of that address since the last one told, which this one is told for. */
      readonly untold?: number;
    }
  | { readonly event: 'call.started'; readonly call: string; readonly from: Party; readonly dialed: string }
  | { readonly event: 'call.unreachable'; readonly call: string; readonly number: string; readonly why: string }
  | {
      readonly event: 'call.forwarded';
      readonly call: string;
      readonly from: string;
      readonly to: string;
      readonly why: string;
    }
  /** A party was put into a parking space, somebody took him back, or whoever had put him there was rung and did. */
  | {
      readonly event: 'parking.parked' | 'parking.retrieved' | 'parking.returned';
      readonly call: string;
      readonly space: string;
      readonly party: Party;
      readonly by: string;
    }
  | { readonly event: 'call.answered'; readonly call: string; readonly by: Party }
  | { readonly event: 'call.ended'; readonly call: string; readonly cause: Cause; readonly seconds: number }
  | {
      readonly event: 'conference.joined' | 'conference.left';
      /** The number of the room. */
      readonly conference: string;
      readonly call: string;
      readonly member: Party;
    }
  /** A conference was recorded; `file` is '' when it could not be written. */
  | {
      readonly event: 'conference.recorded';
      readonly conference: string;
      readonly file: string;
      readonly seconds: number;
    }
  /** The address by which peers outside reach the exchange is known, or another than `before`. */
  | { readonly event: 'network.changed'; readonly external: string; readonly before: string }
  /** A connection ended that we did not close; `untold` others did since the last one told. Bindings and calls outlast it. */
  | { readonly event: 'flow.closed'; readonly peer: string; readonly why: string; readonly untold: number }
  /** The call's record could not be written. */
  | { readonly event: 'record.lost'; readonly call: string; readonly why: string }
  /** Media of a leg come from elsewhere than its phone said, as behind a NAT; they are sent there from now on. */
  | { readonly event: 'media.latched'; readonly call: string; readonly source: string }
  /** Packets at a leg's port were not of its call and were dropped; why, and from where, of the newest. The call goes on. */
  | {
      readonly event: 'media.strays';
      readonly call: string;
      readonly packets: number;
      readonly source: string;
      readonly why: string;
    }
  | { readonly event: 'program.failed'; readonly call: string; readonly why: string }
  | { readonly event: 'sound.missing'; readonly call: string; readonly file: string; readonly why: string };
