import { keep } from '../kernel/index.ts';
import { equalUri, type Field, parseNameAddr, type Request } from '../sip/message/index.ts';
import type { Flow } from '../sip/transport/types.ts';
import type { Binding } from './bindings.ts';
import type { ExchangeConfig } from './config.ts';
import { type AskedContact, contactsIn } from './contact.ts';
import type { BindingRow } from './store.ts';

/** A REGISTER whose sender is known, and all that decides what becomes of it. */
export interface Registering {
  readonly request: Request;
  readonly flow: Flow;
  readonly account: string;
  readonly algorithm: string;
  /** Wall milliseconds. */
  readonly now: number;
  readonly bindings: readonly Binding[];
  readonly limits: Pick<ExchangeConfig, 'registration' | 'surplus' | 'pathUnasked'>;
  /** Most bindings of this account. */
  readonly most: number;
  readonly newGruuKey: () => string;
}

/** What a REGISTER changes. */
export interface Update {
  readonly puts: readonly BindingRow[];
  readonly removes: readonly BindingRow[];
  /** Had to make room. */
  readonly displaced: readonly BindingRow[];
  /** Bound as a flow (RFC 5626 §6). */
  readonly outbound: boolean;
}

export interface Reply {
  readonly status: number;
  readonly reasonPhrase: string;
  readonly headers: readonly Field[];
}

/** What becomes of a REGISTER (RFC 3261 §10.3 steps 6 to 8; RFC 3327 §5.3; RFC 5626 §6; RFC 5627 §5.1). Changes nothing. */
export function updateOf(registering: Registering): Update | Reply {
  const { request, bindings } = registering;
  if (request.contactStar) return removeAll(request, bindings);
  const asked = contactsIn(request);
  if (asked.length === 0) return { puts: [], removes: [], displaced: [], outbound: false };
  const outbound = pathRefusal(registering) ?? outboundRule(request, asked);
  if (typeof outbound === 'object') return outbound;
  const contacts = outbound ? asked : asked.map((contact) => ({ ...contact, regId: 0 }));
  const changes = changesOf(registering, contacts);
  return 'status' in changes ? changes : withoutSurplus(registering, { ...changes, outbound });
}

export function supports(request: Request, option: string): boolean {
  return request.headers.list('Supported').some((tag) => tag.toLowerCase() === option);
}

/** Nobody forwarded it to us. */
export function isFirstHop(request: Request): boolean {
  return request.headers.list('Via').length === 1;
}

/** `Contact: *` must stand alone with Expires: 0 (RFC 3261 §10.3 step 6). */
function removeAll(request: Request, bindings: readonly Binding[]): Update | Reply {
  const alone = request.headers.list('Contact').length === 1 && Number(request.headers.get('Expires') ?? '') === 0;
  if (!alone || !request.headers.has('Expires')) return refused(400, 'Contact * Needs Expires: 0');
  if (bindings.some(({ row }) => outdated(request, row))) return OUT_OF_ORDER;
  return { puts: [], removes: bindings.map(({ row }) => row), displaced: [], outbound: false };
}

/** RFC 3327 §5.3: a phone that does not know Path has to learn that somebody put one in. */
function pathRefusal({ request, limits }: Registering): Reply | undefined {
  if (!request.headers.has('Path') || limits.pathUnasked === true || supports(request, 'path')) return undefined;
  return refused(420, 'Bad Extension', [['Unsupported', 'path']]);
}

/** Whether the contact is bound as a flow (RFC 5626 §6). */
function outboundRule(request: Request, asked: readonly AskedContact[]): boolean | Reply {
  if (!asked.some(({ regId }) => regId > 0)) return false;
  if (!isFirstHop(request) && !edgeKeepsFlow(request)) {
    return supports(request, 'outbound') ? refused(439, 'First Hop Lacks Outbound Support') : false;
  }
  return asked.filter(({ expires }) => expires !== 0).length > 1 ? refused(400, 'One Contact For One Flow') : true;
}

/** The edge proxy was the first to put itself into Path, so it stands last (RFC 3327 §5.2). */
function edgeKeepsFlow(request: Request): boolean {
  const edge = request.headers.list('Path').at(-1);
  return edge !== undefined && parseNameAddr(edge)?.uri.params.has('ob') === true;
}

function changesOf(
  registering: Registering,
  contacts: readonly AskedContact[],
): Pick<Update, 'puts' | 'removes'> | Reply {
  const puts = new Map<string, BindingRow>();
  const removes = new Map<string, BindingRow>();
  for (const contact of contacts) {
    const expires = expiryOf(contact, registering.limits.registration);
    const refusal = contactRefusal(registering, contact, expires);
    if (refusal !== undefined) return refusal;
    const [old, ...doubles] = matching(registering.bindings, contact);
    if ([old, ...doubles].some((one) => one !== undefined && outdated(registering.request, one.row)))
      return OUT_OF_ORDER;
    for (const { row } of doubles) removes.set(row.id, row);
    if (expires === 0 && old !== undefined) removes.set(old.row.id, old.row);
    if (expires === 0) continue;
    for (const row of rowsOf(registering, contact, expires, old?.row)) puts.set(row.id, row);
  }
  return { puts: [...puts.values()], removes: [...removes.values()].filter(({ id }) => !puts.has(id)) };
}

