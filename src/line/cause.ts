import { CAUSES, type Cause } from '../call/index.ts';
import type { Field, Message } from '../sip/message/index.ts';
import type { Refusal } from '../sip/usage/types.ts';

/** A Reason header for what a cause knows beyond its status (RFC 3326). */
export function reason(cause: Cause): readonly Field[] {
  if (cause.q850 !== undefined) return [['Reason', `Q.850;cause=${cause.q850};text="${cause.reasonPhrase}"`]];
  return [['Reason', `SIP;cause=${cause.status};text="${cause.reasonPhrase}"`]];
}

/** The Q.850 cause a message names, if it names one. */
export function q850In(message: Message | undefined): number | undefined {
  for (const value of message?.headers.list('Reason') ?? []) {
    const [protocol = '', ...params] = value.split(';').map((part) => part.trim());
    if (protocol.toUpperCase() !== 'Q.850') continue;
    const cause = Number(params.find((param) => param.startsWith('cause='))?.slice('cause='.length));
    if (Number.isInteger(cause) && cause > 0 && cause < 128) return cause;
  }
  return undefined;
}

/**
 * What a phone's refusal means to its caller: its own status. A challenge is our affair and a redirection is not followed
 * yet: both say that the phone cannot be had.
 */
export function causeOf(refusal: Refusal): Cause {
  const { status, reasonPhrase } = refusal;
  if (status < 400 || status === 401 || status === 407) return CAUSES.unavailable;
  const q850 = q850In(refusal.response);
  return q850 === undefined ? { status, reasonPhrase } : { status, reasonPhrase, q850 };
}
