import type { Message } from '../../message/types.ts';
import { allowOf, infoOf, names } from '../fields.ts';

/** What the peer has said of itself. */
export interface Learned {
  remoteAllow: ReadonlySet<string>;
  remoteInfo: ReadonlySet<string>;
  /** It has said once that From may change in a dialog (RFC 4916 §4.2, §4.3). */
  fromChange: boolean;
}

export function newcomer(): Learned {
  return { remoteAllow: new Set(), remoteInfo: new Set(), fromChange: false };
}

/** What a message leaves out is as it was said last. */
export function learn(known: Learned, message: Message): void {
  known.remoteAllow = allowOf(message) ?? known.remoteAllow;
  known.remoteInfo = infoOf(message) ?? known.remoteInfo;
  known.fromChange ||= message.headers.has('Supported') && names(message, 'Supported', 'from-change');
}
