import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { after, before, describe, test } from 'node:test';
import { credentials, Raw } from './peers/raw.ts';
import { Server } from './peers/server.ts';
import { until, witnessed } from './peers/until.ts';

const REGISTERS = 5000;
/** Requests sent before an answer is waited for, so that none is lost in a full buffer. */
const BURST = 100;
/** Of 200 pairs of ports, what floods and absurd calls must give back. */
const RTP = '30000-30399';

const head = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n';
const codecs = Array.from({ length: 100 }, (_, n) => n);
const media = (port: number | string, formats = '0', more = '') =>
  `${head}m=audio ${port} RTP/AVP ${formats}\r\n${more}`;

/** Offers that no phone makes; what comes of each is the exchange's choice, as long as it answers and forgets. */
const OFFERS: Readonly<Record<string, string>> = {
  'a hundred codecs': media(4000, codecs.join(' '), codecs.map((n) => `a=rtpmap:${n} NONE${n}/8000\r\n`).join('')),
  'ptime 0': media(4000, '0', 'a=ptime:0\r\na=maxptime:0\r\n'),
  'ptime beyond all': media(4000, '0', 'a=ptime:999999999999\r\n'),
  'ptime negative': media(4000, '0', 'a=ptime:-20\r\n'),
  'port 0': media(0),
  'port 1': media(1),
  'port 65535, whose RTCP port there is not': media(65_535),
  'port 65536': media(65_536),
  'port negative': media(-1),
  'no port': media(''),
  'no formats': media(4000, ''),
  'format beyond all': media(4000, '99999999999'),
  'a clock of 0 Hz': media(4000, '96', 'a=rtpmap:96 PCMU/0\r\n'),
  'events over everything': media(4000, '0 101', 'a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-99999999\r\n'),
  'no connection': 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n',
  'the address of everybody': media(4000).replaceAll('IN IP4 127.0.0.1', 'IN IP4 255.255.255.255'),
  'an address of many': media(4000).replaceAll('IN IP4 127.0.0.1', 'IN IP4 224.0.0.1'),
  'an address that is none': media(4000).replaceAll('IN IP4 127.0.0.1', 'IN IP4 999.1.2'),
  'IPv6 named IPv4': media(4000).replaceAll('IN IP4 127.0.0.1', 'IN IP4 ::1'),
  'a name to resolve': media(4000).replaceAll('IN IP4 127.0.0.1', 'IN IP4 nowhere.invalid'),
  'a thousand media': head + 'm=audio 4000 RTP/AVP 0\r\n'.repeat(1000),
  'only video': `${head}m=video 4000 RTP/AVP 31\r\n`,
  'only a fax': `${head}m=image 4000 udptl t38\r\n`,
  'no SDP': 'hello',
  'lines of nothing': '\r\n'.repeat(1000),
  'all lines cut': 'v=\r\no=\r\ns=\r\nc=\r\nt=\r\nm=\r\na=\r\n',
  'two thousand attributes': media(4000, '0', 'a=x:y\r\n'.repeat(2000)),
};

