import type { Leg } from '../call/index.ts';
import type { MediaSession } from '../media/engine.ts';
import type { Hears } from '../media/protocol.ts';
import type { Flow } from '../sip/transport/types.ts';
import { type AudioTerms, newAudio } from './audio.ts';
import { OWN_PHONE } from './identity.ts';
import { createKeying, type Keying } from './keying.ts';
import { Streams } from './streams.ts';
import type { LegLine, LegTerms, LinePorts } from './types.ts';

export const NOTHING: Hears = { kind: 'nothing' };

/** A leg's wire side before anything was said. `address`: by which its peer reaches the media session. */
export function newLine(
  ports: LinePorts,
  leg: Leg,
  media: MediaSession,
  address: string,
  flow: Flow,
  terms: LegTerms,
): LegLine {
  const { codecs = ports.codecs(), identity = OWN_PHONE, latch = true, dtmf = 'auto', music } = terms;
  const originId = String(ports.kernel.random(2 ** 31));
  const sessionTimer = terms.sessionTimer ?? ports.sessionTimer?.() ?? 'off';
  return {
    leg,
    identity,
    session: undefined,
    audio: newAudio(media, originId, codecs, address, latch, dtmf, audioTerms(ports, leg.account, flow, latch)),
    asking: undefined,
    objection: [],
    music,
    sessionTimer,
    early: false,
    answer: undefined,
    answerDue: false,
    ackDue: false,
    atAck: [],
    texting: new Set(),
    outdated: false,
    keysDue: undefined,
    hears: NOTHING,
    prompt: undefined,
  };
}

function audioTerms(ports: LinePorts, account: string | undefined, flow: Flow, latch: boolean): AudioTerms {
  const { srtp = 'off', timeout, video = 'relay' } = ports.terms?.(account) ?? {};
  const keying = (): Keying => createKeying(srtp, ports.kernel);
  const streams = new Streams({
    lease: () => ports.media.session(flow.local.address, () => undefined),
    keying,
    allows: (kind) => kind === 'text' || video === 'relay',
    latch,
  });
  return { keying: keying(), streams, ...(timeout !== undefined && { timeout }) };
}
