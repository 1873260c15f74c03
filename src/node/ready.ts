import { columns } from './cli/columns.ts';

/** What whoever started an exchange wants to know when it is ready. */
export interface ReadyInfo {
  /** `address:port` of every socket, IPv6 in brackets. */
  readonly sip: { readonly udp: readonly string[] };
  /** `http://127.0.0.1:8080` */
  readonly http: string;
  readonly data: string;
  /** `password` only when it was made just now: it is never shown again. */
  readonly accounts: readonly { readonly number: string; readonly name: string; readonly password?: string }[];
  readonly numbers: readonly { readonly number: string; readonly what: string }[];
}

/** The first line on stdout for programs: where the exchange is, no secrets (but for those made just now). */
export function readyLine(info: ReadyInfo): string {
  const made = info.accounts.filter((account) => account.password !== undefined);
  const { sip, http, data } = info;
  return `${JSON.stringify({ ready: true, sip, http, data, ...(made.length > 0 ? { accounts: made } : {}) })}\n`;
}

/** The same for people. */
export function readyText(info: ReadyInfo): string {
  const away = info.sip.udp.filter((address) => !local(address));
  const where = away.length > 0 ? away : info.sip.udp;
  return [
    'The exchange is ready.\n',
    section(
      'Point a phone at',
      where.map((address) => [address, 'UDP']),
    ),
    away.length > 0 ? '' : '  Only phones on this machine reach it; --bind names other addresses.\n',
    accounts(info),
    section(
      'Numbers to dial',
      info.numbers.map(({ number, what }) => [number, what]),
    ),
    section('Status page', [[info.http]]),
  ].join('');
}

function accounts({ accounts: all, data }: ReadyInfo): string {
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
