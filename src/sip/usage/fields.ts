import type { Field, Message } from '../message/types.ts';
import type { Flow } from '../transport/types.ts';
import type { AgentOptions } from './types.ts';

export const sdpType = 'application/sdp';

/** What we can do, told in dialog-forming messages and to OPTIONS (RFC 3261 §13.2.1, §13.3.1.4, §11.2). */
export function capabilities({ allow, supported = [] }: AgentOptions): readonly Field[] {
  const methods: Field = ['Allow', allow.join(', ')];
  return supported.length === 0 ? [methods] : [methods, ['Supported', supported.join(', ')]];
}

export function contactField(options: AgentOptions, flow: Flow): Field {
  return ['Contact', `<${options.contact(flow)}>`];
}

export function sdpFields(sdp: Uint8Array | undefined): readonly Field[] {
  return sdp === undefined ? [] : [['Content-Type', sdpType]];
}

/** The session description a message carries. */
export function sdpOf(message: Message): Uint8Array | undefined {
  return message.body.length > 0 && contentType(message) === sdpType ? message.body : undefined;
}

/** The media type of the body without parameters, in lower case; '' when none is named. */
export function contentType(message: Message): string {
  const value = message.headers.get('Content-Type') ?? '';
  const end = value.indexOf(';');
  return (end < 0 ? value : value.slice(0, end)).trim().toLowerCase();
}

/** The methods of the Allow header in upper case; undefined when there is none. */
export function allowOf(message: Message): ReadonlySet<string> | undefined {
  if (!message.headers.has('Allow')) return undefined;
  return new Set(message.headers.list('Allow').map((method) => method.toUpperCase()));
}
