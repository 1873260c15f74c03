import { HearingPhone } from './hearing.ts';
import { type Display, displayOf, type TracedMessage } from './trace.ts';
import { PATIENCE, until } from './until.ts';

/** A phone that keeps the SIP messages it sends and receives: what its display shows is read off them. */
export abstract class Phone extends HearingPhone {
  /** All SIP messages it has sent and received. */
  abstract messages(): readonly TracedMessage[];

  /** The first message that is there, already or within the deadline, and fits. */
  async message(
    what: string,
    fits: (message: TracedMessage, at: number) => boolean,
    within = PATIENCE,
  ): Promise<TracedMessage> {
    const seen = () =>
      this.messages()
        .map(({ sent, startLine }) => `${sent ? '>' : '<'} ${startLine}`)
        .join('\n');
    return until(`${what} at ${this.name}`, () => this.messages().find(fits), within, seen);
  }

  /** Whom its display shows: the latest that it was told in its latest call. */
  display(): Display | undefined {
    const all = this.messages();
    const starts = (m: TracedMessage) =>
      m.status === 0 && m.method === 'INVITE' && !m.header('To')[0]?.includes(';tag=');
    const latest = all.findLast(starts);
    const callId = latest?.header('Call-ID')[0];
    const ofCall = all.filter((message) => message.header('Call-ID')[0] === callId);
    return ofCall.map(displayOf).findLast((display) => display !== undefined);
  }

  /** Waits until its display shows this. */
  async shows(name: string, number: string, within = PATIENCE): Promise<void> {
    const look = () => this.display()?.name === name && this.display()?.number === number;
    await until(`“${name}” ${number} on the display of ${this.name}`, look, within, () =>
      JSON.stringify(this.display()),
    );
  }
}
