import { type Field, type Request, type Response, request } from '../message/index.ts';

/** The ACK for a response of 300–699 (RFC 3261 §17.1.1.3). */
export function ackFor(invite: Request, response: Response): Request {
  return sibling(invite, 'ACK', response.headers.get('To') ?? '', []);
}

/** CANCEL of an INVITE (RFC 3261 §9.1); `headers` are put at its end. */
export function cancelFor(invite: Request, headers: readonly Field[]): Request {
  return sibling(invite, 'CANCEL', invite.headers.get('To') ?? '', headers);
}

/** A request of the same hop: same Request-URI, top Via, Route, From, Call-ID and CSeq number. */
function sibling(invite: Request, method: string, to: string, more: readonly Field[]): Request {
  const { headers } = invite;
  const [via = ''] = headers.list('Via');
  return request({
    method,
    uri: invite.uriText,
    headers: [
      ['Via', via],
      ['Max-Forwards', headers.get('Max-Forwards') ?? '70'],
      ...headers.lines('Route').map((route): Field => ['Route', route]),
      ['From', headers.get('From') ?? ''],
      ['To', to],
      ['Call-ID', invite.callId],
      ['CSeq', `${invite.cseq.number} ${method}`],
      ...more,
    ],
  });
}
