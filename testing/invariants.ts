import { AssertionError } from 'node:assert';
import type { Sent, Transcript } from './transcript.ts';

/** What holds in any weather. Throws an AssertionError that names what does not. */
export function checkInvariants(transcript: Transcript): void {
  for (const message of twoFinals(transcript.messages)) throw new AssertionError({ message });
}

/** One final response per INVITE transaction: whoever answered one never answers it otherwise. */
function twoFinals(messages: readonly Sent[]): readonly string[] {
  const finals = new Map<string, string>();
  const broken: string[] = [];
  for (const { from, firstLine, callId, cseq, branch } of messages) {
    const status = /^SIP\/2\.0 ([2-6]\d\d)/.exec(firstLine)?.[1];
    if (status === undefined || !cseq.endsWith('INVITE')) continue;
    const key = [from, callId, cseq, branch].join(' ');
    const before = finals.get(key) ?? status;
    if (before !== status)
      broken.push(`${from} answered one INVITE with ${before} and ${status} (Call-ID ${callId}, CSeq ${cseq})`);
    finals.set(key, status);
  }
  return broken;
}
