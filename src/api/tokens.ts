import type { z } from 'zod';
import { StrowgerError } from '../kernel/index.ts';
import type { ExchangeView } from '../pbx/index.ts';
import { type Answer, answer, type Later, refused } from './answer.ts';
import type { ended, madeToken, newToken } from './contract.ts';

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Answers when the token is on disk. */
export function createToken(
  { tokens }: ExchangeView,
  { name, scopes, expires }: z.output<typeof newToken>,
): Later<z.input<typeof madeToken>> {
  const lasts = expires === undefined ? undefined : millisecondsIn(expires);
  return {
    later: (then) => {
      tokens.create({ name, scopes: [...new Set(scopes)], lasts }, (made) => {
        if (!made.ok) return then(unwritten(made.why));
        then({ ok: true, body: made.token, status: 201, location: `/api/tokens/${made.token.id}` });
      });
      return () => undefined;
    },
  };
}

/** Answers when it cannot come back by a restart. */
export function revokeToken({ tokens }: ExchangeView, id: string): Later<z.input<typeof ended>> {
  return {
    later: (then) => {
      const known = tokens.revoke(id, (result) => then(result.ok ? answer({ ended: true }) : unwritten(result.why)));
      if (!known) then(refused(404, new StrowgerError('E_NO_TOKEN', { id })));
      return () => undefined;
    },
  };
}

function unwritten(why: string): Answer<never> {
  return refused(503, new StrowgerError('E_NOT_WRITTEN', { why }));
}

function millisecondsIn(text: string): number {
  const unit = text.slice(-1);
  return Number(text.slice(0, -1)) * (unit === 'm' || unit === 'h' ? UNITS[unit] : UNITS.d);
}
