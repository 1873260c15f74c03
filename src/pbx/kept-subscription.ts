import { parseUri } from '../sip/message/index.ts';
import type { Dialog } from '../sip/dialog/index.ts';
import type { Protocol, Wire } from '../sip/transport/types.ts';
import { reach, type Subscription } from '../sip/usage/index.ts';
import type { Kernel } from '../kernel/index.ts';
import type { Change, Store, SubscriptionRow } from './store.ts';

export interface KeepingPorts {
  readonly kernel: Kernel;
  readonly store: Store;
}

/** So many CSeqs and versions are taken at a time; taken again when half are used, they are on the disk before they are. */
const TAKEN = 1000;

/** What is written of one subscription: the dialog at each SUBSCRIBE, and a high-water mark (telephony.md, Events). */
export class KeptSubscription {
  readonly #ports: KeepingPorts;
  readonly #of: Pick<SubscriptionRow, 'package' | 'account' | 'resource'>;
  #row: SubscriptionRow | undefined;

  constructor(
    ports: KeepingPorts,
    of: Pick<SubscriptionRow, 'package' | 'account' | 'resource'>,
    row?: SubscriptionRow,
  ) {
    this.#ports = ports;
    this.#of = of;
    this.#row = row;
  }

  /** It is about to be granted so many seconds. */
  granted(subscription: Subscription, seconds: number, then: (kept: boolean) => void): void {
    const expiresAt = this.#ports.kernel.wall() + seconds * 1000;
    const row = { ...rowOf(subscription), ...this.#of, expiresAt };
    this.#put(row, then);
  }

  /** A NOTIFY is about to go out. */
  notified({ dialog: { localSeq } }: Subscription): void {
    if (this.#row !== undefined && localSeq + TAKEN / 2 >= this.#row.mark)
      this.#put({ ...this.#row, mark: localSeq + TAKEN }, () => undefined);
  }

  ended(): void {
    if (this.#row === undefined) return;
    this.#ports.store.commit([{ remove: 'subscription', id: this.#row.id }], () => undefined);
    this.#row = undefined;
  }

  #put(row: SubscriptionRow, then: (kept: boolean) => void): void {
    this.#row = row;
    this.#ports.store.commit([{ put: 'subscription', row }], ({ ok }) => then(ok));
  }
}

/** The row with which a subscription goes on: what it took before may have been used. */
export function withMore(row: SubscriptionRow): SubscriptionRow {
  return { ...row, mark: row.mark + TAKEN };
}

export function removal({ id }: SubscriptionRow): Change {
  return { remove: 'subscription', id };
}

/** The dialog of a row, its numbers above all that were used; undefined: its phone cannot be reached from here. */
export function dialogOf(row: SubscriptionRow, wire: Wire): Dialog | undefined {
  const target = parseUri(row.remoteTarget);
  const met = {
    protocol: row.protocol as Protocol,
    local: { address: row.localAddress, port: row.localPort },
    remote: { address: row.remoteAddress, port: row.remotePort },
  };
  const flow = target && reach(wire, met, target);
  const { callId, localTag, remoteTag, local, remote, remoteTarget, remoteSeq, mark } = row;
  const routeSet = row.routeSet === '' ? [] : row.routeSet.split('\n');
  const names = { callId, localTag, remoteTag, local, remote };
  return flow && { ...names, state: 'confirmed', routeSet, remoteTarget, localSeq: mark, remoteSeq, flow };
}

function rowOf({
  dialog,
  event,
}: Subscription): Omit<SubscriptionRow, 'package' | 'account' | 'resource' | 'expiresAt'> {
  const { callId, localTag, remoteTag, local, remote, routeSet, remoteTarget, localSeq, remoteSeq, flow } = dialog;
  return {
    id: `${callId} ${localTag} ${remoteTag} ${event}`,
    event,
    callId,
    localTag,
    remoteTag,
    local,
    remote,
    routeSet: routeSet.join('\n'),
    remoteTarget,
    remoteSeq: remoteSeq ?? 0,
    mark: localSeq + TAKEN,
    protocol: flow.protocol,
    localAddress: flow.local.address,
    localPort: flow.local.port,
    remoteAddress: flow.remote.address,
    remotePort: flow.remote.port,
  };
}
