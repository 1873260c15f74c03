import { override } from '../dialog/index.ts';
import { responseTo } from '../message/index.ts';
import type { Field, Request, Response } from '../message/types.ts';
import type { ServerTransaction } from '../transaction/types.ts';
import type { Core } from './core.ts';
import { accepted, answersSecurely, ourContact, capabilities, inviteCapabilities } from './fields.ts';

export interface AnswerOptions {
  readonly reasonPhrase?: string;
  readonly toTag?: string;
  readonly headers?: readonly Field[];
  readonly body?: Uint8Array;
  /** We are a conference's focus. */
  readonly focus?: boolean;
}

/** Requests whose 2xx makes or refreshes a dialog and so carries a Contact (RFC 3261 §12.1.1; RFC 3311, 3515, 6665). */
const dialogForming = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY', 'REFER']);

/** A response with the fields every one of ours has; given headers win over them. */
export function answerTo(
  core: Core,
  { request, flow }: ServerTransaction,
  status: number,
  options: AnswerOptions,
): Response {
  const { headers = [], focus = false, ...rest } = options;
  const defaults: readonly Field[] = [
    ...contact(core, request, status, flow, focus),
    ...told(core, request.method, status),
    ['Server', core.options.product],
  ];
  return responseTo(request, status, { ...rest, headers: override(defaults, headers) });
}

/** Answers inside a dialog or where no tag is needed. */
export function answer(core: Core, transaction: ServerTransaction, status: number, options: AnswerOptions = {}): void {
  transaction.respond(answerTo(core, transaction, status, options));
}

/** Refuses with a Retry-After that spreads the peer's next try (§14.2). */
export function answerLater(core: Core, transaction: ServerTransaction): void {
  answer(core, transaction, 500, { headers: [['Retry-After', String(core.kernel.random(11))]] });
}

/** §11.2: the answer to an OPTIONS, inside a dialog too. */
export function answerOptions(core: Core, transaction: ServerTransaction): void {
  answer(core, transaction, 200, { headers: [['Accept', accepted]] });
}

function contact(
  core: Core,
  request: Request,
  status: number,
  flow: ServerTransaction['flow'],
  focus: boolean,
): readonly Field[] {
  if (status <= 100 || status >= 300 || !dialogForming.has(request.method)) return [];
  return [['Contact', ourContact(core.options.contact(flow, answersSecurely(request)), focus)]];
}

function told(core: Core, method: string, status: number): readonly Field[] {
  if (status <= 100 || status >= 300) return [];
  if (method === 'INVITE') return inviteCapabilities(core.options);
  return method === 'UPDATE' || method === 'OPTIONS' ? capabilities(core.options) : [];
}
