import { columns } from './cli/columns.ts';

/** `address:port` of every socket, IPv6 in brackets. Protocols that are off are left out or empty. */
type Sip = { readonly udp: readonly string[] } & Readonly<
  Partial<Record<'tcp' | 'tls' | 'ws' | 'wss', readonly string[]>>
>;

/** What whoever started an exchange wants to know when it is ready. */
export interface ReadyInfo {
  readonly sip: Sip;
  /** `http://127.0.0.1:8080` */
  readonly http: string;
  /** What signs a browser in. To programs it is told only when it was made just now. */
  readonly console?: { readonly link: string; readonly made: boolean };
  readonly data: string;
  /** The configuration's file; undefined: the demo exchange. */
  readonly configuration?: string;
  /** `password` only when it was made just now: it is never shown again. */
  readonly accounts: readonly { readonly number: string; readonly name: string; readonly password?: string }[];
  readonly numbers: readonly { readonly number: string; readonly what: string }[];
}

/** The first line on stdout for programs: where the exchange is, no secrets (but for those made just now). */
export function readyLine(info: ReadyInfo): string {
  const made = info.accounts.filter((account) => account.password !== undefined);
  const { sip, http, data, console } = info;
  const secrets = {
    ...(console?.made === true && { console: console.link }),
    ...(made.length > 0 && { accounts: made }),
  };
  return `${JSON.stringify({ ready: true, sip, http, data, ...secrets })}\n`;
}

type Row = readonly [address: string, protocol: string];

const NAMES: Readonly<Record<string, string>> = {
  udp: 'UDP',
  tcp: 'TCP',
  tls: 'TLS',
  ws: 'WebSocket',
  wss: 'secure WebSocket',
};

/** The same for people. */
export function readyText(info: ReadyInfo): string {
  const all = Object.entries(info.sip).flatMap(([protocol, where]) =>
    where.map((address): Row => [address, NAMES[protocol] ?? protocol]),
  );
  const away = all.filter(([address]) => !local(address));
  const where = away.length > 0 ? away : all;
  return [
    'The exchange is ready.\n',
    section('Point a phone at', where),
    away.length > 0 ? '' : '  Only phones on this machine reach it; --bind names other addresses.\n',
    accounts(info),
    numbers(info),
    browser(info),
  ].join('');
}

function browser({ http, console: own }: ReadyInfo): string {
  if (own !== undefined) return section('Console: open this in a browser', [[own.link]]);
  return `${section('Console', [[http]])}  It asks for a token: strowger token create --scope read calls\n`;
}

function numbers({ numbers: all }: ReadyInfo): string {
  const rows = all.map(({ number, what }) => [number, what]);
  return rows.length === 0 ? '' : section('Numbers to dial', rows);
}

function accounts({ accounts: all, data, configuration }: ReadyInfo): string {
  if (configuration !== undefined) return section('Configuration', [[configuration]]);
  const made = all.some((account) => account.password !== undefined);
  const rows = all.map(({ number, name, password }) => [number, name, ...(made ? [password ?? '(as before)'] : [])]);
  const text = section('Accounts', [['USER', 'NAME', ...(made ? ['PASSWORD'] : [])], ...rows]);
  if (made) return `${text}  The passwords are shown this once.\n`;
  return `${text}  Passwords are those shown at the first start with ${data}.\n`;
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  const lines = columns(rows).replaceAll(/^(?=.)/gm, '  ');
  return `\n${title}\n${lines}`;
}

function local(address: string): boolean {
  return address.startsWith('127.') || address.startsWith('[::1]');
}
