import { type Dialog, requestIn } from '../dialog/index.ts';
import type { Field, Request } from '../message/types.ts';
import type { ClientTransaction, ClientUser } from '../transaction/types.ts';
import { type Core, flowFor } from './core.ts';

export interface InsideParts {
  readonly headers: readonly Field[];
  readonly body?: Uint8Array | undefined;
  /** Each transaction it takes. */
  readonly sent?: (transaction: ClientTransaction, request: Request) => void;
}

/** Sends a request inside a dialog; one that is challenged is sent once more with credentials (RFC 3261 §22.2). */
export function sendInside(
  core: Core,
  dialog: Dialog,
  method: string,
  parts: InsideParts,
  user: ClientUser,
  answered = false,
): void {
  const request = requestIn(dialog, method, parts.headers, parts.body);
  const transaction = core.transactions.send(request, flowFor(core, dialog), {
    response: (response) => {
      const challenged = response.status === 401 || response.status === 407;
      const credentials = challenged ? core.options.authorize?.(response, request, answered) : undefined;
      if (credentials === undefined) return user.response(response);
      sendInside(core, dialog, method, { ...parts, headers: withCredentials(parts.headers, credentials) }, user, true);
    },
    failed: (failure) => user.failed(failure),
  });
  parts.sent?.(transaction, request);
}

export function withCredentials(headers: readonly Field[], credentials: Field): readonly Field[] {
  return [...headers.filter(([name]) => !/^(proxy-)?authorization$/i.test(name)), credentials];
}
