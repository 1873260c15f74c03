import { request } from '../message/index.ts';
import type { Field, Request } from '../message/types.ts';
import type { Dialog } from './dialog.ts';
import { routed } from './route.ts';

/** The next request inside a dialog (RFC 3261 §12.2.1.1): takes a CSeq. Given fields win over those made here. */
export function requestIn(dialog: Dialog, method: string, fields: readonly Field[], body?: Uint8Array): Request {
  dialog.localSeq += 1;
  return inside(dialog, method, dialog.localSeq, fields, body);
}

/** The ACK of a 2xx (§13.2.2.4): the INVITE's CSeq number, and its credentials. */
export function ackIn(dialog: Dialog, invite: Request, fields: readonly Field[], body?: Uint8Array): Request {
  return inside(dialog, 'ACK', invite.cseq.number, [...credentials(invite), ...fields], body);
}

/** Defaults without those whose name is given, then the given ones. */
export function override(defaults: readonly Field[], given: readonly Field[]): readonly Field[] {
  const fields: Field[] = [];
  for (const field of defaults) if (!given.some(([name]) => isSame(name, field[0]))) fields.push(field);
  fields.push(...given);
  return fields;
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && (a === b || a.toLowerCase() === b.toLowerCase());
}

function inside(dialog: Dialog, method: string, cseq: number, fields: readonly Field[], body?: Uint8Array): Request {
  const { uri, route } = routed(dialog.remoteTarget, dialog.routeSet);
  const defaults: readonly Field[] = [
    ...route.map((value): Field => ['Route', value]),
    ['Max-Forwards', '70'],
    ['From', dialog.local],
    ['To', dialog.remote],
    ['Call-ID', dialog.callId],
    ['CSeq', `${cseq} ${method}`],
  ];
  const headers = override(defaults, fields);
  return body === undefined ? request({ method, uri, headers }) : request({ method, uri, headers, body });
}

function credentials(invite: Request): readonly Field[] {
  return ['Authorization', 'Proxy-Authorization'].flatMap((name) =>
    invite.headers.lines(name).map((value): Field => [name, value]),
  );
}
