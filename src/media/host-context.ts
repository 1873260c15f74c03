import type { Abroad } from './abroad.ts';
import type { Pacer } from './pacer.ts';
import type { HostPorts } from './ports.ts';
import type { Session } from './session.ts';
import type { Library } from './source/library.ts';

/** What the sessions of one host share. */
export interface HostContext {
  readonly ports: HostPorts;
  readonly pacer: Pacer;
  readonly library: Library;
  readonly abroad: Abroad;
  readonly sessions: Map<string, Session>;
  /** Sessions that hear each session, by the heard one's id; it may come or go before they do. */
  readonly audiences: Map<string, Session[]>;
}

/** The list of those who hear a session: one array for as long as the session or a listener lives. */
export function audienceOf(host: HostContext, id: string): Session[] {
  const known = host.audiences.get(id);
  if (known !== undefined) return known;
  const fresh: Session[] = [];
  host.audiences.set(id, fresh);
  return fresh;
}
