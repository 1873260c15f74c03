import { createHash } from 'node:crypto';
import { type Html, html } from './html.ts';

/** What the page shows, and what it polls as JSON. */
export interface PageFacts {
  readonly phase: 'starting' | 'ready' | 'draining';
  readonly phones: readonly { readonly number: string; readonly name: string; readonly registered: boolean }[];
  /** Calls in progress. */
  readonly calls: number;
  /** An address, and after a space the transports it takes: `192.168.1.20:5060 UDP, TCP`. */
  readonly sip: readonly string[];
  readonly numbers: readonly { readonly number: string; readonly what: string }[];
}

const STYLE = `
:root { color-scheme: light dark; --paper: #f4f1ea; --card: #fffefb; --well: #f8f5ee; --ink: #211e19; --faint: #6f685b;
  --line: #e5dfd2; --brass: #8f6a17; --lamp: #1f8f4d; --glow: #1f8f4d2e; --warn: #b3541e; --shade: #4a3b1a14; }
@media (prefers-color-scheme: dark) { :root { --paper: #131210; --card: #1d1b18; --well: #242119; --ink: #eee9df;
  --faint: #a19886; --line: #34302a; --brass: #d9b45b; --lamp: #5fd38d; --glow: #5fd38d3d; --warn: #f0a169; --shade: #0006; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2.25rem 1.25rem 3.5rem; }
header { display: flex; align-items: center; gap: .85rem; flex-wrap: wrap; margin-bottom: 1.5rem; }
header svg { width: 2.75rem; height: 2.75rem; color: var(--brass); flex: none; }
h1 { font-size: 1.6rem; line-height: 1.15; letter-spacing: -.02em; margin: 0; }
h1 small { display: block; font-size: .85rem; font-weight: 400; letter-spacing: 0; color: var(--faint); }
h2 { font-size: .75rem; font-weight: 600; text-transform: uppercase; letter-spacing: .09em; color: var(--faint); margin: 0 0 .9rem; }
#phase { margin-left: auto; padding: .3rem .9rem; border-radius: 99px; border: 1px solid var(--line); background: var(--card);
  color: var(--warn); font-weight: 600; }
#phase::before { content: ""; display: inline-block; width: .6em; height: .6em; border-radius: 50%; margin-right: .55em;
  background: currentColor; }
#phase[data-phase=ready] { color: var(--lamp); }
.grid { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
@media (min-width: 42rem) { .grid { grid-template-columns: minmax(0, 1fr) 13rem; } }
section { background: var(--card); border: 1px solid var(--line); border-radius: 16px; padding: 1.3rem 1.45rem;
  box-shadow: 0 1px 2px var(--shade), 0 6px 22px var(--shade); }
.wide { grid-column: 1 / -1; }
.count { font-size: 3.4rem; line-height: 1; font-weight: 650; letter-spacing: -.03em; font-variant-numeric: tabular-nums; }
.count small { font-size: 1rem; font-weight: 400; letter-spacing: 0; }
.faint { color: var(--faint); font-size: .9rem; }
h2 b { float: right; color: var(--ink); letter-spacing: 0; text-transform: none; }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .6rem; grid-template-columns: repeat(auto-fill, minmax(8.25rem, 1fr)); }
#phones li { display: grid; grid-template-columns: auto 1fr; align-items: center; column-gap: .75rem; padding: .6rem .8rem;
  border: 1px solid var(--line); border-radius: 11px; background: var(--well); }
#phones i { grid-row: span 2; width: 1rem; height: 1rem; border-radius: 50%; border: 2px solid var(--faint); opacity: .55; }
#phones [data-on=true] i { background: var(--lamp); border-color: var(--lamp); box-shadow: 0 0 0 .28rem var(--glow); opacity: 1; }
#phones b { font: 650 1.1rem/1.2 ui-monospace, monospace; overflow-wrap: anywhere; }
#phones span { color: var(--faint); font-size: .9rem; line-height: 1.25; overflow-wrap: anywhere; }
#phones [data-on=true] span { color: var(--ink); }
#calls[data-busy=true] { color: var(--lamp); }
.point { display: flex; flex-wrap: wrap; gap: .75rem 2.25rem; align-items: baseline; }
.point code { font: 650 1.45rem/1.35 ui-monospace, monospace; overflow-wrap: anywhere; }
dl { display: flex; flex-wrap: wrap; gap: .35rem 2rem; margin: .9rem 0 0; }
dt { color: var(--faint); font-size: .8rem; }
dd { margin: 0; }
table { border-collapse: collapse; width: 100%; }
td { padding: .55rem 0; border-top: 1px solid var(--line); vertical-align: baseline; }
tr:first-child td { border-top: 0; padding-top: 0; }
tr:last-child td { padding-bottom: 0; }
td:first-child { width: 9.5rem; padding-right: 1rem; white-space: nowrap; }
kbd { font: 650 1rem/1.4 ui-monospace, monospace; color: var(--brass); }
`;