describe('hostile callers and registrants', () => {
  let server: Server;
  let socket: Raw;
  let calls = 0;

  before(async () => {
    server = await Server.start('--rtp-ports', RTP);
    socket = await Raw.open(server);
  });
  after(async () => {
    socket?.close();
    await server?.stop();
  });

  const scene = (body: () => Promise<void>) => witnessed([server], body);

  /** A call to 800 as 101 with its right password; the final answer to it. */
  async function call(offer: string): Promise<string> {
    const callId = `absurd-${++calls}`;
    const type = ['Content-Type: application/sdp'];
    const challenge = await answered(
      socket.request('INVITE', '800', { callId, cseq: 1, lines: type, body: offer }),
      callId,
      1,
    );
    const authorization = credentials(challenge, 'INVITE', socket.uri('INVITE', '800'), '101', server.password);
    const lines = [...type, authorization];
    const invite = socket
      .request('INVITE', '800', { callId, cseq: 2, lines, body: offer })
      .replace(/From: <sip:800@/, 'From: <sip:101@');
    const final = await answered(invite, callId, 2);
    await socket.send(acknowledged(invite, final));
    return final;
  }

  /** Sends it again and again (RFC 3261 §17.1.1.2), until there is a final answer. */
  async function answered(request: string, callId: string, cseq: number): Promise<string> {
    let sent = Number.NEGATIVE_INFINITY;
    const fits = (message: string) => {
      if (!message.includes(callId) || !message.includes(`CSeq: ${cseq} INVITE`)) return false;
      return /^SIP\/2\.0 [2-6]/.test(message);
    };
    const look = async () => {
      if (performance.now() - sent > 1000) {
        sent = performance.now();
        await socket.send(request);
      }
      return socket.received.find(fits);
    };
    return until(`a final answer to ${callId} (${cseq})`, look, 10_000);
  }

  async function bye(final: string): Promise<void> {
    const callId = field(final, 'Call-ID');
    const target = /<([^>]+)>/.exec(field(final, 'Contact'))?.[1] ?? '';
    const request = ['From', 'To', 'Call-ID'].map((name) => `${name}: ${field(final, name)}`).join('\r\n');
    const via = `Via: SIP/2.0/UDP 127.0.0.1:${socket.port};branch=z9hG4bKbye${calls};rport`;
    await socket.send(
      `BYE ${target} SIP/2.0\r\n${via}\r\nMax-Forwards: 70\r\n${request}\r\nCSeq: 3 BYE\r\nContent-Length: 0\r\n\r\n`,
    );
    await until(
      'an answer to BYE',
      () => socket.received.find((m) => m.includes(callId) && m.includes('CSeq: 3 BYE')),
      5000,
    );
  }

  for (const [what, offer] of Object.entries(OFFERS)) {
    test(`a call to 800 that offers ${what} is answered or refused, and forgotten`, () =>
      scene(async () => {
        const final = await call(offer);
        const status = Number(/^SIP\/2\.0 (\d{3})/.exec(final)?.[1]);
        assert.ok(status === 200 || (status >= 400 && status < 500), final.split('\r\n')[0]);
        if (status === 200) await bye(final);
      }));
  }

  test('octets that are no RTP, at the ports of a call and of no call, disturb nobody', () =>
    scene(async () => {
      const phone = createSocket('udp4');
      await new Promise<void>((resolve) => phone.bind(0, '127.0.0.1', resolve));
      let packets = 0;
      phone.on('message', () => (packets += 1));
      const final = await call(media(phone.address().port));
      assert.match(final, /^SIP\/2\.0 200 /);
      await until('audio', () => packets > 5);
      const random = xorshift(0x52545021);
      const send = (bytes: Uint8Array, port: number) =>
        new Promise<void>((sent) => phone.send(bytes, port, '127.0.0.1', () => sent()));
      for (let port = 30_000; port < 30_400; port++) {
        await send(Uint8Array.of(0x80), port);
        await send(
          Uint8Array.from({ length: random() % 60 }, () => random() & 0xff),
          port,
        );
        // A header that promises 15 sources, an extension of 65535 words, and padding of 255 octets.
        await send(Uint8Array.of(0xbf, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff), port);
        await send(Uint8Array.of(0x81, 200, 0xff, 0xff, 0, 0, 0, 0), port);
      }
      await send(new Uint8Array(60_000), Number(/m=audio (\d+)/.exec(final)?.[1]));
      const earlier = packets;
      await until('audio as before', () => packets > earlier + 10);
      await bye(final);
      phone.close();
    }));

  test(`${REGISTERS} REGISTERs with wrong credentials: all refused alike, and who has the right ones gets in meanwhile`, () =>
    scene(async () => {
      const users = ['101', '102', 'nobody', 'admin'];
      const challenge = await registered('101', '');
      const wrong = (user: string) => credentials(challenge, 'REGISTER', socket.uri('REGISTER', user), user, 'guess');
      const earlier = socket.received.length;
      for (let at = 0; at < REGISTERS; at += BURST) {
        for (let n = 0; n < BURST; n++) {
          const user = users[n % users.length] ?? '';
          await socket.send(socket.request('REGISTER', user, { lines: [wrong(user)] }));
        }
        assert.match(await socket.options(), /^SIP\/2\.0 200 /);
      }
      const answers = socket.received
        .slice(earlier)
        .filter((message) => /^CSeq: \d+ REGISTER$/m.test(message.replaceAll('\r', '')));
      assert.deepEqual(new Set(answers.map((message) => message.slice(0, 12))), new Set(['SIP/2.0 401 ']));
      const right = credentials(challenge, 'REGISTER', socket.uri('REGISTER', '101'), '101', server.password);
      assert.match(await registered('101', right), /^SIP\/2\.0 200 /);
      assert.equal((await server.status()).registrations, 1);
    }));

  async function registered(user: string, authorization: string): Promise<string> {
    const callId = `register-${++calls}`;
    const request = socket.request('REGISTER', user, { callId, lines: authorization === '' ? [] : [authorization] });
    await socket.send(request);
    return until('an answer to REGISTER', () => socket.received.find((m) => m.includes(callId)), 5000);
  }

  test('afterwards nothing is left and no fault was contained', () =>
    scene(async () => {
      await server.quietStatus(90_000);
    }));
});

function field(message: string, name: string): string {
  return (
    message
      .split('\r\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2) ?? ''
  );
}

/** The ACK for a final response: in the INVITE's transaction when it refuses (RFC 3261 §17.1.1.3). */
function acknowledged(invite: string, final: string): string {
  const [start = '', ...rest] = invite.split('\r\n\r\n')[0]?.split('\r\n') ?? [];
  const lines = rest
    .filter((line) => !/^(Content-Type|Content-Length|Authorization):/.test(line))
    .map((line) =>
      line.startsWith('To:') ? `To: ${field(final, 'To')}` : line.replace(/^(CSeq: \d+) INVITE/, '$1 ACK'),
    );
  return [start.replace('INVITE', 'ACK'), ...lines, 'Content-Length: 0', '', ''].join('\r\n');
}

/** 32-bit xorshift: the same octets in each run. */
function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
