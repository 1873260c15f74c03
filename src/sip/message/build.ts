import { HeaderLines } from './header-lines.ts';
import { NO_BODY, SipRequest, SipResponse } from './message.ts';
import { oneLine } from './quote.ts';
import { reasonPhrase } from './reason-phrase.ts';
import type { Field, Request, Response } from './types.ts';

/** A request of our own. Nothing is added: what `headers` lacks (Via, Content-Length) comes on its way down. */
export function request(init: {
  readonly method: string;
  readonly uri: string;
  readonly headers: readonly Field[];
  readonly body?: Uint8Array;
}): Request {
  return new SipRequest(oneLine(init.method), oneLine(init.uri), HeaderLines.of(init.headers), init.body ?? NO_BODY);
}

/** A response of our own; see `responseTo` for one with the fields that its request prescribes. */
export function response(init: {
  readonly status: number;
  readonly reasonPhrase?: string;
  readonly headers: readonly Field[];
  readonly body?: Uint8Array;
}): Response {
  const phrase = oneLine(init.reasonPhrase ?? reasonPhrase(init.status));
  return new SipResponse(init.status, phrase, HeaderLines.of(init.headers), init.body ?? NO_BODY);
}
