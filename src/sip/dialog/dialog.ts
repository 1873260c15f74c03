import { keep } from '../../kernel/index.ts';
import { parseNameAddr } from '../message/index.ts';
import type { Message, Request, Response } from '../message/types.ts';
import type { Flow } from '../transport/types.ts';

/** One side of a dialog (RFC 3261 §12). Plain data: it can be journaled and adopted. */
export interface Dialog {
  readonly callId: string;
  readonly localTag: string;
  /** '' for a peer of RFC 2543 (§12.1.1). */
  readonly remoteTag: string;
  /** The From value of what we send: name-addr and tag, wire text. */
  local: string;
  /** The To value of what we send. */
  remote: string;
  /** The peer has another From now than when the dialog began. */
  remoteChanged?: boolean;
  state: 'early' | 'confirmed';
  /** Route values, first hop first. */
  routeSet: readonly string[];
  /** The peer's Contact URI. */
  remoteTarget: string;
  /** The CSeq of our last request. */
  localSeq: number;
  /** The CSeq of the peer's last request; undefined before the first. */
  remoteSeq: number | undefined;
  /** The path requests take unless the next hop says otherwise. */
  flow: Flow;
  /** The peer has sent a REFER in it: later ones are told apart (RFC 3515 §2.4.6). */
  referred?: boolean;
}

/** The three parts that name a dialog, as seen from our side (§12). */
export function dialogId(callId: string, localTag: string, remoteTag: string): string {
  return `${callId} ${localTag} ${remoteTag}`;
}

/** §12.1.1: the dialog that our tagged response to this request makes. */
export function uasDialog(request: Request, localTag: string, flow: Flow): Dialog {
  return {
    callId: keep(request.callId),
    localTag,
    remoteTag: keep(request.fromTag),
    local: `${keep(request.headers.get('To') ?? '')};tag=${localTag}`,
    remote: keep(request.headers.get('From') ?? ''),
    state: 'early',
    routeSet: request.headers.list('Record-Route').map(keep),
    remoteTarget: target(request) ?? keep(request.from.uriText),
    localSeq: 0,
    remoteSeq: request.cseq.number,
    flow,
  };
}

/** §12.1.2: the dialog that a tagged response to our request makes. */
export function uacDialog(request: Request, response: Response, flow: Flow): Dialog {
  return {
    callId: keep(response.callId),
    localTag: keep(response.fromTag),
    remoteTag: keep(response.toTag),
    local: keep(request.headers.get('From') ?? ''),
    remote: keep(response.headers.get('To') ?? ''),
    state: 'early',
    routeSet: reversedRoutes(response),
    remoteTarget: target(response) ?? keep(request.uriText),
    localSeq: request.cseq.number,
    remoteSeq: undefined,
    flow,
  };
}

/** §13.2.2.4: a 2xx makes the route set anew (RFC 2543 proxies recorded themselves only there) and settles the target. */
export function confirmByResponse(dialog: Dialog, response: Response): void {
  dialog.state = 'confirmed';
  dialog.routeSet = reversedRoutes(response);
  refreshTarget(dialog, response);
}

/** §12.2.1.2, §12.2.2: the Contact of an accepted target refresh request, or of its 2xx, is where the peer is from now on. */
export function refreshTarget(dialog: Dialog, message: Message): void {
  dialog.remoteTarget = target(message) ?? dialog.remoteTarget;
  if (message.kind === 'request') nameRemote(dialog, message);
}

/** RFC 4916 §4.4.1: we are somebody else from now on. The tags name the dialog, and stay. */
export function nameLocal(dialog: Dialog, nameAddr: string): void {
  dialog.local = `${nameAddr};tag=${dialog.localTag}`;
}

/** RFC 4916 §4.4.2: the peer is who its last request says it is that was accepted. */
function nameRemote(dialog: Dialog, { headers }: Request): void {
  const value = headers.get('From');
  if (value === undefined || value === dialog.remote) return;
  const [before, now] = [parseNameAddr(dialog.remote), parseNameAddr(value)];
  if (now === undefined || before?.uriText === now.uriText) return;
  dialog.remote = keep(value);
  // Another host, or other parameters, may be said of the same one.
  if (before?.uri.user !== now.uri.user) dialog.remoteChanged = true;
}

/** §12.2.2: false when the request comes out of order and wants a 500; else its CSeq is the last one seen. */
export function inOrder(dialog: Dialog, request: Request): boolean {
  if (dialog.remoteSeq !== undefined && request.cseq.number < dialog.remoteSeq) return false;
  dialog.remoteSeq = request.cseq.number;
  return true;
}

function target(message: Message): string | undefined {
  const contact = message.contacts[0];
  return contact === undefined ? undefined : keep(contact.uriText);
}

function reversedRoutes(response: Response): readonly string[] {
  return response.headers.list('Record-Route').map(keep).toReversed();
}
