/** One row of a ladder. */
export interface Rung {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly mark: 'sent' | 'lost' | 'doubled' | 'media';
}

const GAP = 36;
const CLOCK = 10;
const ROWS = 400;

/** An ASCII ladder: a column a host in order of appearance, a row an arrow, the text on the arrow or beside it. */
export function drawLadder(rungs: readonly Rung[]): string {
  const rows = [...rungs].sort((a, b) => a.at - b.at);
  const names = [...new Set(rows.flatMap(({ from, to }) => [from, to]))];
  const shown = rows.slice(-ROWS);
  const left = rows.length - shown.length;
  return [heading(names), ...(left > 0 ? [`… ${left} earlier`] : []), ...shown.map((row) => draw(row, names))].join(
    '\n',
  );
}

function heading(names: readonly string[]): string {
  return `${'seconds'.padStart(CLOCK - 1)} ${names.map((name) => name.slice(0, GAP - 2).padEnd(GAP)).join('')}`.trimEnd();
}

function draw(rung: Rung, names: readonly string[]): string {
  const a = names.indexOf(rung.from);
  const b = names.indexOf(rung.to);
  const cells = names.map((_, at) => (at < Math.min(a, b) || at >= Math.max(a, b) ? '|'.padEnd(GAP) : ''));
  const width = Math.abs(b - a) * GAP - 1;
  cells[Math.min(a, b)] = a === b ? `| ${rung.label}`.padEnd(GAP) : `|${arrow(rung, b > a, width)}`;
  return `${(rung.at / 1000).toFixed(3).padStart(CLOCK - 1)} ${cells.join('')}`.trimEnd();
}

function arrow({ label, mark }: Rung, rightwards: boolean, width: number): string {
  const line = mark === 'media' ? '~' : '-';
  const head = { sent: '>', media: '>', lost: 'x', doubled: '»' }[mark];
  const note = ` ${label.length > width - 6 ? `${label.slice(0, width - 7)}…` : label} `;
  const rest = width - note.length - 1;
  const shaft = line.repeat(Math.max(1, Math.floor(rest / 2)));
  const tail = line.repeat(Math.max(1, rest - shaft.length));
  if (rightwards) return `${shaft}${note}${tail}${head}`;
  return `${head === '>' ? '<' : head === '»' ? '«' : head}${tail}${note}${shaft}`;
}
