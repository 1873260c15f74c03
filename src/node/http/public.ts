import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type contract, openApi, operations } from '../../api/index.ts';
import { type Kernel, StrowgerError } from '../../kernel/index.ts';
import type { ExchangeView } from '../../pbx/view.ts';
import { why } from '../why.ts';
import { type Admitted, Admission, isForwarded, type Knock, type Refused, strangeHost } from './admission.ts';
import { attachEvents } from './events.ts';
import { createServer, mount, turnAway } from './mount.ts';
import { addConsole, POLICY } from './page.ts';
import { REFERENCE_POLICY, reference } from './reference.ts';

export type Phase = contract.Overview['phase'];

export interface PublicOptions {
  readonly kernel: Kernel;
  /** Hears of requests that were refused. */
  readonly tell: (refused: Refused) => void;
  readonly view: ExchangeView;
  readonly phase: () => Phase;
  /** Where a phone is pointed, for example `192.168.1.20:5060 UDP, TCP`; asked at each request. */
  readonly sip: () => readonly string[];
  /** What to dial, beside the accounts. */
  readonly numbers: () => readonly { readonly number: string; readonly what: string }[];
  /** The folder of the console that was built. */
  readonly web: string;
}

export interface PublicHttp {
  /** For example `http://127.0.0.1:8080`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The console and the API on one address. The API wants a token, which the console is signed in by. On loopback everyone may
 * see the overview; elsewhere whoever has a token. Rejects with E_BIND.
 */
export async function openPublic(
  options: PublicOptions & { readonly address: string; readonly port: number },
): Promise<PublicHttp> {
  const { address, port } = options;
  const admission = new Admission(options);
  const app = createPublic(options, admission);
  const endStreams = attachEvents(app.server, {
    kernel: options.kernel,
    view: options.view,
    admission,
    loopback: isLoopback(address),
  });
  try {
    const url = await app.listen({ host: address, port });
    return {
      url,
      close: async () => {
        endStreams();
        await app.close();
      },
    };
  } catch (error) {
    await app.close();
    throw new StrowgerError('E_BIND', { address, port, protocol: 'http', why: why(error) }, { cause: error });
  }
}

export function createPublic(
  options: PublicOptions & { readonly address: string },
  admission = new Admission(options),
): ReturnType<typeof createServer> {
  const app = createServer();
  const loopback = isLoopback(options.address);
  app.addHook('onSend', (_request, reply, _payload, done) => {
    reply.headers(HEADERS);
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    if (!reply.hasHeader('content-security-policy')) reply.header('content-security-policy', POLICY);
    done();
  });
  app.addHook('onRequest', (request, reply, done) => {
    const strange = loopback ? strangeHost(request.headers) : undefined;
    if (strange === undefined) done();
    else turnAway(reply, strange);
  });
  app.get('/health', (_request, reply) => {
    const phase = options.phase();
    return phase === 'ready' ? reply.send({ status: 'ok' }) : reply.code(503).send({ status: phase });
  });
  addConsole(app, options.web);
  const isLocal = ({ headers }: FastifyRequest): boolean => loopback && !isForwarded(headers);
  const overview = hook(isLocal, (request) => admission.admit(knockOf(request), ['read']));
  app.get('/status.json', overview, (_request, reply) => reply.send(facts(options)));
  void app.register(async (pages) => {
    pages.addHook('onRequest', hook(isLocal, (request) => admission.admitPage(knockOf(request))).onRequest);
    addPages(pages, options);
  });
  mount(app, operations, { ...options, admit: (request, scopes) => admission.admit(knockOf(request), scopes) });
  return app;
}

const HEADERS = {
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
} as const;

function addPages(pages: FastifyInstance, options: PublicOptions): void {
  const document = openApi(operations, options.view.status().version);
  const readable = reference(operations, document);
  pages.get('/api/openapi.json', (_request, reply) => reply.send(document));
  pages.get('/api', (_request, reply) =>
    reply.header('content-security-policy', REFERENCE_POLICY).type(HTML).send(readable),
  );
}

const HTML = 'text/html; charset=utf-8';

/** Lets nobody further who is neither at home here nor admitted. */
function hook(isLocal: (request: FastifyRequest) => boolean, admit: (request: FastifyRequest) => Admitted) {
  return {
    onRequest: (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
      if (isLocal(request)) return done();
      const admitted = admit(request);
      if (admitted.ok) done();
      else turnAway(reply, admitted.refusal);
    },
  };
}

function knockOf({ headers, url, socket }: FastifyRequest): Knock {
  return { headers, url, source: socket.remoteAddress ?? '' };
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/** Counts and numbers, no addresses of phones, no parties of calls, no secrets. */
function facts({ view, phase, sip, numbers }: PublicOptions): contract.Overview {
  const there = new Set(view.registrations().map((registration) => registration.account));
  return {
    phase: phase(),
    phones: view.accounts().map(({ number, name }) => ({ number, name, registered: there.has(number) })),
    calls: view.calls().length,
    sip: sip(),
    numbers: numbers(),
  };
}
