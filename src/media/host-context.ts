import type { OpusWasm } from '../codec/index.ts';
import type { Abroad } from './abroad.ts';
import type { Mixer } from './mix/mixer.ts';
import type { Pacer } from './pacer.ts';
import type { HostPorts } from './ports.ts';
import type { Session } from './session.ts';
import type { Library } from './source/library.ts';
import type { DecodedVoice } from './voice/voice.ts';

/** What the sessions of one host share. */
export interface HostContext {
  readonly ports: HostPorts;
  readonly pacer: Pacer;
  readonly library: Library;
  readonly abroad: Abroad;
  readonly sessions: Map<string, Session>;
  /** Sessions that hear each session, by the heard one's id; it may come or go before they do. */
  readonly audiences: Map<string, Session[]>;
  /** Conferences that signalling or a session knows, by id. */
  readonly mixers: Map<string, Mixer>;
  /** Sessions whose voices are decoded, by id. */
  readonly voices: Map<string, DecodedVoice>;
  /** Opus, loaded when it is first needed; undefined: there is none. */
  readonly opus: () => OpusWasm | undefined;
}

/** The list of those who hear a session: one array for as long as the session or a listener lives. */
export function audienceOf(host: HostContext, id: string): Session[] {
  const known = host.audiences.get(id);
  if (known !== undefined) return known;
  const fresh: Session[] = [];
  host.audiences.set(id, fresh);
  return fresh;
}

/** Has the packets of a session of another host brought here while somebody hears it or reads its voice. */
export function wantIfHeard({ sessions, audiences, voices, abroad }: HostContext, id: string): void {
  if (sessions.has(id)) return;
  const audience = audiences.get(id);
  if (audience?.length === 0) audiences.delete(id);
  abroad.want(id, (audience?.length ?? 0) > 0 || voices.has(id));
}
