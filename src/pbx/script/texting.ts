import type { Running } from './running.ts';

/** What became of a text: a phone took it, or none did; with the SIP status that says so. */
export interface Delivered {
  readonly kind: 'sent' | 'refused';
  readonly status: number;
  readonly reasonPhrase: string;
}

/** The `send` of a script. */
export function send(at: Running, text: string): Promise<Delivered> {
  return at.verb<Delivered>((done) => at.around.text(at.leg, at.dialed, text, done));
}
