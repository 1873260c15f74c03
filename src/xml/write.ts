import { fromUtf8 } from '../kernel/index.ts';

/** A piece of XML that is well formed as it stands. */
export interface Fragment {
  readonly xml: string;
}

/** Text is escaped; fragments stand as they are; undefined stands for nothing. */
type Piece = string | number | Fragment | readonly Fragment[] | undefined;

/** ``xml`<uri>${text}</uri>` ``: what is put in, in text or in a quoted attribute, is escaped. */
export function xml(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Fragment {
  let text = strings[0] ?? '';
  for (const [at, piece] of pieces.entries()) text += written(piece) + (strings[at + 1] ?? '');
  return { xml: text };
}

/** A whole document, as octets. */
export function document(root: Fragment): Uint8Array {
  return fromUtf8(`<?xml version="1.0" encoding="UTF-8"?>\n${root.xml}\n`);
}

function written(piece: Piece): string {
  if (piece === undefined) return '';
  if (typeof piece === 'number') return String(piece);
  if (typeof piece === 'string') return escaped(piece);
  return 'xml' in piece ? piece.xml : piece.map((one) => one.xml).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Tab, line feed and carriage return would become spaces in an attribute (XML 1.0 §3.3.3). */
function escaped(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
    .replaceAll(/[\t\n\r]/g, (space) => `&#${space.charCodeAt(0)};`)
    .replaceAll(FORBIDDEN, '\ufffd');
}

/** What no XML 1.0 document may hold, even escaped (§2.2). */
// oxlint-disable-next-line no-control-regex -- those are the characters
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