const PHASES = { starting: 'starting', ready: 'ready', draining: 'closing: no new calls' } as const;

const SCRIPT = `
const by = (id) => document.getElementById(id);
const words = ${JSON.stringify(PHASES)};
const show = (facts) => {
  by('phase').dataset.phase = facts.phase;
  by('phase').textContent = words[facts.phase];
  by('calls').textContent = facts.calls;
  by('calls').dataset.busy = facts.calls > 0;
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

/** A telephone's dial: ten holes on a ring, and the finger stop. */
const DIAL: Html = {
  html: `<svg viewBox="0 0 48 48" fill="none" stroke="currentColor" aria-hidden="true"><circle cx="24" cy="24" r="22" stroke-width="2.5"/>
<circle cx="24" cy="24" r="6.5" stroke-width="2.5"/><circle cx="24" cy="24" r="14.2" stroke-width="5" stroke-linecap="round"
 pathLength="360" stroke-dasharray="${'0 30 '.repeat(9)}0 90" transform="rotate(75 24 24)"/>
<path d="M39 32.6 34.4 30" stroke-width="2.6" stroke-linecap="round"/></svg>`,
};

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
<header>${DIAL}<h1>Strowger<small>telephone exchange</small></h1>
<span id="phase" role="status" data-phase="${facts.phase}">${PHASES[facts.phase]}</span></header>
<div class="grid">
${phones(facts)}
${calls(facts)}
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
      html`<li data-number="${number}" data-on="${String(registered)}" title="${number} ${name}"><i></i><b>${number}</b><span>${name}</span></li>`,
  );
  const registered = all.filter((phone) => phone.registered).length;
  return html`<section><h2>Phones <b><span id="registered">${registered}</span> of ${all.length} registered</b></h2>
<ul id="phones">${lamps}</ul></section>`;
}

function calls({ calls: count }: PageFacts): Html {
  return html`<section><h2>Calls in progress</h2>
<div class="count" id="calls" data-busy="${String(count > 0)}">${count}</div></section>`;
}

function pointing({ sip }: PageFacts): Html {
  const addresses = sip.map((point) => {
    const [address = '', ...transports] = point.split(' ');
    return html`<span><code>${address}</code> <span class="faint">${transports.join(' ')}</span></span>`;
  });
  return html`<section class="wide"><h2>Point a phone at</h2>
<div class="point">${addresses}</div>
<dl><div><dt>User name</dt><dd>the phone’s number</dd></div>
<div><dt>Password</dt><dd>printed when the exchange first started</dd></div></dl></section>`;
}

function dialling({ numbers }: PageFacts): Html {
  const rows = numbers.map(({ number, what }) => html`<tr><td><kbd>${number}</kbd></td><td>${what}</td></tr>\n`);
  return html`<section class="wide"><h2>Numbers to dial</h2><table>${rows}</table></section>`;
}
