import { isMap, isPair, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type Tags } from 'yaml';
import { StrowgerError } from '../../kernel/index.ts';
import type { Source } from './source.ts';

/** Throws E_CONFIG with every place where the text is no YAML. `name` stands before line and column. */
export function readYaml(text: string, name: string): Source {
  const lines = new LineCounter();
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const document = parseDocument(text, { lineCounter: lines, customTags: asWritten, prettyErrors: false });
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0)
    throw new StrowgerError('E_CONFIG', { mistakes: broken.map((one) => told(one, place)).join('\n') });
  return {
    value: document.toJS() as unknown,
    where: (path) => place(offsetOf(document.contents, path)),
  };
}

function told(
  { message, pos }: { readonly message: string; readonly pos: [number, number] },
  place: (at: number) => string,
): string {
  const { message: sentence, remedy } = new StrowgerError('E_CONFIG_SYNTAX', { why: message.replace(/\.?$/, '') });
  return `${place(pos[0])}: ${sentence} ${remedy}`;
}

/** A number that would be written otherwise than it stands here (0101, 1e3, +49) is a text: telephone numbers keep their zeros. */
function asWritten(tags: Tags): Tags {
  return tags.map((tag) => {
    if (typeof tag === 'string' || !('resolve' in tag) || !/:(int|float)$/.test(tag.tag)) return tag;
    const resolve = tag.resolve as (text: string, ...rest: unknown[]) => unknown;
    const kept = (written: string, ...rest: unknown[]): unknown => {
      const value = resolve(written, ...rest);
      return String(value) === written ? value : written;
    };
    return { ...tag, resolve: kept } as typeof tag;
  });
}

/** Where a key stands, or the nearest one above it that does. */
function offsetOf(root: Node | null, path: readonly PropertyKey[]): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const step of path) {
    const inner = inside(node, step);
    if (inner === undefined) break;
    const at = isPair(inner) ? inner.key : inner;
    offset = rangeOf(at) ?? offset;
    node = isPair(inner) ? inner.value : inner;
  }
  return offset;
}

function inside(node: unknown, step: PropertyKey): Pair | Node | undefined {
  if (isMap(node)) return node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step));
  return isSeq(node) ? (node.items[Number(step)] as Node | undefined) : undefined;
}

function rangeOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
