import type { Response } from '../sip/message/index.ts';
import type { Refusal } from '../sip/usage/types.ts';
import type { LegLine } from './types.ts';

/** A text inside a call that is up, to a phone whose Allow names MESSAGE (RFC 3428 §4); false: it does not. */
export function sendText(line: LegLine, body: Uint8Array, then: (result: Response | Refusal) => void): boolean {
  const { session, leg } = line;
  if (session === undefined || leg.state !== 'up' || !session.remoteAllow.has('MESSAGE')) return false;
  const headers = [['Content-Type', 'text/plain;charset=UTF-8']] as const;
  const told = (result: Response | Refusal): void => {
    if (line.texting.delete(told)) then(result);
  };
  line.texting.add(told);
  const send = (): void => session.request('MESSAGE', { headers, body }, told);
  // Before its ACK the phone may not know that there is a call: its 481 would end it.
  if (line.ackDue) line.atAck.push(send);
  else send();
  return true;
}

/** The call is over: what has not been answered never will be. */
export function dropTexts({ texting, atAck }: LegLine): void {
  atAck.length = 0;
  for (const told of texting) told(OVER);
}

const OVER: Refusal = { status: 481, reasonPhrase: 'Call/Transaction Does Not Exist', response: undefined };
