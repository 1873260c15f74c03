import { HeaderLines } from './header-lines.ts';
import { NO_BODY, rebuilt } from './message.ts';
import type { Message } from './types.ts';

/** All lines of that name replaced by one in the place of the first; appended when there was none. */
export function withField<M extends Message>(message: M, name: string, value: string): M {
  return rebuilt(message, HeaderLines.from(message.headers).with(name, value));
}

/** The first value of a list header (the top Via, the next Route) replaced, the others untouched; appended when there was none. */
export function withFirst<M extends Message>(message: M, name: string, value: string): M {
  return rebuilt(message, HeaderLines.from(message.headers).withFirst(name, value));
}

/** A line put before the first of that name; at the top when there was none. */
export function prepend<M extends Message>(message: M, name: string, value: string): M {
  return rebuilt(message, HeaderLines.from(message.headers).prepended(name, value));
}

/** A line put at the end, whatever else has that name (WWW-Authenticate, Contact). */
export function append<M extends Message>(message: M, name: string, value: string): M {
  return rebuilt(message, HeaderLines.of([...message.headers, [name, value]]));
}

/** Without the lines of that name. */
export function without<M extends Message>(message: M, name: string): M {
  return rebuilt(message, HeaderLines.from(message.headers).without(name));
}

/** Without the first value of a list header (the top Via of a response, a consumed Route). */
export function withoutFirst<M extends Message>(message: M, name: string): M {
  return rebuilt(message, HeaderLines.from(message.headers).withoutFirst(name));
}

/** Another body and its Content-Type; an empty body takes the Content-Type away. Content-Length is made when printing. */
export function withBody<M extends Message>(message: M, contentType: string, body: Uint8Array): M {
  const headers = HeaderLines.from(message.headers).without('content-length');
  return body.length === 0
    ? rebuilt(message, headers.without('content-type'), NO_BODY)
    : rebuilt(message, headers.with('Content-Type', contentType), body);
}
