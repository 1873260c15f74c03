import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { Crypto } from '../../kernel/index.ts';
import { dialplan } from '../dialplan.ts';
import { differences, fixed } from './differences.ts';
import { keys } from './reference.ts';
import { type Settings, type SettingsPorts, settingsFrom } from './settings.ts';

const crypto = {
  hash: (name: string, data: string | Uint8Array) =>
    createHash(name.replace('sha512-256', 'sha512-256')).update(data).digest(),
} as unknown as Crypto;

const ports: SettingsPorts = {
  crypto,
  text: (file) =>
    file === 'word' ? { text: 'sesame\n' } : file === 'two' ? { text: 'a\nb\n' } : { why: 'it does not exist' },
  exists: (file) => file === 'sounds',
};

function good(written: unknown): Settings {
  const checked = settingsFrom(written, ports);
  assert.ok(
    checked.ok,
    checked.ok ? '' : checked.mistakes.map(({ path, error }) => `${path.join('.')}: ${error.message}`).join('\n'),
  );
  return checked.settings;
}

/** Key paths and codes of everything that is wrong. */
function wrong(written: unknown): readonly string[] {
  const checked = settingsFrom(written, ports);
  return checked.ok
    ? []
    : checked.mistakes.map(({ path, error }) => `${path.map(String).join('.')} ${error.code}`).sort();
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

test('run: a name that is neither everybody’s nor its own is wrong at its place; options belong to it alone', () => {
  const extensions = {
    500: { run: 'menu', options: { prompt: 'demo/ivr', choices: { 1: 500 } } },
    501: { run: 'weather' },
    502: { run: 'nothing' },
    503: { echo: true, options: {} },
    504: { run: 'weather', play: 'goodbye' },
    505: { run: 7 },
  };
  const applications = { weather: () => undefined };
  const checked = settingsFrom({ extensions, applications }, { ...ports, applications: ['menu'] });
  assert.ok(!checked.ok);
  assert.deepEqual(checked.mistakes.map(({ path, error }) => `${path.join('.')} ${error.code}`).sort(), [
    'extensions.502.run E_CONFIG_VALUE',
    'extensions.503.options E_CONFIG_VALUE',
    'extensions.504 E_CONFIG_VALUE',
    'extensions.505.run E_CONFIG_VALUE',
  ]);
  const sentence = checked.mistakes.find(({ path }) => path.includes('502'))?.error;
  assert.equal(sentence?.message, "This cannot be used: no application is named 'nothing'.");
  assert.equal(sentence.remedy, 'Write one of menu, weather.');
  assert.deepEqual(wrong({ applications: { weather: 'sunny' } }), ['applications.weather E_CONFIG_VALUE']);
});

test('run: menu asks something, and its keys lead somewhere; one of its own is its author’s affair', () => {
  const menus = { ...ports, applications: ['menu'] };
  const mistakes = (options: unknown, applications: object = {}): readonly string[] => {
    const checked = settingsFrom({ extensions: { 500: { run: 'menu', options } }, applications }, menus);
    return checked.ok
      ? []
      : checked.mistakes.map(({ path, error }) => `${path.slice(2).join('.')} ${error.code}`).sort();
  };
  assert.deepEqual(mistakes({ prompt: 'demo/ivr', choices: { 1: 500, '*2': '500' }, tries: 2, first: '10s' }), []);
  assert.deepEqual(mistakes(undefined), ['options.choices E_CONFIG_VALUE', 'options.prompt E_CONFIG_VALUE']);
  const bad = { prompt: [], choices: { 1: 999, x: 500, 2: {} }, within: 'soon', tries: 0, bargeIn: 'yes', promt: 'x' };
  assert.deepEqual(mistakes(bad), [
    'options.bargeIn E_CONFIG_VALUE',
    'options.choices.1 E_CONFIG_TARGET',
    'options.choices.2 E_CONFIG_VALUE',
    'options.choices.x E_CONFIG_VALUE',
    'options.prompt E_CONFIG_VALUE',
    'options.promt E_CONFIG_KEY',
    'options.tries E_CONFIG_VALUE',
    'options.within E_CONFIG_VALUE',
  ]);
  assert.deepEqual(mistakes({ choices: {}, prompt: 'x' }), ['options.choices E_CONFIG_VALUE']);
  assert.deepEqual(mistakes({}, { menu: () => undefined }), []);
});

test('where calls go on may be a parking space, or the entrance to all of them', () => {
  const parking = { first: 701, last: 703, entrance: 721 };
  for (const number of [701, '703', 721])
    good({ parking, endpoints: { 101: { secret: 'a' } }, extensions: { 500: { dial: 101, otherwise: number } } });
  assert.deepEqual(
    wrong({ parking, endpoints: { 101: { secret: 'a' } }, extensions: { 500: { dial: 101, otherwise: 704 } } }),
    ['extensions.500.otherwise E_CONFIG_TARGET'],
  );
});

test('whenTransferFails: recall, hangup or a number that something answers at, where endpoints are dialled', () => {
  const endpoints = { 101: { secret: 'a' } };
  const extension = (more: object): unknown => ({ endpoints, extensions: { 500: { dial: 101, ...more } } });
  for (const whenTransferFails of ['recall', 'hangup', '101', 101]) good(extension({ whenTransferFails }));
  good(extension({ whenTransferFails: 'recall', ringBack: '30s' }));
  assert.deepEqual(wrong(extension({ whenTransferFails: '999' })), [
    'extensions.500.whenTransferFails E_CONFIG_TARGET',
  ]);
  assert.deepEqual(wrong({ endpoints, extensions: { 500: { echo: true, whenTransferFails: 'hangup' } } }), [
    'extensions.500.whenTransferFails E_CONFIG_VALUE',
  ]);
});

test('a beep of recordings by key: true, false, or a time that leaves something to hear', () => {
  for (const recordBeep of [true, false, '1s', '15s']) good({ keys: { record: '*1', recordBeep } });
  for (const recordBeep of ['500ms', '0s', 15, 'often'])
    assert.deepEqual(wrong({ keys: { record: '*1', recordBeep } }), ['keys.recordBeep E_CONFIG_VALUE']);
});

test('nothing written is an exchange without endpoints, with the usual settings', () => {
  const { exchange, drainMs, written } = good({});
  assert.deepEqual(exchange.accounts, []);
  assert.deepEqual(exchange.registration, { floor: 30, ceiling: 7200, usual: 3600 });
  assert.deepEqual(exchange.timers, { t1: 500, t2: 4000, t4: 5000 });
  assert.equal(drainMs, 10_000);
  assert.equal(written.listen.sip, 5060);
});

test('a secret is hashed for each algorithm that is offered, and is in what it makes nowhere else', () => {
  const { exchange, written } = good({
    realm: 'here',
    endpoints: { 101: { secret: 1234 }, '0102': { secretFile: 'word', algorithms: ['MD5'] } },
  });
  const [alice, bob] = exchange.accounts;
  assert.equal(alice?.secrets?.MD5, md5('101:here:1234'));
  assert.equal(alice?.secrets?.['SHA-256'], createHash('sha256').update('101:here:1234').digest('hex'));
  assert.deepEqual(bob, {
    number: '0102',
    name: '',
    algorithms: ['MD5'],
    secrets: { MD5: md5('0102:here:sesame') },
  });
  assert.doesNotMatch(JSON.stringify([exchange, written]), /1234|sesame/);
});

test('every key of an endpoint and of the exchange arrives where it is obeyed', () => {
  const { exchange } = good({
    realm: 'here',
    algorithms: ['SHA-512-256'],
    codecs: ['PCMA'],
    maxContacts: 3,
    surplus: 'refuse',
    pathUnasked: true,
    registration: { floor: '1m', ceiling: '10m', usual: '5m' },
    qualify: { every: '1m', behindNat: '20s' },
    network: { external: '198.51.100.7', local: ['10.0.0.0/8'] },
    mediaTimeout: '0s',
    video: 'off',
    timers: { T1: '250ms', T2: '2s', T4: '3s' },
    sessionTimer: 'off',
    tones: 'gb',
    language: 'fr',
    timeZone: 'Europe/Vienna',
    keys: { record: '*1' },
    endpoints: {
      101: {
        name: 'Alice',
        addresses: ['10.0.0.0/8', '::1'],
        contacts: ['sip:101@10.0.0.9', 'sips:101@[::1]:5071'],
        transports: ['udp', 'wss'],
        codecs: ['PCMU', 'PCMA'],
        algorithms: ['MD5'],
        latch: false,
        srtp: 'required',
        mediaTimeout: '30s',
        video: 'relay',
        dtmf: 'info',
        music: 'jazz',
        tones: 'us',
        nat: 'yes',
        calls: 2,
        callerId: { name: 'Desk' },
        identities: [{ number: 100 }],
        trusted: true,
        remotePartyId: true,
        callWaiting: false,
        rejectAnonymous: true,
        blocked: [666, '9.'],
        maxContacts: 1,
        sessionTimer: '2m',
        forward: { to: ['1XX', 700], always: 103, noAnswer: '104', after: '9s', doNotDisturb: true },
        redirects: 'dialplan',
        disturbed: 'declined',
        keys: { blind: '##', parkAt: '721' },
        language: 'de-AT',
        timeZone: 'America/New_York',
      },
    },
  });
  assert.deepEqual(exchange, {
    realm: 'here',
    algorithms: ['SHA-512-256'],
    codecs: ['PCMA'],
    maxContacts: 3,
    surplus: 'refuse',
    pathUnasked: true,
    registration: { floor: 60, ceiling: 600, usual: 300 },
    qualify: { every: 60, behindNat: 20 },
    network: { external: '198.51.100.7', local: ['10.0.0.0/8'] },
    mediaTimeout: 0,
    video: 'off',
    timers: { t1: 250, t2: 2000, t4: 3000 },
    sessionTimer: 'off',
    tones: 'gb',
    language: 'fr',
    timeZone: 'Europe/Vienna',
    keys: { record: '*1' },
    accounts: [
      {
        number: '101',
        name: 'Alice',
        addresses: ['10.0.0.0/8', '::1'],
        contacts: ['sip:101@10.0.0.9', 'sips:101@[::1]:5071'],
        transports: ['udp', 'wss'],
        codecs: ['PCMU', 'PCMA'],
        algorithms: ['MD5'],
        latch: false,
        srtp: 'required',
        mediaTimeout: 30_000,
        video: 'relay',
        dtmf: 'info',
        music: 'jazz',
        tones: 'us',
        nat: 'yes',
        calls: 2,
        callerId: { name: 'Desk', number: '101' },
        identities: [{ name: '', number: '100' }],
        trusted: true,
        remotePartyId: true,
        callWaiting: false,
        rejectAnonymous: true,
        blocked: ['666', '9.'],
        maxContacts: 1,
        sessionTimer: 120,
        forward: { to: ['1XX', '700'], always: '103', noAnswer: '104', after: 9000, doNotDisturb: true },
        redirects: 'dialplan',
        disturbed: 'declined',
        keys: { blind: '##', parkAt: '721' },
        language: 'de-AT',
        timeZone: 'America/New_York',
      },
    ],
  });
});

test('all mistakes are found at once, each where it is', () => {
  const found = wrong({
    realm: 3,
    colour: 'blue',
    listen: { sip: 70_000, addresses: ['localhost'] },
    rtp: '9-8',
    registration: { floor: 30 },
    codecs: ['PCMU', 'PCMU'],
    endpoints: {
      101: { secret: 'x', codecs: ['G729'], bar: 1 },
      102: {},
      103: { secretFile: 'nowhere' },
      104: { secretFile: 'two' },
      105: { secret: 'x', secretFile: 'word' },
      106: { secret: 'x', contacts: ['tel:+3110'], addresses: ['10.0.0.0/40'] },
      'a b': { secret: 'x' },
    },
    extensions: { 800: {}, 801: { echo: true, music: true }, 802: { dial: 999 }, 803: { play: 'x', for: '20s' } },
    dialplan: 'code',
  });
  assert.deepEqual(found, [
    'codecs E_CONFIG_VALUE',
    'colour E_CONFIG_KEY',
    'dialplan E_CONFIG_VALUE',
    'endpoints.101.bar E_CONFIG_KEY',
    'endpoints.101.codecs.0 E_CONFIG_VALUE',
    'endpoints.102 E_CONFIG_SECRET',
    'endpoints.103.secretFile E_CONFIG_SECRET_FILE',
    'endpoints.104.secretFile E_CONFIG_SECRET_FILE',
    'endpoints.105.secretFile E_CONFIG_VALUE',
    'endpoints.106.addresses.0 E_CONFIG_VALUE',
    'endpoints.106.contacts.0 E_CONFIG_VALUE',
    'endpoints.a b E_CONFIG_VALUE',
    'extensions.800 E_CONFIG_VALUE',
    'extensions.801 E_CONFIG_VALUE',
    'extensions.803.for E_CONFIG_VALUE',
    'listen.addresses.0 E_CONFIG_VALUE',
    'listen.sip E_CONFIG_VALUE',
    'realm E_CONFIG_VALUE',
    'registration.floor E_CONFIG_VALUE',
    'rtp E_CONFIG_VALUE',
  ]);
});

test('what can be seen of a whole configuration only', () => {
  const endpoints = { 101: { secret: 'x' } };
  assert.deepEqual(wrong({ endpoints, extensions: { 802: { dial: 999 }, 803: { dial: 101, otherwise: 998 } } }), [
    'extensions.802.dial E_CONFIG_TARGET',
    'extensions.803.otherwise E_CONFIG_TARGET',
  ]);
  assert.deepEqual(wrong({ extensions: { X1: { echo: true }, 'Z.': { music: true } } }), []);
  assert.deepEqual(
    wrong({
      dialplan: (d: { on: (p: string, s: () => void) => unknown }) => (
        d.on('1X', () => undefined), d.on('1X', () => undefined)
      ),
    }),
    ['dialplan E_CONFIG_DIALPLAN'],
  );
  assert.deepEqual(wrong({ registration: { floor: '2h', ceiling: '1h' } }), ['registration E_CONFIG_VALUE']);
  assert.deepEqual(wrong({ registration: { floor: '0s', usual: '0s' } }), ['registration E_CONFIG_VALUE']);
  assert.deepEqual(wrong({ timers: { T1: '0s' } }), ['timers.T1 E_CONFIG_VALUE']);
  assert.deepEqual(wrong({ sounds: ['sounds', 'nowhere'], tls: { certificate: 'a', key: 'sounds' } }), [
    'sounds.1 E_CONFIG_VALUE',
    'tls.certificate E_CONFIG_VALUE',
  ]);
});

test('contacts and the address outside may be names; what is neither name nor address is a mistake', () => {
  const contacts = (...all: string[]) => ({ endpoints: { 101: { secret: 'x', contacts: all } } });
  good(contacts('sip:gw.example.net;transport=tls', 'sips:gw.example.net:5071', 'sip:gw', 'sip:door@[::1]'));
  assert.deepEqual(
    wrong(contacts('sip:10.0.0.300', 'sip:-x', 'gw.example.net', 'tel:112')),
    [0, 1, 2, 3].map((at) => `endpoints.101.contacts.${at} E_CONFIG_VALUE`),
  );
  const outside = (external: string) => ({ network: { external, local: [] } });
  for (const one of ['pbx.example.net', 'stun:stun.example.net', 'stun:192.0.2.3:3479', '2001:db8::1'])
    good(outside(one));
  for (const one of ['stun:', '10.0.0.300', 'a b', 'stun:x:port'])
    assert.deepEqual(wrong(outside(one)), ['network.external E_CONFIG_VALUE'], one);
});

test('a certificate needs its key; what is said of authorities needs neither', () => {
  good({ tls: { verify: false } });
  assert.deepEqual(wrong({ tls: { certificate: 'sounds' } }), ['tls E_CONFIG_VALUE']);
  assert.deepEqual(wrong({ tls: { authorities: ['nowhere.pem'] } }), ['tls.authorities.0 E_CONFIG_VALUE']);
  assert.deepEqual(wrong({ nameServers: ['192.0.2.53', '[::1]:5353', 'dns.example.net'] }), [
    'nameServers.2 E_CONFIG_VALUE',
  ]);
});

test('a mistake says what to do, and a secret is never repeated', () => {
  const checked = settingsFrom(
    { listen: { sip: 'x' }, endpoints: { 101: { secret: { word: 'hidden' } } }, colour: 1 },
    ports,
  );
  assert.ok(!checked.ok);
  const text = checked.mistakes.map(({ error }) => `${error.message} ${error.remedy}`).join('\n');
  assert.match(text, /This cannot be used: it is "x"\. Write a port from 0 to 65535\./);
  assert.match(text, /There is no key "colour" here\. Take it out, or write one of realm, listen, /);
  assert.doesNotMatch(text, /hidden/);
});

test('endpoints are dialled by their numbers unless a rule takes them', () => {
  const { rules } = good({
    endpoints: { 101: { secret: 'x' }, 102: { secret: 'x' } },
    extensions: { 102: { echo: true } },
  });
  const plan = dialplan(rules);
  assert.ok(plan.route('101') !== undefined);
  assert.equal(plan.route('102'), plan.rules.find(({ pattern }) => pattern === '102')?.script);
  assert.equal(plan.route('103'), undefined);
});

test('differences are one for each key, and show no secret', () => {
  const before = good({ endpoints: { 101: { name: 'Alice', secret: 'old' }, 103: { secret: 'x' } }, drain: '5s' });
  const after = good({
    endpoints: { 101: { name: 'Alicia', secret: 'new' }, 102: { secret: 'fresh', calls: 2 } },
    log: 'debug',
    listen: { sip: 5070 },
  });
  const found = differences(before, after);
  assert.deepEqual(found, [
    { change: 'changed', key: 'drain', from: '"5s"', to: '"10s"' },
    { change: 'changed', key: 'endpoints.101.name', from: '"Alice"', to: '"Alicia"' },
    { change: 'changed', key: 'endpoints.101.secret' },
    { change: 'added', key: 'endpoints.102' },
    { change: 'removed', key: 'endpoints.103' },
    { change: 'changed', key: 'listen.sip', from: '5060', to: '5070' },
    { change: 'changed', key: 'log', from: '"info"', to: '"debug"' },
  ]);
  assert.deepEqual(fixed(found), ['listen.sip']);
  assert.deepEqual(differences(before, before), []);
});

test('every key of the reference says what it takes and what it is', () => {
  for (const { path, takes, what } of keys()) {
    assert.notEqual(takes, '', path);
    assert.ok(what !== '' || path.endsWith('.*'), `${path} says nothing`);
  }
  assert.ok(keys().some(({ path }) => path === 'endpoints.*.callerId.number'));
});

test('conference rooms become features of their numbers; their PINs are shown nowhere, and a change of one is told', () => {
  const before = good({ conference: { 600: { pin: 1234, moderatorPin: '9876' }, 601: {} } });
  assert.deepEqual(before.rooms['600'], {
    pin: '1234',
    moderatorPin: '9876',
    announce: true,
    record: false,
    locked: false,
  });
  assert.doesNotMatch(JSON.stringify(before.written), /1234|9876/);
  const after = good({ conference: { 600: { pin: 4711, moderatorPin: '9876' }, 602: {} } });
  const told = differences(before, after).map(({ change, key }) => `${change} ${key}`);
  assert.ok(told.includes('changed conference.600.pin'));
  assert.ok(told.some((key) => key.startsWith('removed conference.601')));
  assert.ok(told.some((key) => key.startsWith('added conference.602')));
});

test('a room on a number that an extension has, a PIN that is none and an empty room size are mistakes', () => {
  const named = good({ conference: { 600: {} }, extensions: { 9: { dial: '600' } } });
  assert.deepEqual(Object.keys(named.rooms), ['600']);
  assert.deepEqual(wrong({ conference: { 600: { pin: 'abc' } } }), ['conference.600.pin E_CONFIG_VALUE']);
  assert.deepEqual(wrong({ conference: { 600: { maxMembers: 0 } } }), ['conference.600.maxMembers E_CONFIG_VALUE']);
  assert.deepEqual(wrong({ conference: { 600: { withoutModerator: 'stays', language: 'x' } } }), [
    'conference.600.language E_CONFIG_VALUE',
    'conference.600.withoutModerator E_CONFIG_VALUE',
  ]);
  const { rooms } = good({
    conference: { 600: { moderatorPin: '9876', withoutModerator: 'ends', language: 'fr-CA' } },
  });
  assert.deepEqual([rooms['600']?.withoutModerator, rooms['600']?.language], ['ends', 'fr-CA']);
  assert.deepEqual(wrong({ conference: { 600: {} }, extensions: { 600: { echo: true } } }), [
    'extensions E_CONFIG_DIALPLAN',
  ]);
});
