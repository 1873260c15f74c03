import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';

/** Only files from here: nothing from elsewhere, nothing within the page, nothing put in by a name. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const HTML = 'text/html; charset=utf-8';
/** Their names change with what is in them. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const UNBUILT =
  '<!doctype html><title>Strowger</title><p>The console was not built. <code>npm run build</code> does it.</p>\n';

/** The console as it was built: its page, and the files that the page names. */
interface Built {
  readonly page: string;
  readonly assets: ReadonlyMap<string, Uint8Array>;
}

/**
 * The console in that folder: `index.html`, and `assets/` under names that never come again. Nothing is read before somebody
 * asks, and then all at once, so that no request names a file. There are no secrets in it: everyone may have it.
 */
export function addConsole(app: FastifyInstance, folder: string): void {
  let known: Built | undefined;
  const built = (): Built | undefined => (known ??= read(folder));
  app.get('/', (_request, reply) => {
    const found = built();
    return found === undefined
      ? reply.code(503).type(HTML).send(UNBUILT)
      : reply.type(HTML).header('cache-control', 'no-cache').send(found.page);
  });
  app.get<{ Params: { name: string } }>('/assets/:name', (request, reply) => {
    const { name } = request.params;
    const file = built()?.assets.get(name);
    if (file === undefined) return reply.callNotFound();
    const type = TYPES[extname(name)] ?? 'application/octet-stream';
    return reply.type(type).header('cache-control', FOR_EVER).send(file);
  });
}

/** undefined: it was not built. */
function read(folder: string): Built | undefined {
  try {
    const page = readFileSync(join(folder, 'index.html'), 'utf8');
    const names = readdirSync(join(folder, 'assets'));
    return { page, assets: new Map(names.map((name) => [name, readFileSync(join(folder, 'assets', name))])) };
  } catch {
    return undefined;
  }
}
