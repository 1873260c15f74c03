import assert from 'node:assert/strict';
import { type Delivered, Gone, type Script } from '../src/index.ts';
import { demoRules } from '../src/demo.ts';
import { phoneOf, type Stage, type StoryOptions, story } from '../testing/index.ts';

/** Texts to the caller's phone (MESSAGE, RFC 3428). */

const results: (Delivered | 'gone')[] = [];

const sends =
  (text: string): Script =>
  async (call) => {
    await call.answer();
    try {
      results.push(await call.send(text));
    } catch (error) {
      if (error instanceof Gone) results.push('gone');
      throw error;
    }
    await call.music();
  };

function numbers(scripts: Readonly<Record<string, Script>>): StoryOptions {
  return {
    exchange: {
      rules: (builder) => {
        demoRules(builder);
        for (const [number, script] of Object.entries(scripts)) builder.on(number, script);
      },
    },
  };
}

const TEXT = 'Ihr Platz: 3 – schöne Grüße';
const SENT = { kind: 'sent', status: 200, reasonPhrase: 'OK' };

story(
  'send: a phone whose Allow names MESSAGE has the text in its call',
  async ({ world, alice }) => {
    results.length = 0;
    await alice.register();
    const call = alice.dial('500');
    await world.until(() => results.length === 1);
    assert.deepEqual(results, [SENT]);
    assert.deepEqual(call.texts, [TEXT]);
    assert.deepEqual(alice.texts, []);
    const type = call.requests.find(({ method }) => method === 'MESSAGE')?.headers.get('Content-Type');
    assert.equal(type, 'text/plain;charset=UTF-8');
    assert.ok(call.up);
    await call.hangup();
  },
  numbers({ '500': sends(TEXT) }),
);

/** A second phone of Alice's, for her calls. */
function second({ world, exchange }: Stage): Stage['alice'] {
  return phoneOf(world, exchange, 'desk', { number: '101', address: '10.0.0.15' });
}

/** As a phone calls that does not say that it takes texts in a call. */
const PLAIN = { headers: [['Allow', 'INVITE, ACK, CANCEL, BYE, OPTIONS']] } as const;

story(
  'send: to another phone it goes outside the call, from the number that was dialled; to all phones of the account',
  async (stage) => {
    const { world, alice } = stage;
    results.length = 0;
    const plain = second(stage);
    for (const phone of [alice, plain]) await phone.register();
    const call = plain.dial('500', PLAIN);
    await world.until(() => results.length === 1 && alice.texts.length === 1 && plain.texts.length === 1);
    assert.deepEqual(results, [SENT]);
    assert.deepEqual(call.texts, []);
    assert.deepEqual([alice.texts, plain.texts], [[TEXT], [TEXT]]);
    const from = plain.requests.find(({ method }) => method === 'MESSAGE')?.from.uri.user;
    assert.equal(from, '500');
    await call.hangup();
  },
  numbers({ '500': sends(TEXT) }),
);

story(
  'send: what no phone takes is refused with its own status, and the call goes on; one of two that takes it is enough',
  async (stage) => {
    const { world, alice } = stage;
    results.length = 0;
    const plain = second(stage);
    await plain.register();
    plain.texting = { status: 415, after: '0s' };
    const first = plain.dial('500', PLAIN);
    await world.until(() => results.length === 1);
    assert.deepEqual(results, [{ kind: 'refused', status: 415, reasonPhrase: 'Unsupported Media Type' }]);
    await world.until(() => first.up);
    await first.hangup();
    await alice.register();
    const again = plain.dial('500', PLAIN);
    await world.until(() => results.length === 2);
    assert.deepEqual(results[1], SENT);
    await again.hangup();
  },
  numbers({ '500': sends(TEXT) }),
);

story(
  'send: nowhere to send it to (480), or more than a datagram holds (513): values, too',
  async (stage) => {
    const { world } = stage;
    results.length = 0;
    const plain = second(stage);
    for (const number of ['500', '501']) {
      const call = plain.dial(number, PLAIN);
      await world.until(() => call.up);
      await world.until(() => results.length > 0 && results.length === (number === '500' ? 1 : 2));
      await call.hangup();
    }
    assert.deepEqual(
      results.map((one) => one !== 'gone' && [one.kind, one.status]),
      [
        ['refused', 480],
        ['refused', 513],
      ],
    );
  },
  numbers({ '500': sends(TEXT), '501': sends('ä'.repeat(401)) }),
);

const TRUNK = '10.0.0.50';
story(
  'send: who calls through a trunk whose calls take none has no phone here, and the trunk itself gets nothing',
  async ({ world, exchange }) => {
    results.length = 0;
    const trunk = phoneOf(world, exchange, 'trunk', { number: '+15550100', address: TRUNK });
    const call = trunk.dial('500', PLAIN);
    await world.until(() => call.up);
    await world.until(() => results.length === 1);
    assert.deepEqual(results, [{ kind: 'refused', status: 480, reasonPhrase: 'Temporarily Unavailable' }]);
    assert.deepEqual(trunk.texts, []);
    await call.hangup();
  },
  {
    exchange: {
      ...numbers({ '500': sends(TEXT) }).exchange,
      accounts: [
        { number: 'trunk', name: 'Trunk', addresses: [TRUNK], contacts: [`sip:trunk@${TRUNK}:5060`], trusted: true },
      ],
    },
  },
);

for (const kind of ['in the call', 'outside it'] as const)
  story(
    `send: who hangs up while his phone has not answered the text (${kind}) ends the verb`,
    async (stage) => {
      const { world, alice } = stage;
      results.length = 0;
      const phone = kind === 'in the call' ? alice : second(stage);
      await phone.register();
      phone.texting = { status: 200, after: '10s' };
      const call = phone.dial('500', kind === 'in the call' ? {} : PLAIN);
      await world.until(() => [...call.texts, ...phone.texts].length > 0);
      assert.deepEqual(results, []);
      await call.hangup();
      await world.until(() => results.length === 1);
      await world.after('60s');
      assert.deepEqual(results, ['gone']);
    },
    numbers({ '500': sends(TEXT) }),
  );
