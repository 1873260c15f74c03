import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { StrowgerError } from '../../kernel/index.ts';

/** What `strowger start` was told, checked. */
export interface StartOptions {
  /** The data folder. */
  readonly data: string;
  /** Addresses or wildcards to bind; empty: loopback and private networks. */
  readonly bind: readonly string[];
  /** 0: any free port. */
  readonly sipPort: number;
  readonly httpPort: number;
  /** Undefined: any free ports. */
  readonly rtpPorts: { readonly from: number; readonly to: number } | undefined;
  /** One password for every account of the demo exchange. */
  readonly demoPassword: string | undefined;
  /** Folders of sounds that take the place of ours where they have them. */
  readonly sounds: readonly string[];
  /** The ready line as JSON even on a terminal. */
  readonly json: boolean;
  /** How long calls in progress may last after SIGTERM, in milliseconds. */
  readonly drainMs: number;
}

/** As the command line gives them. */
export interface RawStartOptions {
  readonly data: string;
  readonly bind?: readonly string[];
  readonly sipPort: string;
  readonly httpPort: string;
  readonly rtpPorts: string;
  readonly demoPassword?: string;
  readonly sounds?: readonly string[];
  readonly json?: boolean;
  readonly drain: string;
}

type Mistake = (sentence: string) => undefined;

/** Throws E_OPTIONS with every mistake there is. `unknown` are words of the line that mean nothing. */
export function startOptions(raw: RawStartOptions, unknown: readonly string[]): StartOptions {
  const mistakes = unknown.map((word) => (word.startsWith('-') ? `unknown option ${word}` : `what is ${word} for?`));
  const mistake: Mistake = (sentence) => void mistakes.push(sentence);
  const bind = raw.bind ?? [];
  for (const address of bind) if (isIP(address) === 0) mistake(`--bind takes an IP address, not ${quoted(address)}`);
  if (raw.data.trim() === '') mistake('--data takes the name of a folder');
  if (raw.demoPassword !== undefined && !/^[\x21-\x7e]{1,128}$/.test(raw.demoPassword)) {
    mistake('--demo-password takes 1 to 128 printable ASCII characters without spaces');
  }
  for (const folder of raw.sounds ?? []) {
    if (!existsSync(folder)) mistake(`--sounds takes folders that exist, not ${quoted(folder)}`);
  }
  const checked: StartOptions = {
    data: raw.data,
    bind,
    sipPort: port('--sip-port', raw.sipPort, mistake),
    httpPort: port('--http-port', raw.httpPort, mistake),
    rtpPorts: portRange(raw.rtpPorts, mistake),
    demoPassword: raw.demoPassword,
    sounds: raw.sounds ?? [],
    json: raw.json ?? false,
    drainMs: 1000 * (whole(raw.drain, 86_400) ?? mistake('--drain takes whole seconds, at most a day') ?? 0),
  };
  if (mistakes.length > 0)
    throw new StrowgerError('E_OPTIONS', { mistakes: mistakes.map((one) => `  ${one}`).join('\n') });
  return checked;
}

function port(option: string, text: string, mistake: Mistake): number {
  return whole(text, 65_535) ?? mistake(`${option} takes a port from 0 to 65535, not ${quoted(text)}`) ?? 0;
}

/** RTP and RTCP take a pair of ports, even and odd (RFC 3550 §11). */
function portRange(text: string, mistake: Mistake): StartOptions['rtpPorts'] {
  if (text === '0') return undefined;
  const [from, to, beyond] = text.split('-').map((one) => whole(one, 65_535));
  const pairs = from === undefined || to === undefined ? 0 : ((to + 1) >> 1) - ((from + 1) >> 1);
  if (from !== undefined && to !== undefined && beyond === undefined && from >= 1 && pairs >= 1) return { from, to };
  return mistake(`--rtp-ports takes FROM-TO with room for a pair of ports, or 0 for any, not ${quoted(text)}`);
}

function whole(text: string, most: number): number | undefined {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : undefined;
  return value !== undefined && value <= most ? value : undefined;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
