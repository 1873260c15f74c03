import { type RawData, WebSocket } from 'ws';
import type { ProgramAddress, ProgramListener, Programs, ProgramSocket } from '../../media/ports.ts';
import { why } from '../why.ts';

/** A program that does not answer our close is cut off after so long (ms). */
const CLOSING = 2000;
/** Close reasons have room for so many octets (RFC 6455 §5.5). */
const REASON = 123;
/** Answers that a program asks for and does not read; audio never comes near it (octets). */
const UNREAD = 1_048_576;
/** Closed in good order: done, or going away (RFC 6455 §7.4.1); 1005: without a code. */
const WHOLE = new Set([1000, 1001, 1005]);

/** WebSockets to programs. Certificates of wss are verified, redirections are not followed. */
export function createPrograms(): Programs {
  return { open };
}

function open({ url, headers, protocol, most }: ProgramAddress, listener: ProgramListener): ProgramSocket {
  const socket = new WebSocket(url, [protocol], { headers, maxPayload: most, perMessageDeflate: false });
  let broken: string | undefined;
  let over = false;
  socket.on('open', () => over || listener.opened());
  socket.on('message', (data, binary) => {
    if (over) return;
    if (binary) listener.audio(octets(data));
    else listener.text(Buffer.from(octets(data)).toString());
  });
  socket.on('pong', (data) => over || listener.ponged(data.toString()));
  socket.on('error', (error) => {
    broken = why(error);
  });
  socket.on('close', (code, reason) => {
    if (over) return;
    over = true;
    const said = reason.length === 0 ? '' : ` ${reason.toString()}`;
    listener.closed(broken === undefined && WHOLE.has(code), broken ?? `closed: ${code}${said}`);
  });
  const send = (data: string | Uint8Array): void => {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (socket.bufferedAmount > UNREAD) {
      broken = 'it does not read';
      return socket.terminate();
    }
    socket.send(data, () => undefined);
  };
  return {
    text: send,
    audio: send,
    ping: (payload) => {
      if (socket.readyState === WebSocket.OPEN) socket.ping(payload);
    },
    close: (code, reason) => {
      over = true;
      socket.close(code, shortened(reason));
      setTimeout(() => socket.terminate(), CLOSING).unref();
    },
  };
}

function shortened(reason: string): string {
  let short = reason;
  while (Buffer.byteLength(short) > REASON) short = short.slice(0, -1);
  return short;
}

function octets(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
