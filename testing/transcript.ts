import { latin1 } from '../src/kernel/index.ts';
import type { Network, Sighting } from './network.ts';
import { drawLadder, type Rung } from './ladder.ts';
import { MediaLog } from './media-log.ts';

/** One SIP message as it went over the network. */
export interface Sent {
  /** World milliseconds. */
  readonly at: number;
  readonly from: string;
  /** '?' when it reached no host. */
  readonly to: string;
  /** `INVITE sip:102@10.0.0.1 SIP/2.0` or `SIP/2.0 180 Ringing`. */
  readonly firstLine: string;
  readonly callId: string;
  readonly cseq: string;
  /** Of the topmost Via. */
  readonly branch: string;
  /** Copies that arrived: 0 when it was lost, 2 when it was doubled. */
  readonly copies: number;
  readonly text: string;
}

/** Records what passes the network and shows it as a ladder. */
export class Transcript {
  readonly #sent: Sent[] = [];
  readonly #media = new MediaLog();

  constructor(network: Network) {
    network.observe((sighting) => {
      if (sighting.datagram.kind === 'sip') this.#record(sighting);
      if (sighting.datagram.kind === 'rtp') this.#media.record(sighting);
    });
  }

  /** Every SIP message so far, lost ones too, in order of sending. */
  get messages(): readonly Sent[] {
    return this.#sent;
  }

  /** SIP messages and a line for each stretch of audio, drawn for people. */
  ladder(): string {
    return drawLadder([...this.#sent.map(rung), ...this.#media.rungs()]);
  }

  #record({ at, datagram, sender, receiver, copies }: Sighting): void {
    const text = latin1(datagram.bytes);
    if (text.trim() === '') return;
    this.#sent.push({
      at,
      from: sender.name,
      to: receiver?.name ?? '?',
      firstLine: text.slice(0, Math.max(0, text.indexOf('\r\n'))),
      callId: field(text, 'Call-ID|i'),
      cseq: field(text, 'CSeq'),
      branch: /;\s*branch=([^;,\s]+)/i.exec(field(text, 'Via|v'))?.[1] ?? '',
      copies,
      text,
    });
  }
}

/** Read without the parser: the transcript must also show what the parser refuses. */
function field(text: string, name: string): string {
  return new RegExp(`^(?:${name})[ \\t]*:[ \\t]*(.*?)[ \\t]*$`, 'im').exec(text)?.[1] ?? '';
}

function rung({ at, from, to, firstLine, cseq, copies, text }: Sent): Rung {
  const response = firstLine.startsWith('SIP/2.0 ');
  const what = response
    ? `${firstLine.slice(8)} (${cseq})`
    : `${firstLine.replace(/ SIP\/2\.0$/, '')} (${cseq.split(/\s+/)[0]})`;
  const sdp = /^m=/m.test(text) ? ' +SDP' : '';
  return {
    at,
    from,
    to,
    label: `${what}${sdp}`,
    mark: { 0: 'lost' as const, 1: 'sent' as const }[copies] ?? 'doubled',
  };
}
