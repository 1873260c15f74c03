/** A SIP message as baresip's trace (`-s`) shows it. */
export interface TracedMessage {
  readonly sent: boolean;
  /** `INVITE sip:101@… SIP/2.0` or `SIP/2.0 180 Ringing` */
  readonly startLine: string;
  /** Method of the request or of the request it answers. */
  readonly method: string;
  /** 0: a request. */
  readonly status: number;
  /** Values of the header fields of this name, long form, in order. */
  header(name: string): readonly string[];
  readonly body: string;
}

/** Who a phone is told that it is connected with. */
export interface Display {
  readonly name: string;
  readonly number: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the trace is coloured
const TRACED = /\x1b\[36;1m#\n(?:UDP|TCP|TLS) (\S+) -> (\S+)\n([\s\S]*?)\x1b\[;m\n/g;

/** All messages in a trace; `sent` tells the phone's own from those it received, by their `ADDRESS:PORT`s. */
export function readTrace(text: string, sent: (from: string, to: string) => boolean): readonly TracedMessage[] {
  return [...text.matchAll(TRACED)].map(([, from = '', to = '', message = '']) => readMessage(sent(from, to), message));
}

/** One message as it was logged. */
export function readMessage(sent: boolean, text: string): TracedMessage {
  const [head = '', ...rest] = text.replaceAll('\r', '').split('\n\n');
  const [startLine = '', ...lines] = head.split('\n');
  const header = (name: string) =>
    lines
      .filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
      .map((line) => line.slice(name.length + 1).trim());
  const status = Number(/^SIP\/2\.0 (\d{3})/.exec(startLine)?.[1] ?? 0);
  const method = header('CSeq')[0]?.split(/\s+/)[1] ?? '';
  return { sent, startLine, method, status, header, body: rest.join('\n\n') };
}

/** What this message tells the phone's display: asserted identity (RFC 3325) before From (RFC 3261 §20.20) of a request. */
export function displayOf(message: TracedMessage): Display | undefined {
  const asserted = message.header('P-Asserted-Identity')[0] ?? message.header('Remote-Party-ID')[0];
  const value =
    asserted ?? (message.status === 0 && message.method === 'INVITE' ? message.header('From')[0] : undefined);
  if (message.sent || value === undefined) return undefined;
  const name = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*))\s*</.exec(value);
  const number = /sips?:([^@>;]+)@/.exec(value);
  return { name: (name?.[1] ?? name?.[2] ?? '').trim(), number: number?.[1] ?? '' };
}
