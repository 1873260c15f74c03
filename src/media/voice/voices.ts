import type { RtpHeader } from '../../rtp/index.ts';
import { type HostContext, wantIfHeard } from '../host-context.ts';
import type { CodecName } from '../protocol.ts';
import type { Rate, Voice } from './types.ts';
import { DecodedVoice } from './voice.ts';

/** What readers get of a codec that can be decoded at several rates, unless they wish otherwise: a telephone's wide band. */
const WIDE = 16000;

/**
 * The voice of a session, of this host or of another; it need not be there yet. Decoded once for all who ask, at the highest
 * rate that one of them wishes where the codec leaves the choice. Each reader releases it.
 */
export function voiceOf(host: HostContext, id: string, wish: Rate = WIDE): Voice {
  let voice = host.voices.get(id);
  if (voice === undefined) {
    voice = new DecodedVoice({ now: host.ports.now, opus: host.opus });
    host.voices.set(id, voice);
    wantIfHeard(host, id);
  }
  return voice.reader(wish, () => {
    host.voices.delete(id);
    wantIfHeard(host, id);
  });
}

/** Hands a packet of a session's to whoever reads its voice. */
export function feed(
  host: HostContext,
  id: string,
  kind: CodecName | 'comfort',
  bytes: Uint8Array,
  header: RtpHeader,
  now: number,
): void {
  if (host.voices.size > 0) host.voices.get(id)?.take(kind, bytes, header, now);
}
