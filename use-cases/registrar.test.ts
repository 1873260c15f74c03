import assert from 'node:assert/strict';
import type { RegistrationView } from '../src/pbx/index.ts';
import type { Field } from '../src/sip/message/index.ts';
import { type Phone, phoneOf, type PhoneOptions, type Stage, startExchange, story } from '../testing/index.ts';

const DESK = 'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6';
const MOBILE = 'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf7';

/** A phone of Bob's. */
function bobs({ world, exchange }: Stage, name: string, last: number, more: Partial<PhoneOptions> = {}): Phone {
  return phoneOf(world, exchange, name, { number: '102', address: `10.0.0.${last}`, ...more });
}

function bindings({ exchange }: Stage, account: string): readonly string[] {
  const all = exchange.exchange.view.registrations();
  return all.flatMap((one) => (one.account === account ? [`${one.contact} ${one.reach}`] : []));
}

/** The parameter of the contact in its last 200 that has that instance. */
function param(phone: Phone, instance: string, name: string): string {
  const contacts = phone.registration?.response?.contacts ?? [];
  return contacts.find(({ params }) => params.get('+sip.instance') === `<${instance}>`)?.params.get(name) ?? '';
}

/** Who is asked every minute whether it is there is never quiet for long. */
async function unbound(...phones: readonly Phone[]): Promise<void> {
  for (const phone of phones) await phone.unregister();
}

story(
  'UC28 a REGISTER at the exact second of the expiry: the same binding, and no gap',
  async (stage) => {
    const { world, exchange, alice, bob } = stage;
    await bob.register();
    const registrations = (): readonly RegistrationView[] => exchange.exchange.view.registrations();
    const there = (): boolean => registrations().some(({ account }) => account === '101');
    await alice.register({ expires: 60 });
    const { expiresAt = 0 } = registrations().find(({ account }) => account === '101') ?? {};
    await world.after(expiresAt - world.wall);
    assert.ok(there(), 'at its last second');
    // The disk takes its time: until it has answered, the old binding is what there is.
    exchange.store.latency = 2000;
    const refreshed = alice.register({ expires: 60 });
    const call = bob.dial('201');
    const ringing = await alice.rings();
    assert.ok(there());
    exchange.store.latency = 3;
    await refreshed;
    await ringing.answer();
    await world.until(() => call.up);
    assert.deepEqual(bindings(stage, '101'), [`${alice.uri} reachable`]);
    assert.equal(exchange.events.filter(({ event }) => event === 'expired').length, 0);
    await call.hangup();
  },
  { chaos: 'none' },
);

story(
  'A phone with two flows rings once, by the one that answers (RFC 5626)',
  async (stage) => {
    const { world, alice } = stage;
    const flow = (last: number, regId: number): Phone =>
      bobs(stage, `flow${regId}`, last, { instance: DESK, regId, supported: ['path', 'outbound'] });
    const [first, second] = [flow(31, 1), flow(32, 2)];
    await alice.register();
    const registered = await first.register();
    assert.deepEqual(registered.response?.headers.list('Require'), ['outbound']);
    assert.equal(registered.response?.headers.get('Flow-Timer'), '25');
    assert.equal((await second.register()).contacts.length, 2);
    const call = alice.dial('202');
    await second.answer();
    await world.until(() => call.up);
    assert.equal(first.calls.length, 0);
    await call.hangup();
    // The edge says that the flow is gone: the other one is tried (RFC 5626 §7).
    const other = alice.dial('202');
    (await second.rings()).reject(430);
    await first.answer();
    await world.until(() => other.up);
    await other.hangup();
    second.vanish();
    await world.until(() => bindings(stage, '102').some((one) => one.endsWith('unreachable')), '3m');
    const again = alice.dial('202');
    await first.answer();
    await world.until(() => again.up);
    await again.hangup();
    await unbound(first, alice);
  },
  { exchange: { config: { qualify: { every: 60, behindNat: 0 } } } },
);

