import { after, before, describe, test } from 'node:test';
import { Baresip } from './peers/baresip.ts';
import { Server } from './peers/server.ts';
import { Sipp } from './peers/sipp.ts';
import { ALICE, BOB, CAROL } from './peers/trio.ts';
import { witnessed } from './peers/until.ts';

describe('INVITE with Replaces (RFC 3891), by SIPp', () => {
  let server: Server;
  let bob: Baresip;
  let carol: Baresip;

  before(async () => {
    server = await Server.start();
    bob = await Baresip.start({ ...BOB, registrar: server });
    carol = await Baresip.start({ ...CAROL, registrar: server });
  });
  after(async () => {
    for (const one of [bob, carol, server]) await one?.stop();
  });

  const scene = (body: () => Promise<void>) => witnessed([server, bob, carol], body);

  /** Bob and Carol talk; Bob's dialog, as Replaces names it. */
  async function talk(): Promise<string> {
    const seen = bob.messages().length;
    await bob.dial('203');
    await carol.rings();
    await carol.accept();
    await Promise.all([bob.established(), carol.established()]);
    await Promise.all([bob.hearsTone(CAROL.tone, bob.mark()), carol.hearsTone(BOB.tone, carol.mark())]);
    const answer = await bob.message(
      'its answer',
      ({ sent, status, method }, at) => at >= seen && !sent && status === 200 && method === 'INVITE',
    );
    const tag = (name: string): string => /;tag=([^;]+)/.exec(answer.header(name)[0] ?? '')?.[1] ?? '';
    return `${answer.header('Call-ID')[0]};to-tag=${tag('To')};from-tag=${tag('From')}`;
  }

  const asks = (user: string, replaces: string) =>
    ({ server, user, dials: '203', header: `Replaces: ${replaces}` }) as const;

  const refused = (user: string, replaces: string, status: number): Promise<unknown> =>
    Sipp.run('call-fails', { ...asks(user, replaces), values: { STATUS: String(status) } });

  test('UC23: another phone of Bob takes his call over: he gets BYE, Carol hears the new one', () =>
    scene(async () => {
      const dialog = await talk();
      const taker = await Sipp.start('call-until-bye', { ...asks(BOB.number, dialog), echo: true });
      await taker.during(async () => {
        await bob.closed();
        // The new one gives back what it hears: her own tone, there and back again.
        await carol.hearsTone(CAROL.tone, carol.mark());
        await carol.hearsOnlyTone(CAROL.tone, carol.mark());
        await carol.hangup();
        await carol.closed();
      });
    }));

  test('what it may not do, each with its status', () =>
    scene(async () => {
      const dialog = await talk();
      await refused(BOB.number, `${dialog};early-only`, 486);
      await refused(BOB.number, 'nobody@nowhere;to-tag=a;from-tag=b', 481);
      await refused(BOB.number, `${dialog}, ${dialog}`, 400);
      await refused(BOB.number, 'nonsense', 400);
      await refused(ALICE.number, dialog, 403);
      const [his, hers] = [bob.mark(), carol.mark()];
      await Promise.all([bob.hearsTone(CAROL.tone, his), carol.hearsTone(BOB.tone, hers)]);
      await bob.hangup();
      await Promise.all([bob.closed(), carol.closed()]);
      await refused(BOB.number, dialog, 603);
    }));

  test('nothing is left over', () =>
    scene(async () => {
      await server.quietStatus();
    }));
});
