import { parseUri, type Uri } from '../sip/message/index.ts';
import type { Kernel, Timer } from '../kernel/index.ts';
import type { BindingRow } from './store.ts';

/** A binding in memory. */
export interface Binding {
  readonly row: BindingRow;
  readonly uri: Uri;
  /** Monotonic time at which what was granted is over: a clock that is set does not move it. */
  readonly endsAt: number;
}

/** A binding stays usable so long past its expiry: a REGISTER at the exact second leaves no gap (telephony.md, UC28). */
const GRACE = 5000;

/** All bindings in memory, by address of record; each leaves by itself when its time is over. */
export class Bindings {
  readonly #kernel: Kernel;
  readonly #expired: (row: BindingRow) => void;
  readonly #byAor = new Map<string, Map<string, Binding>>();
  readonly #timers = new Map<string, Timer>();
  readonly #byGruuKey = new Map<string, Set<BindingRow>>();
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

  /** A binding whose instance's temporary GRUUs are made with that key. */
  ofGruuKey(gruuKey: string): BindingRow | undefined {
    const [row] = this.#byGruuKey.get(gruuKey) ?? [];
    return row;
  }

  /** Wall time at which the account's last binding ran out; undefined when it never did. */
  lostAt(aor: string): number | undefined {
    return this.#lost.get(aor);
  }

  /** Puts a binding in, in the place of the one with its id. One that is over already, or cannot be read, is told as expired. */
  put(row: BindingRow): Binding | undefined {
    this.remove(row);
    const uri = parseUri(row.contact);
    const left = leftOf(row, this.#kernel.wall());
    if (uri === undefined || left + GRACE <= 0) {
      this.#expired(row);
      return undefined;
    }
    const binding = { row, uri, endsAt: this.#kernel.now() + left };
    const bindings = this.#byAor.get(row.aor) ?? new Map<string, Binding>();
    this.#byAor.set(row.aor, bindings.set(row.id, binding));
    if (row.gruuKey !== '') this.#byGruuKey.set(row.gruuKey, (this.#byGruuKey.get(row.gruuKey) ?? new Set()).add(row));
    this.#timers.set(
      row.id,
      this.#kernel.house.after(left + GRACE, () => this.#expire(row)),
    );
    return binding;
  }

  remove(row: { readonly id: string; readonly aor: string }): void {
    this.#timers.get(row.id)?.cancel();
    this.#timers.delete(row.id);
    const bindings = this.#byAor.get(row.aor);
    const old = bindings?.get(row.id)?.row;
    bindings?.delete(row.id);
    if (old !== undefined) this.#forgetKey(old);
    if (bindings?.size === 0) this.#byAor.delete(row.aor);
  }

  #forgetKey(row: BindingRow): void {
    const rows = this.#byGruuKey.get(row.gruuKey);
    rows?.delete(row);
    if (rows?.size === 0) this.#byGruuKey.delete(row.gruuKey);
  }

  #expire(row: BindingRow): void {
    this.remove(row);
    if (!this.#byAor.has(row.aor)) this.#lost.set(row.aor, row.expiresAt);
    this.#expired(row);
  }
}

/** Milliseconds left; never more than was granted, in case the clock was set back since. */
function leftOf({ expiresAt, refreshedAt }: BindingRow, wall: number): number {
  return Math.min(expiresAt - wall, expiresAt - refreshedAt);
}