story(
  'A contact that stops answering stays bound; others are rung in its place, and it when it is alone',
  async (stage) => {
    const { world, alice, bob } = stage;
    await alice.register();
    const mobile = bobs(stage, 'mobile', 33);
    await bob.register();
    await mobile.register();
    mobile.host.vanish();
    await world.until(() => bindings(stage, '102').includes(`${mobile.uri} unreachable`), '3m');
    assert.equal(bindings(stage, '102').length, 2);
    const seen = world.transcript.messages.length;
    const call = alice.dial('202');
    await bob.answer();
    await world.until(() => call.up);
    const invites = world.transcript.messages.slice(seen).filter(({ firstLine }) => firstLine.startsWith('INVITE'));
    assert.equal(
      invites.some(({ firstLine }) => firstLine.includes('10.0.0.33')),
      false,
    );
    await call.hangup();
    await bob.unregister();
    mobile.host.reappear();
    const alone = alice.dial('202');
    await mobile.answer();
    await world.until(() => alone.up);
    await alone.hangup();
    await world.until(() => bindings(stage, '102').includes(`${mobile.uri} reachable`), '3m');
    await unbound(mobile, alice);
  },
  { exchange: { config: { qualify: { every: 60, behindNat: 0 } } } },
);

story('A GRUU reaches one phone of several, whoever dials it (RFC 5627)', async (stage) => {
  const { world, alice } = stage;
  const desk = bobs(stage, 'desk', 31, { instance: DESK, supported: ['gruu'] });
  const mobile = bobs(stage, 'mobile', 32, { instance: MOBILE, supported: ['gruu'] });
  for (const phone of [alice, desk, mobile]) await phone.register();
  const pub = param(mobile, MOBILE, 'pub-gruu');
  const temp = param(mobile, MOBILE, 'temp-gruu');
  assert.equal(pub, `sip:102@10.0.0.1;gr=${MOBILE}`);
  assert.doesNotMatch(temp, /^sip:102@/, 'it says nothing about whose it is');
  for (const gruu of [pub, temp]) {
    const call = alice.dial(gruu);
    await mobile.answer();
    await world.until(() => call.up);
    await call.hangup();
  }
  assert.equal(desk.calls.length, 0);
  await mobile.unregister();
  const refused = async (gruu: string): Promise<number | undefined> => {
    const call = alice.dial(gruu);
    await world.until(() => call.ended);
    return call.refusal?.status;
  };
  assert.deepEqual([await refused(pub), await refused(temp)], [480, 404]);
  assert.equal(await refused('sip:tgruu.0123@10.0.0.1;gr'), 404);
});

story(
  'A GRUU opens no way that the dialplan closes',
  async (stage) => {
    const { world, alice } = stage;
    const desk = bobs(stage, 'desk', 31, { instance: DESK, supported: ['gruu'] });
    await alice.register();
    await desk.register();
    for (const gruu of [param(desk, DESK, 'pub-gruu'), param(desk, DESK, 'temp-gruu')]) {
      const call = alice.dial(gruu);
      await world.until(() => call.ended);
      assert.equal(call.refusal?.status, 603);
    }
    assert.equal(desk.calls.length, 0);
  },
  {
    exchange: {
      rules: (builder) => void builder.on('102', (call) => call.hangup({ status: 603, reasonPhrase: 'Decline' })),
    },
  },
);

story('A phone that is known by its GRUU is found after it moved in the middle of a call', async (stage) => {
  const { world, alice } = stage;
  const desk = bobs(stage, 'desk', 31, { instance: DESK, supported: ['gruu'], contact: `sip:102@10.0.0.1;gr=${DESK}` });
  await alice.register();
  await desk.register();
  const call = alice.dial('202');
  const answered = await desk.answer();
  await world.until(() => call.up);
  desk.move('10.0.0.77');
  await desk.register();
  await call.hangup();
  await world.until(() => answered.ended);
  assert.equal(answered.ending?.by, 'remote');
});

story('Temporary GRUUs outlast a restart of the exchange', async (stage) => {
  const { world, exchange, alice, bob } = stage;
  const desk = bobs(stage, 'desk', 31, { instance: DESK, supported: ['gruu'] });
  await alice.register();
  await desk.register();
  const temp = param(desk, DESK, 'temp-gruu');
  await startExchange(world, { disk: exchange.crash() });
  const call = alice.dial(temp);
  await desk.answer();
  await world.until(() => call.up);
  assert.equal(bob.calls.length, 0);
  await call.hangup();
});

