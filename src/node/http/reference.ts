import { createHash } from 'node:crypto';
import type { Operation } from '../../api/index.ts';
import { type Html, html } from './html.ts';

const STYLE = `
:root { color-scheme: light dark; --paper: #f4f1ea; --card: #fffefb; --ink: #211e19; --faint: #6f685b; --line: #e5dfd2; --brass: #8f6a17; }
@media (prefers-color-scheme: dark) { :root { --paper: #131210; --card: #1d1b18; --ink: #eee9df; --faint: #a19886;
  --line: #34302a; --brass: #d9b45b; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2.25rem 1.25rem 3.5rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 16px; padding: 1.1rem 1.45rem; margin-top: 1rem; }
h2 { font: 650 1.05rem/1.4 ui-monospace, monospace; margin: 0; overflow-wrap: anywhere; }
h2 b { color: var(--brass); }
p { margin: .25rem 0 0; }
.faint { color: var(--faint); font-size: .9rem; }
table { border-collapse: collapse; width: 100%; margin-top: .75rem; }
td { padding: .35rem .75rem .35rem 0; border-top: 1px solid var(--line); vertical-align: baseline; }
td:first-child { font-family: ui-monospace, monospace; white-space: nowrap; }
`;

/** Only this style, and no script at all. */
export const REFERENCE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

interface Shape {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
}

interface Described {
  readonly description: string;
  readonly parameters?: readonly { readonly name: string; readonly description?: string; readonly schema: Shape }[];
  readonly requestBody?: {
    readonly content: {
      readonly 'application/json': { readonly schema: { readonly properties?: Readonly<Record<string, Shape>> } };
    };
  };
}

/** The API as people read it: whole in itself, out of the same document that programs read. */
export function reference(operations: readonly Operation[], document: Readonly<Record<string, unknown>>): string {
  const paths = document['paths'] as Readonly<Record<string, Readonly<Record<string, Described>>>>;
  const sections = operations.map((operation) => {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}');
    return section(operation, paths[path]?.[operation.method.toLowerCase()]);
  });
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Strowger: API</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<main>
<h1>API</h1>
<p>JSON. A token goes along as <code>Authorization: Bearer</code>; <code>strowger token create</code> makes one.
For programs: <a href="/api/openapi.json">OpenAPI</a>. What changes is told on the WebSocket <code>/api/events</code>.</p>
${sections}
</main>
</body>
</html>
`.html;
}

function section({ method, path, summary, scopes }: Operation, described: Described | undefined): Html {
  const fields = [
    ...(described?.parameters ?? []).map(({ name, description, schema }) => row(name, schema, description)),
    ...Object.entries(described?.requestBody?.content['application/json'].schema.properties ?? {}).map(
      ([name, shape]) => row(name, shape, shape.description),
    ),
  ];
  const table = fields.length === 0 ? [] : [html`<table>${fields}</table>`];
  return html`<section><h2><b>${method}</b> ${path}</h2><p>${summary}.</p><p class="faint">Scope: ${scopes.join(' or ')}</p>${table}</section>
`;
}

function row(name: string, { type, enum: values }: Shape, description = ''): Html {
  return html`<tr><td>${name}</td><td class="faint">${values?.join(', ') ?? type ?? ''}</td><td>${prose(description)}</td></tr>`;
}

/** Names stand between backticks, as in Markdown. */
function prose(text: string): readonly Html[] {
  return text.split('`').map((part, at) => (at % 2 === 0 ? html`${part}` : html`<code>${part}</code>`));
}
