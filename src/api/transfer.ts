import type { z } from 'zod';
import { StrowgerError } from '../kernel/index.ts';
import type { ExchangeView } from '../pbx/index.ts';
import { type Answer, refused } from './answer.ts';
import type { transfer as asked, transferAsked } from './contract.ts';

/** As the phone's own transfer key would; where it led to is told by events. */
export function transfer(
  view: ExchangeView,
  id: string,
  body: z.output<typeof asked>,
): Answer<z.input<typeof transferAsked>> {
  const { to = '', join } = body;
  switch (view.transfer(id, body)) {
    case 'asked':
      return { ok: true, status: 202, body: { asked: true } };
    case 'no call':
      return refused(404, new StrowgerError('E_NO_CALL', { id }));
    case 'no other call':
      return refused(404, new StrowgerError('E_NO_CALL', { id: join ?? '' }));
    case 'no number':
      return refused(404, new StrowgerError('E_NO_NUMBER', { number: to }));
    case 'nobody':
      return refused(409, new StrowgerError('E_NO_PARTY', { id }));
    case 'forbidden':
      return refused(403, new StrowgerError('E_MAY_NOT_SEND', { number: to }));
  }
}
