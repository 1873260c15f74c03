import { StrowgerError } from '../../kernel/index.ts';
import type { ExchangeView } from '../../pbx/view.ts';
import { why } from '../why.ts';
import { createServer } from './mount.ts';
import { type PageFacts, POLICY, page } from './page.ts';

export type Phase = 'starting' | 'ready' | 'draining';

export interface PublicOptions {
  readonly view: ExchangeView;
  readonly phase: () => Phase;
  /** Where a phone is pointed, for example `192.168.1.20:5060`; asked at each request. */
  readonly sip: () => readonly string[];
  /** What to dial, beside the accounts. */
  readonly numbers: readonly { readonly number: string; readonly what: string }[];
}

export interface PublicHttp {
  /** For example `http://127.0.0.1:8080`. */
  readonly url: string;
  close(): Promise<void>;
}

/** What anyone who reaches the port may see. Nothing here changes anything. Rejects with E_BIND. */
export async function openPublic(
  options: PublicOptions & { readonly address: string; readonly port: number },
): Promise<PublicHttp> {
  const app = createPublic(options);
  const { address, port } = options;
  try {
    const url = await app.listen({ host: address, port });
    return { url, close: () => app.close() };
  } catch (error) {
    await app.close();
    throw new StrowgerError('E_BIND', { address, port, protocol: 'http', why: why(error) }, { cause: error });
  }
}

export function createPublic(options: PublicOptions): ReturnType<typeof createServer> {
  const app = createServer();
  app.addHook('onSend', (_request, reply, _payload, done) => {
    reply.headers({
      'cache-control': 'no-store',
      'content-security-policy': POLICY,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    done();
  });
  app.get('/health', (_request, reply) => {
    const phase = options.phase();
    return phase === 'ready' ? reply.send({ status: 'ok' }) : reply.code(503).send({ status: phase });
  });
  app.get('/status.json', (_request, reply) => reply.send(facts(options)));
  app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(page(facts(options))));
  return app;
}

/** Counts and numbers, no addresses of phones, no parties of calls, no secrets. */
function facts({ view, phase, sip, numbers }: PublicOptions): PageFacts {
  const there = new Set(view.registrations().map((registration) => registration.account));
  return {
    phase: phase(),
    phones: view.accounts().map(({ number, name }) => ({ number, name, registered: there.has(number) })),
    calls: view.calls().length,
    sip: sip(),
    numbers,
  };
}
