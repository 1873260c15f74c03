/** What SRTP adds to a relayed packet of 160 octets: unprotected on one leg, protected on the other. Prints rows as JSON. */
import { SrtpReceiver, SrtpSender, type SuiteName, SUITES } from '../src/rtp/srtp/index.ts';
import { cpuOf, type Row, tell } from './measure.ts';

const PACKET = 172;
/** Packets a call of what is measured. */
const AHEAD = 64;

tell((Object.keys(SUITES) as SuiteName[]).map(row));

function row(name: SuiteName): Row {
  const us = cpuOf(both(name)) / AHEAD;
  return { operation: `SRTP in and out, ${name}`, measured: `${us.toFixed(1)} µs`, beside: '', atMost: '≤ 8 µs' };
}

/** Protects and unprotects packet after packet of one stream. */
function both(name: SuiteName): () => void {
  const { key, salt } = SUITES[name];
  const master = Uint8Array.from({ length: key + salt }, (_, at) => at);
  const sender = new SrtpSender(name, master);
  const receiver = new SrtpReceiver(name, master);
  const packet = new Uint8Array(PACKET);
  packet[0] = 0x80;
  let sequence = 0;
  return () => {
    for (let count = 0; count < AHEAD; count += 1) {
      sequence = (sequence + 1) & 0xffff;
      packet[2] = sequence >> 8;
      packet[3] = sequence;
      const sent = sender.protect(packet);
      if (sent === undefined || receiver.unprotect(sent) === undefined) throw new Error(`${name} lost a packet`);
    }
  };
}
