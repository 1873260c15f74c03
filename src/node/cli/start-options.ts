import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { StrowgerError } from '../../kernel/index.ts';

/** What `strowger start` was told, checked. */
export interface StartOptions {
  /** The data folder. */
  readonly data: string;
  /** The configuration; undefined: the demo exchange. */
  readonly config: string | undefined;
  /** Addresses or wildcards to bind; empty: loopback and private networks. */
  readonly bind: readonly string[];
  /** 0: any free port. */
  readonly sipPort: number;
  /** Undefined: off. */
  readonly tlsPort: number | undefined;
  readonly wsPort: number | undefined;
  readonly wssPort: number | undefined;
  /** PEM files; undefined: a certificate of one's own. */
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  readonly httpPort: number;
  /** Addresses of the console and the API. */
  readonly httpBind: readonly string[];
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

/** As the command line gives them; what it does not say may stand in a configuration. */
export interface RawStartOptions {
  readonly data: string;
  readonly config?: string;
  readonly bind?: readonly string[];
  readonly sipPort?: string;
  readonly sipTlsPort?: string;
  readonly sipWsPort?: string;
  readonly sipWssPort?: string;
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
  readonly httpPort?: string;
  readonly httpBind?: readonly string[];
  readonly rtpPorts?: string;
  readonly demoPassword?: string;
  readonly sounds?: readonly string[];
  readonly json?: boolean;
  readonly drain?: string;
}

type Mistake = (sentence: string) => undefined;

/** Throws E_OPTIONS with every mistake there is. `unknown` are words of the line that mean nothing. */
export function startOptions(raw: RawStartOptions, unknown: readonly string[]): StartOptions {
  const mistakes = unknown.map((word) => (word.startsWith('-') ? `unknown option ${word}` : `what is ${word} for?`));
  const mistake: Mistake = (sentence) => void mistakes.push(sentence);
  const bind = raw.bind ?? [];
  for (const address of bind) if (isIP(address) === 0) mistake(`--bind takes an IP address, not ${quoted(address)}`);
  for (const address of raw.httpBind ?? [])
    if (isIP(address) === 0) mistake(`--http-bind takes an IP address, not ${quoted(address)}`);
  if (raw.data.trim() === '') mistake('--data takes the name of a folder');
  if (raw.demoPassword !== undefined && !/^[\x21-\x7e]{1,128}$/.test(raw.demoPassword)) {
    mistake('--demo-password takes 1 to 128 printable ASCII characters without spaces');
  }
  if (raw.demoPassword !== undefined && raw.config !== undefined) {
    mistake('--demo-password is for the demo exchange, not for one with --config');
  }
  for (const folder of raw.sounds ?? []) {
    if (!existsSync(folder)) mistake(`--sounds takes folders that exist, not ${quoted(folder)}`);
  }
  const checked: StartOptions = {
    data: raw.data,
    config: raw.config,
    bind,
    ...sipPorts(raw, mistake),
    tls: tlsFiles(raw, mistake),
    httpPort: port('--http-port', raw.httpPort ?? '8080', mistake),
    httpBind: (raw.httpBind ?? []).length === 0 ? ['127.0.0.1'] : (raw.httpBind ?? []),
    rtpPorts: portRange(raw.rtpPorts ?? '10000-19999', mistake),
    demoPassword: raw.demoPassword,
    sounds: raw.sounds ?? [],
    json: raw.json ?? false,
    drainMs: 1000 * (whole(raw.drain ?? '10', 86_400) ?? mistake('--drain takes whole seconds, at most a day') ?? 0),
  };
  if (mistakes.length > 0)
    throw new StrowgerError('E_OPTIONS', { mistakes: mistakes.map((one) => `  ${one}`).join('\n') });
  return checked;
}

function port(option: string, text: string, mistake: Mistake, or = ''): number {
  return whole(text, 65_535) ?? mistake(`${option} takes a port from 0 to 65535${or}, not ${quoted(text)}`) ?? 0;
}

type SipPorts = Pick<StartOptions, 'sipPort' | 'tlsPort' | 'wsPort' | 'wssPort'>;

/** What is not said follows from --sip-port: 0 makes all of them free ones. 8088 and 8089 are what others use. */
function sipPorts(raw: RawStartOptions, mistake: Mistake): SipPorts {
  const sipPort = port('--sip-port', raw.sipPort ?? '5060', mistake);
  const of = (option: string, text: string | undefined, usual: number): number | undefined => {
    if (text === 'off') return undefined;
    return text === undefined ? (sipPort === 0 ? 0 : usual) : port(option, text, mistake, ', or off');
  };
  return {
    sipPort,
    tlsPort: of('--sip-tls-port', raw.sipTlsPort, Math.min(sipPort + 1, 65_535)),
    wsPort: of('--sip-ws-port', raw.sipWsPort, 8088),
    wssPort: of('--sip-wss-port', raw.sipWssPort, 8089),
  };
}

function tlsFiles({ tlsCertificate, tlsKey }: RawStartOptions, mistake: Mistake): StartOptions['tls'] {
  if (tlsCertificate === undefined && tlsKey === undefined) return undefined;
  if (tlsCertificate === undefined || tlsKey === undefined) {
    return mistake('--tls-certificate and --tls-key go together');
  }
  return { certificate: tlsCertificate, key: tlsKey };
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