story(
  'A contact too many is refused where the configuration says so',
  async (stage) => {
    await stage.bob.register();
    await assert.rejects(bobs(stage, 'mobile', 33).register(), /403/);
    await stage.bob.unregister();
    await bobs(stage, 'other', 34).register();
  },
  { exchange: { config: { maxContacts: 1, surplus: 'refuse' } } },
);

/** version, state and what each contact is said to be. */
function told(body: string): string {
  const root = /<reginfo [^>]*version="(\d+)" state="(\w+)"/.exec(body);
  const registration = /<registration [^>]*state="(\w+)"/.exec(body)?.[1];
  const contacts = [...body.matchAll(/<contact [^>]*state="(\w+)" event="(\w+)"[^>]*><uri>([^<]*)<\/uri>/g)];
  const lines = contacts.map(([, state, event, uri]) => `${state} ${event} ${uri}`);
  return [`${root?.[1]} ${root?.[2]} ${registration}`, ...lines].join('\n');
}

story('A phone watches its own registrations: all at first, then what changes (RFC 3680)', async (stage) => {
  const { world, bob, calm } = stage;
  const mobile = bobs(stage, 'mobile', 33, { instance: MOBILE });
  await bob.register();
  const watch = bob.subscribe('102', 'reg', 600);
  await world.until(() => watch.status === 200 && watch.notifies.length === 1);
  const [first] = watch.notifies;
  assert.deepEqual(
    [first?.headers.get('Content-Type'), first?.headers.get('Event')],
    ['application/reginfo+xml', 'reg'],
  );
  assert.match(first?.headers.get('Subscription-State') ?? '', /^active;expires=(600|5\d\d)$/);
  assert.equal(told(watch.bodies[0] ?? ''), `0 full active\nactive registered ${bob.uri}`);

  await mobile.register();
  await world.until(() => watch.notifies.length === 2);
  assert.equal(told(watch.bodies[1] ?? ''), `1 partial active\nactive registered ${mobile.uri}`);
  assert.match(
    watch.bodies[1] ?? '',
    new RegExp(`&quot;&lt;${MOBILE}&gt;&quot;.*<gr:pub-gruu uri="[^"]*;gr=${MOBILE}"/>`),
  );
  const temporary = /<gr:temp-gruu uri="(sip:tgruu\.[^"]*;gr)" first-cseq="(\d+)"\/>/.exec(watch.bodies[1] ?? '');
  assert.equal(
    Number(temporary?.[2]),
    mobile.registration?.response?.cseq.number,
    'RFC 5628 §5: of the first one that is valid',
  );
  const firstCseq = temporary?.[2];
  await mobile.register();
  await world.until(() => watch.notifies.length === 3);
  assert.equal(told(watch.bodies[2] ?? ''), `2 partial active\nactive refreshed ${mobile.uri}`);
  assert.equal(/first-cseq="(\d+)"/.exec(watch.bodies[2] ?? '')?.[1], firstCseq, 'a refresh leaves the old ones valid');
  const call = bob.dial(temporary?.[1] ?? '');
  await mobile.answer();
  await world.until(() => call.up);
  await call.hangup();
  const times = world.transcript.messages.filter(({ firstLine }) => firstLine.startsWith('NOTIFY')).map(({ at }) => at);
  if (calm) assert.ok((times[2] ?? 0) - (times[1] ?? 0) >= 5000, 'no faster than every five seconds');

  watch.subscribe(600);
  await world.until(() => watch.notifies.length === 4);
  assert.match(told(watch.bodies[3] ?? ''), /^3 full active\n/);
  await bob.unregisterAll();
  await world.until(() => watch.notifies.length === 5);
  assert.match(told(watch.bodies[4] ?? ''), /^4 partial terminated\nterminated unregistered/);
  watch.subscribe(0);
  await world.until(() => watch.over);
  assert.match(watch.notifies.at(-1)?.headers.get('Subscription-State') ?? '', /^terminated;reason=timeout$/);
  assert.equal(told(watch.bodies.at(-1) ?? ''), '5 full init');
});

