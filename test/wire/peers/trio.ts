import assert from 'node:assert/strict';
import { Baresip } from './baresip.ts';
import { Server } from './server.ts';
import { Twinkle } from './twinkle.ts';
import { witnessed } from './until.ts';

export interface Person {
  readonly name: string;
  readonly number: string;
  /** Hz that her phone sends. */
  readonly tone: number;
}

export const ALICE: Person = { name: 'Alice', number: '101', tone: 620 };
export const BOB: Person = { name: 'Bob', number: '102', tone: 830 };
export const CAROL: Person = { name: 'Carol', number: '103', tone: 1130 };

/** Who transfers whom: Alice has called Bob in either case. */
export const ROLES = [
  { role: 'Bob, who was called, transfers Alice', his: BOB, hers: ALICE },
  { role: 'Alice, who called, transfers Bob', his: ALICE, hers: BOB },
] as const;

export const shown = ({ name, number }: Person) => ({ name, number });

/** An exchange and three phones: a twinkle that transfers, and two baresips. */
export class Trio {
  readonly server: Server;
  readonly transferor: Twinkle;
  readonly transferee: Baresip;
  readonly carol: Baresip;
  readonly his: Person;
  readonly hers: Person;

  private constructor(
    [server, transferor, transferee, carol]: readonly [Server, Twinkle, Baresip, Baresip],
    his: Person,
    hers: Person,
  ) {
    this.server = server;
    this.transferor = transferor;
    this.transferee = transferee;
    this.carol = carol;
    this.his = his;
    this.hers = hers;
  }

  /** Starts them; all have registered when this is over. */
  static async start(his: Person, hers: Person): Promise<Trio> {
    const started: { stop(): Promise<void> }[] = [];
    const note = <T extends { stop(): Promise<void> }>(one: T): T => {
      started.unshift(one);
      return one;
    };
    try {
      const registrar = note(await Server.start());
      const transferor = note(await Twinkle.start({ ...his, registrar }));
      const transferee = note(await Baresip.start({ ...hers, registrar }));
      const carol = note(await Baresip.start({ ...CAROL, registrar }));
      return new Trio([registrar, transferor, transferee, carol], his, hers);
    } catch (error) {
      for (const one of started) await one.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    // The exchange last, and each of them, whatever one that does not end says.
    const phones = await Promise.allSettled([this.transferor, this.transferee, this.carol].map((one) => one.stop()));
    await this.server.stop();
    for (const ended of phones) if (ended.status === 'rejected') throw ended.reason;
  }

  /** Plays a scene; what all of them saw is told when it fails. */
  scene(body: () => Promise<void>): Promise<void> {
    return witnessed([this.server, this.transferor, this.transferee, this.carol], body);
  }

  /** Alice calls Bob; each sees and hears the other. */
  async talk(): Promise<void> {
    if (this.his === BOB) {
      await this.transferee.dial('202');
      assert.deepEqual(await this.transferor.rings(), shown(this.hers));
      await this.transferor.accept();
      await this.transferee.established();
      await this.transferee.shows(this.his.name, this.his.number);
    } else {
      await this.transferor.dial('202');
      assert.deepEqual(await this.transferee.rings(), shown(this.his));
      await this.transferee.accept();
      await Promise.all([this.transferor.established(), this.transferee.established()]);
      await this.transferor.shows(this.hers.name, this.hers.number);
    }
    await this.hearEachOther();
  }

  async hearEachOther(): Promise<void> {
    const [his, hers] = [this.transferor.mark(), this.transferee.mark()];
    await Promise.all([this.transferee.hearsTone(this.his.tone, hers), this.transferor.hearsTone(this.hers.tone, his)]);
  }

  /** The transferor, on his second line, rings Carol; the transferee has music meanwhile. */
  async consult(number = '203'): Promise<void> {
    const ear = this.transferee.mark();
    await this.transferor.consult(number);
    assert.deepEqual(await this.carol.rings(), shown(this.his));
    await this.transferor.hearsRinging();
    await this.transferor.shows('Carol', '103');
    await this.transferee.hearsMusic(ear);
  }

  /** The transferee and Carol see each other, and hear each other and nothing else. */
  async joined(): Promise<void> {
    const { transferee, carol, hers } = this;
    await Promise.all([transferee.shows('Carol', '103'), carol.shows(hers.name, hers.number)]);
    const [ear, hisEar] = [transferee.mark(), carol.mark()];
    await Promise.all([transferee.hearsTone(CAROL.tone, ear), carol.hearsTone(hers.tone, hisEar)]);
    await Promise.all([
      transferee.hearsOnlyTone(CAROL.tone, transferee.mark()),
      carol.hearsOnlyTone(hers.tone, carol.mark()),
    ]);
  }

  /** They hang up; the transferor has gone before. */
  async part(): Promise<void> {
    await this.transferee.hangup();
    await Promise.all([this.transferee.closed(), this.carol.closed()]);
  }

  /** The consultation came to nothing: he goes back to his first line, and they talk again. */
  async reconnect(): Promise<void> {
    await this.transferor.back();
    await this.hearEachOther();
    await this.transferor.hangup();
    await this.transferee.closed();
  }
}
