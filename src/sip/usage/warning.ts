import { quote } from '../message/index.ts';
import type { Field } from '../message/types.ts';
import { override } from '../dialog/index.ts';

/** A Warning (RFC 3261 §20.43). `code` 300–399, `agent` a host or a name for us. */
export function warning(code: number, agent: string, text: string): Field {
  return ['Warning', `${code} ${agent} ${quote(text)}`];
}

/** A refusal of a session description says what was wrong with it: "incompatible media format" when nobody said more. */
export function withWarning(status: number, headers: readonly Field[], agent: string): readonly Field[] {
  if (status !== 488 && status !== 606) return headers;
  return override([warning(305, agent, 'Incompatible media format')], headers);
}
