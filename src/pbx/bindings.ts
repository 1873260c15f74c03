import { equalUri, parseUri, type Uri } from '../sip/message/index.ts';
import type { Kernel, Timer } from '../kernel/index.ts';
import type { BindingRow } from './store.ts';

/** A binding in memory. */
export interface Binding {
  readonly row: BindingRow;
  readonly uri: Uri;
}

/** A binding stays usable so long past its expiry: a REGISTER at the exact second leaves no gap (telephony.md, UC28). */
const GRACE = 5000;

/** All bindings in memory, by address of record; each leaves by itself when its time is over. */
export class Bindings {
  readonly #kernel: Kernel;
  readonly #expired: (row: BindingRow) => void;
  readonly #byAor = new Map<string, Map<string, Binding>>();
  readonly #timers = new Map<string, Timer>();
  /** When an account's last binding expired, so that a call that cannot be placed can say why. */
  readonly #lost = new Map<string, number>();

  constructor(kernel: Kernel, expired: (row: BindingRow) => void) {
    this.#kernel = kernel;
    this.#expired = expired;
  }

  of(aor: string): readonly Binding[] {
    return [...(this.#byAor.get(aor)?.values() ?? [])];
  }

  get all(): readonly Binding[] {
    return [...this.#byAor.values()].flatMap((bindings) => [...bindings.values()]);
  }

  /** Wall time at which the account's last binding ran out; undefined when it never did. */
  lostAt(aor: string): number | undefined {
    return this.#lost.get(aor);
  }

  /** Puts a binding in, in the place of the one with its id. One that is over already, or cannot be read, is told as expired. */
  put(row: BindingRow): void {
    this.remove(row);
    const uri = parseUri(row.contact);
    const left = row.expiresAt + GRACE - this.#kernel.wall();
    if (uri === undefined || left <= 0) return this.#expired(row);
    const bindings = this.#byAor.get(row.aor) ?? new Map<string, Binding>();
    this.#byAor.set(row.aor, bindings.set(row.id, { row, uri }));
    this.#timers.set(
      row.id,
      this.#kernel.house.after(left, () => this.#expire(row)),
    );
  }

  remove(row: { readonly id: string; readonly aor: string }): void {
    this.#timers.get(row.id)?.cancel();
    this.#timers.delete(row.id);
    const bindings = this.#byAor.get(row.aor);
    bindings?.delete(row.id);
    if (bindings?.size === 0) this.#byAor.delete(row.aor);
  }

  #expire(row: BindingRow): void {
    this.remove(row);
    if (!this.#byAor.has(row.aor)) this.#lost.set(row.aor, row.expiresAt);
    this.#expired(row);
  }
}

/** The binding a contact refreshes: by instance where the phone names one, else by URI (RFC 3261 §19.1.4), never by source. */
export function match(bindings: readonly Binding[], uri: Uri, instance: string): Binding | undefined {
  return bindings.find((binding) =>
    instance === '' || binding.row.instance === '' ? equalUri(binding.uri, uri) : binding.row.instance === instance,
  );
}