function contactRefusal(
  { request, limits: { registration } }: Registering,
  { uri, instance }: AskedContact,
  expires: number,
): Reply | undefined {
  // RFC 3261 §10.3 step 7: no floor may refuse an hour.
  if (expires > 0 && expires < Math.min(registration.floor, 3600))
    return refused(423, 'Interval Too Brief', [['Min-Expires', String(registration.floor)]]);
  if (expires === 0 || instance === '') return undefined;
  // RFC 5627 §5.1: a contact that is the address of record, or a GRUU of it, would be a loop.
  const loops = equalUri(uri, request.to.uri) || uri.user.startsWith('tgruu.');
  return loops || !['sip', 'sips'].includes(uri.scheme) ? refused(403, 'Contact Would Loop') : undefined;
}

/**
 * The bindings a contact stands for: that of its instance and flow first, then those of its URI (RFC 3261 §19.1.4) where either
 * side names no instance. Never by source.
 */
export function matching(
  bindings: readonly Binding[],
  { uri, instance, regId }: Pick<AskedContact, 'uri' | 'instance' | 'regId'>,
): readonly Binding[] {
  const same = ({ row }: Binding): boolean => instance !== '' && row.instance === instance && row.regId === regId;
  const equal = (one: Binding): boolean => (instance === '' || one.row.instance === '') && equalUri(one.uri, uri);
  return [...bindings.filter(same), ...bindings.filter((one) => !same(one) && equal(one))];
}

/** The binding's row; with those of the instance's other flows when a new Call-ID ends its temporary GRUUs (RFC 5627 §5.1). */
function rowsOf(
  registering: Registering,
  contact: AskedContact,
  expires: number,
  old: BindingRow | undefined,
): readonly BindingRow[] {
  const { request, flow, account, algorithm, now, bindings, newGruuKey } = registering;
  const { instance, regId, uriText, params, q } = contact;
  const siblings = bindings.map(({ row }) => row).filter((row) => instance !== '' && row.instance === instance);
  const restarted = old !== undefined && old.instance === instance && old.callId !== request.callId;
  const known = restarted ? undefined : siblings.find((sibling) => sibling.gruuKey !== '');
  const gruuKey = instance === '' ? '' : (known?.gruuKey ?? newGruuKey());
  const gruuCseq = instance === '' ? 0 : (known?.gruuCseq ?? request.cseq.number);
  const row: BindingRow = {
    id: old?.id ?? keep(`${account} ${instance === '' ? uriText : `${instance};${regId}`}`),
    aor: account,
    contact: keep(uriText),
    params: keep(params),
    callId: keep(request.callId),
    cseq: request.cseq.number,
    expiresAt: now + expires * 1000,
    registeredAt: old?.registeredAt ?? now,
    refreshedAt: now,
    q,
    userAgent: keep(request.headers.get('User-Agent') ?? ''),
    instance: keep(instance),
    regId,
    gruuKey,
    gruuCseq,
    protocol: flow.protocol,
    localAddress: flow.local.address,
    localPort: flow.local.port,
    sourceAddress: flow.remote.address,
    sourcePort: flow.remote.port,
    algorithm,
    path: keep(request.headers.list('Path').join('\n')),
  };
  const outdatedKeys = siblings.filter((sibling) => sibling.id !== row.id && sibling.gruuKey !== gruuKey);
  return [...outdatedKeys.map((sibling) => ({ ...sibling, gruuKey, gruuCseq })), row];
}

/** Phones reboot to new ports: a binding too many displaces the oldest, or is refused. */
function withoutSurplus(
  { bindings, limits, most, now }: Registering,
  update: Omit<Update, 'displaced'>,
): Update | Reply {
  const touched = new Set([...update.puts, ...update.removes].map(({ id }) => id));
  const stay = bindings.map(({ row }) => row).filter(({ id }) => !touched.has(id));
  const over = stay.length + update.puts.length - most;
  if (over <= 0) return { ...update, displaced: [] };
  const oldestFirst = stay.toSorted(
    (a, b) => Number(a.expiresAt > now) - Number(b.expiresAt > now) || a.refreshedAt - b.refreshedAt,
  );
  const displaced = oldestFirst.slice(0, over);
  if (update.puts.length > most) return refused(403, 'Too Many Contacts');
  if (limits.surplus === 'refuse' && displaced.some(({ expiresAt }) => expiresAt > now))
    return refused(403, 'Too Many Contacts');
  return { ...update, displaced };
}

const OUT_OF_ORDER: Reply = { status: 500, reasonPhrase: 'Out Of Order', headers: [] };

function refused(status: number, reasonPhrase: string, headers: readonly Field[] = []): Reply {
  return { status, reasonPhrase, headers };
}

/** A request overtaken by a later one of the same phone (RFC 3261 §10.3 steps 6 and 7). */
function outdated(request: Request, row: BindingRow): boolean {
  return request.callId === row.callId && request.cseq.number <= row.cseq;
}

function expiryOf({ expires }: AskedContact, limits: ExchangeConfig['registration']): number {
  return Math.min(expires ?? limits.usual, limits.ceiling);
}
