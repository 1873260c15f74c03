import { createHash } from 'node:crypto';
import { type Html, html } from './html.ts';

/** What the page shows, and what it polls as JSON. */
export interface PageFacts {
  readonly phase: 'starting' | 'ready' | 'draining';
  readonly phones: readonly { readonly number: string; readonly name: string; readonly registered: boolean }[];
  /** Calls in progress. */
  readonly calls: number;
  readonly sip: readonly string[];
  readonly numbers: readonly { readonly number: string; readonly what: string }[];
}

const STYLE = `
:root { color-scheme: light dark; --paper: #f6f3ec; --card: #fffdf8; --ink: #23201b; --faint: #7b7467; --line: #e3ddd0;
  --lamp: #2f9e5b; --glow: #2f9e5b44; --warn: #b3541e; }
@media (prefers-color-scheme: dark) { :root { --paper: #171613; --card: #211f1b; --ink: #ece7dc; --faint: #9b9384;
  --line: #35322b; --lamp: #5fd38d; --glow: #5fd38d55; --warn: #f0a169; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 56rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
header { display: flex; align-items: baseline; gap: 1rem; flex-wrap: wrap; margin-bottom: 1.75rem; }
h1 { font-size: 1.9rem; letter-spacing: -.02em; margin: 0; }
h2 { font-size: .8rem; text-transform: uppercase; letter-spacing: .08em; color: var(--faint); margin: 0 0 .75rem; }
#phase { color: var(--lamp); font-weight: 600; }
#phase[data-phase=ready]::before { content: "\\25CF  "; }
#phase:not([data-phase=ready]) { color: var(--warn); }
.grid { display: grid; gap: 1rem; grid-template-columns: 1fr; }
@media (min-width: 40rem) { .grid { grid-template-columns: 2fr 1fr; } }
section { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1.25rem 1.4rem; }
.wide { grid-column: 1 / -1; }
.count { font-size: 2.8rem; line-height: 1; font-weight: 650; font-variant-numeric: tabular-nums; }
.faint { color: var(--faint); }
ul { list-style: none; margin: 0; padding: 0; }
#phones { display: grid; gap: .35rem 1rem; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); margin-top: 1rem; }
#phones li::before { content: ""; display: inline-block; width: .65em; height: .65em; border-radius: 50%;
  margin-right: .55em; border: 1px solid var(--faint); }
#phones li[data-on=true]::before { background: var(--lamp); border-color: var(--lamp); box-shadow: 0 0 0 .25em var(--glow); }
code { font: 600 1.05rem/1.6 ui-monospace, monospace; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
td { padding: .4rem 0; border-top: 1px solid var(--line); vertical-align: baseline; }
tr:first-child td { border-top: 0; }
td:first-child { width: 8rem; padding-right: 1rem; white-space: nowrap; }
`;

const PHASES = { starting: 'starting', ready: 'ready', draining: 'closing: no new calls' } as const;

const SCRIPT = `
const by = (id) => document.getElementById(id);
const words = ${JSON.stringify(PHASES)};
const show = (facts) => {
  by('phase').dataset.phase = facts.phase;
  by('phase').textContent = words[facts.phase];
  by('calls').textContent = facts.calls;
  by('registered').textContent = facts.phones.filter((phone) => phone.registered).length;
  const on = new Map(facts.phones.map((phone) => [phone.number, phone.registered]));
  for (const lamp of by('phones').children) lamp.dataset.on = on.get(lamp.dataset.number) === true;
};
const lost = () => {
  by('phase').dataset.phase = 'lost';
  by('phase').textContent = 'not answering';
};
const poll = async () => {
  if (!document.hidden) {
    try {
      const answer = await fetch('status.json', { cache: 'no-store' });
      answer.ok ? show(await answer.json()) : lost();
    } catch { lost(); }
  }
  setTimeout(poll, 2000);
};
setTimeout(poll, 2000);
`;

/** Only this style and this script, and JSON from here: nothing from elsewhere, nothing put in by a name. */
export const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${digest(STYLE)}'`,
  `script-src 'sha256-${digest(SCRIPT)}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** The status page, whole in itself. */
export function page(facts: PageFacts): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Strowger</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<main>
<header><h1>Strowger</h1><span id="phase" role="status" data-phase="${facts.phase}">${PHASES[facts.phase]}</span></header>
<div class="grid">
${phones(facts)}
<section><h2>Calls in progress</h2><div class="count" id="calls">${facts.calls}</div></section>
${pointing(facts)}
${dialling(facts)}
</div>
</main>
<script>${{ html: SCRIPT }}</script>
</body>
</html>
`.html;
}

function phones({ phones: all }: PageFacts): Html {
  const lamps = all.map(
    ({ number, name, registered }) =>
      html`<li data-number="${number}" data-on="${String(registered)}">${number} ${name}</li>`,
  );
  const registered = all.filter((phone) => phone.registered).length;
  return html`<section><h2>Phones registered</h2>
<div class="count"><span id="registered">${registered}</span> <small class="faint">of ${all.length}</small></div>
<ul id="phones">${lamps}</ul></section>`;
}

function pointing({ sip }: PageFacts): Html {
  const addresses = sip.map((address) => html`<div><code>${address}</code></div>`);
  return html`<section class="wide"><h2>Point a phone at</h2>
${addresses}
<div class="faint">SIP over UDP; the user name is the number. The password was printed when the exchange first started.</div></section>`;
}

function dialling({ numbers }: PageFacts): Html {
  const rows = numbers.map(({ number, what }) => html`<tr><td><code>${number}</code></td><td>${what}</td></tr>\n`);
  return html`<section class="wide"><h2>Numbers to dial</h2><table>${rows}</table></section>`;
}
