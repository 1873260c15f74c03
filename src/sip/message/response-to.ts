import { response } from './build.ts';
import { NO_NAME_ADDR } from './message.ts';
import type { Field, Headers, Request, Response } from './types.ts';

export interface ResponseOptions {
  readonly reasonPhrase?: string;
  /** Goes into To when that has none. */
  readonly toTag?: string;
  readonly headers?: readonly Field[];
  readonly body?: Uint8Array;
}

/** RFC 3261 §12.1.1, RFC 3515 §2.4.4, RFC 6665 §4.1.3. */
const FORMS_DIALOG: ReadonlySet<string> = new Set(['INVITE', 'SUBSCRIBE', 'REFER', 'NOTIFY']);

/**
 * A response with what RFC 3261 §8.2.6 copies from the request: Via, From, To (with `toTag` when it had none), Call-ID,
 * CSeq, Timestamp into a 100, Record-Route into 101–299 where a dialog may come of it. `headers` follow.
 */
export function responseTo(request: Request, status: number, options: ResponseOptions = {}): Response {
  const { headers } = request;
  const fields: Field[] = [];
  copy(fields, headers, 'Via');
  if (status > 100 && status < 300 && FORMS_DIALOG.has(request.method)) copy(fields, headers, 'Record-Route');
  fields.push(['From', headers.get('from') ?? '']);
  fields.push(['To', taggedTo(request, options.toTag ?? '')]);
  fields.push(['Call-ID', request.callId]);
  fields.push(['CSeq', headers.get('cseq') ?? '']);
  if (status === 100) copy(fields, headers, 'Timestamp');
  if (options.headers !== undefined) fields.push(...options.headers);
  return response({
    status,
    headers: fields,
    ...(options.reasonPhrase !== undefined && { reasonPhrase: options.reasonPhrase }),
    ...(options.body !== undefined && { body: options.body }),
  });
}

function copy(fields: Field[], headers: Headers, name: string): void {
  for (const value of headers.lines(name)) fields.push([name, value]);
}

/** A To that cannot be read goes back as it came: a tag might land inside an open quote. */
function taggedTo(request: Request, tag: string): string {
  const to = request.headers.get('to') ?? '';
  return tag === '' || request.toTag !== '' || request.to === NO_NAME_ADDR ? to : `${to};tag=${tag}`;
}