story('Who may not watch, and what nobody can', async (stage) => {
  const { world, exchange, alice, bob } = stage;
  const mallory = phoneOf(world, exchange, 'mallory', { number: '101', address: '10.0.0.66', password: 'guess' });
  const refused = async (
    phone: Phone,
    target: string,
    event: string,
    expires: number,
    headers: readonly Field[] = [],
  ) => {
    const watch = phone.subscribe(target, event, expires, headers);
    await world.until(() => watch.status > 0);
    assert.deepEqual(watch.notifies, []);
    return watch;
  };
  assert.equal((await refused(mallory, '101', 'reg', 600)).status, 401);
  assert.equal((await refused(alice, '102', 'reg', 600)).status, 403);
  assert.equal((await refused(alice, '101', 'reg', 600, [['Accept', 'application/pidf+xml']])).status, 406);
  const fields = (watch: Awaited<ReturnType<typeof refused>>, name: string): string | undefined => {
    const result = watch.responses.at(-1);
    const response = result !== undefined && 'kind' in result ? result : result?.response;
    return response?.headers.get(name);
  };
  const brief = await refused(alice, '101', 'reg', 10);
  assert.deepEqual([brief.status, fields(brief, 'Min-Expires')], [423, '60']);
  const bad = await refused(alice, '101', 'weather', 600);
  assert.deepEqual([bad.status, fields(bad, 'Allow-Events')], [489, 'reg, conference']);
  assert.equal(bob.calls.length, 0);
});

story('A subscriber that has gone, or says that it knows of nothing, is told no more', async (stage) => {
  const { world, alice, bob } = stage;
  const watch = alice.subscribe('101', 'reg', 3600);
  await world.until(() => watch.notifies.length === 1);
  watch.answer = 481;
  await alice.register();
  await world.until(() => watch.over);
  const other = bob.subscribe('102', 'reg', 3600);
  await world.until(() => other.notifies.length === 1);
  const before = watch.notifies.length;
  await alice.register();
  await world.after('10s');
  assert.equal(watch.notifies.length, before);
  bob.vanish();
  await bobs(stage, 'mobile', 33).register();
});

story(
  'A subscription outlasts a crash: all again, with numbers above those before (RFC 6665 §4.4.1)',
  async (stage) => {
    const { world, exchange, alice, bob } = stage;
    await bob.register();
    const watch = bob.subscribe('102', 'reg', 600);
    const ended = alice.subscribe('101', 'reg', 600);
    await world.until(() => watch.notifies.length === 1 && ended.notifies.length === 1);
    ended.subscribe(0);
    await world.until(() => ended.over);
    await world.until(() => exchange.store.disk.rows('subscription').length === 1);
    const disk = exchange.crash();
    assert.deepEqual(
      disk.rows('subscription').map(({ account }) => account),
      ['102'],
      'one that ended is forgotten',
    );
    const again = await startExchange(world, { disk });
    await world.until(() => watch.notifies.length === 2);
    const [before, after] = watch.notifies;
    assert.match(told(watch.bodies[1] ?? ''), /^\d+ full active\nactive registered /);
    assert.match(after?.headers.get('Subscription-State') ?? '', /^active;expires=(600|5\d\d)$/);
    assert.ok((after?.cseq.number ?? 0) > (before?.cseq.number ?? 0));
    assert.ok(versionOf(watch.bodies[1]) > versionOf(watch.bodies[0]));
    watch.subscribe(600);
    await world.until(() => watch.responses.length === 2 && watch.notifies.length === 3);
    assert.equal(watch.status, 200, 'its dialog is known');
    assert.equal(versionOf(watch.bodies[2]), versionOf(watch.bodies[1]) + 1, 'and by one from then on');
    watch.subscribe(0);
    await world.until(() => watch.over);
    await world.until(() => again.store.disk.rows('subscription').length === 0);
  },
);

story('A subscription that cannot be kept is not granted; one that ran out meanwhile is forgotten', async (stage) => {
  const { world, exchange, bob } = stage;
  await bob.register();
  exchange.store.failCommit(1);
  const refused = bob.subscribe('102', 'reg', 600);
  await world.until(() => refused.status > 0);
  assert.deepEqual([refused.status, refused.notifies.length], [500, 0]);
  const watch = bob.subscribe('102', 'reg', 60);
  await world.until(() => watch.notifies.length === 1);
  const disk = exchange.crash();
  await world.after('2m');
  const again = await startExchange(world, { disk });
  await world.until(() => again.store.disk.rows('subscription').length === 0);
  assert.equal(watch.notifies.length, 1);
  bob.vanish();
});

function versionOf(body = ''): number {
  return Number(/<reginfo [^>]*version="(\d+)"/.exec(body)?.[1]);
}
