import type { Kernel, Opened } from '../../kernel/index.ts';
import type { Request, Response } from '../message/types.ts';
import type { ServerTransaction } from '../transaction/types.ts';
import { type Dialog, dialogId } from './dialog.ts';

/** What shares a dialog: an INVITE usage, a subscription (RFC 5057). */
export interface Usage {
  /** True: the usage took the request and answers it. */
  receives(transaction: ServerTransaction, dialog: Dialog): boolean;
  /** ACK to a 2xx. */
  acknowledged?(ack: Request): void;
  /** A 2xx to an INVITE of ours that came after its transaction had gone. */
  stray?(response: Response): void;
}

export interface DialogEntry {
  readonly dialog: Dialog;
  /** In the order they came. */
  readonly usages: readonly Usage[];
}

interface OpenEntry {
  readonly dialog: Dialog;
  usages: readonly Usage[];
  readonly opened: Opened;
}

/** The dialogs of one user agent; each lasts until its last usage leaves it. */
export class DialogTable {
  readonly #kernel: Kernel;
  readonly #entries = new Map<string, OpenEntry>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Puts a usage into a dialog, new or known. */
  enter(dialog: Dialog, usage: Usage): void {
    const id = idOf(dialog);
    const entry = this.#entries.get(id);
    if (entry === undefined) {
      this.#entries.set(id, { dialog, usages: [usage], opened: this.#kernel.scene.open('dialog') });
    } else if (!entry.usages.includes(usage)) {
      entry.usages = [...entry.usages, usage];
    }
  }

  /** Takes a usage out; with the last one the dialog ends. */
  leave(dialog: Dialog, usage: Usage): void {
    const id = idOf(dialog);
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.usages = entry.usages.filter((one) => one !== usage);
    if (entry.usages.length > 0) return;
    this.#entries.delete(id);
    entry.opened.close();
  }

  /** The dialog a received request belongs to (RFC 3261 §12.2.2). */
  ofRequest(request: Request): DialogEntry | undefined {
    return this.#entries.get(dialogId(request.callId, request.toTag, request.fromTag));
  }

  /** The dialog a response to a request of ours belongs to. */
  ofResponse(response: Response): DialogEntry | undefined {
    return this.#entries.get(dialogId(response.callId, response.fromTag, response.toTag));
  }
}

function idOf(dialog: Dialog): string {
  return dialogId(dialog.callId, dialog.localTag, dialog.remoteTag);
}
