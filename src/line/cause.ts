import { CAUSES, type Cause, type Elsewhere } from '../call/index.ts';
import { display } from '../kernel/index.ts';
import { type Field, type Message, type NameAddr, quote } from '../sip/message/index.ts';
import type { Refusal } from '../sip/usage/types.ts';

/** A Reason header for what a cause knows beyond its status (RFC 3326). */
export function reason(cause: Cause): readonly Field[] {
  const text = quote(cause.reasonPhrase);
  if (cause.q850 !== undefined) return [['Reason', `Q.850;cause=${cause.q850};text=${text}`]];
  return [['Reason', `SIP;cause=${cause.status};text=${text}`]];
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

/** What a phone's refusal means to its caller: its own status. A challenge is our affair: the phone cannot be had. */
export function causeOf(refusal: Refusal): Cause {
  const { status, reasonPhrase, response } = refusal;
  if (status < 400) return { ...CAUSES.unavailable, movedTo: (response?.contacts ?? []).flatMap(elsewhere) };
  if (status === 401 || status === 407) return CAUSES.unavailable;
  const q850 = q850In(response);
  return q850 === undefined ? { status, reasonPhrase } : { status, reasonPhrase, q850 };
}

/** Where a redirection points. What is no SIP address, nobody here can call. */
function elsewhere({ uri }: NameAddr): readonly Elsewhere[] {
  if (uri.scheme !== 'sip' && uri.scheme !== 'sips') return [];
  return [{ number: display(uri.user), host: uri.host }];
}
