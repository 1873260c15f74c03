import { z } from 'zod';
import { configuration } from './schema.ts';

/** What of a JSON schema is looked at here. */
interface Shape {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly additionalProperties?: Shape | false;
  readonly items?: Shape;
  readonly enum?: readonly string[];
  readonly const?: string | boolean;
  readonly default?: unknown;
  readonly description?: string;
  /** What to write, where the type alone does not say it. */
  readonly takes?: string;
  readonly anyOf?: readonly Shape[];
}

/** One key of the configuration. */
export interface Key {
  /** Dotted; `*` stands for any number or pattern. */
  readonly path: string;
  readonly takes: string;
  /** As JSON; undefined: none. */
  readonly usual: string | undefined;
  readonly what: string;
}

const ROOT = z.toJSONSchema(configuration, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Shape;

/** Every key, in the order of the schema. */
export function keys(): readonly Key[] {
  return below(ROOT, []);
}

/** What can be written at a place, in words; undefined: no such place. */
export function wanted(path: readonly PropertyKey[]): string | undefined {
  const shape = at(path);
  return shape && takes(shape);
}

/** The keys that can stand at a place. */
export function known(path: readonly PropertyKey[]): readonly string[] {
  return Object.keys(at(path)?.properties ?? {});
}

function at(path: readonly PropertyKey[]): Shape | undefined {
  let shape: Shape | undefined = ROOT;
  for (const step of path) shape = typeof step === 'number' ? (shape?.items ?? shape) : inside(shape, String(step));
  return shape;
}

function inside(shape: Shape | undefined, step: string): Shape | undefined {
  return shape?.properties?.[step] ?? (shape?.additionalProperties === false ? undefined : shape?.additionalProperties);
}

function below(shape: Shape, path: readonly string[]): readonly Key[] {
  const inner = Object.entries(
    shape.properties ?? (shape.additionalProperties ? { '*': shape.additionalProperties } : {}),
  );
  return inner.flatMap(([name, one]) => [key(one, [...path, name]), ...below(one, [...path, name])]);
}

function key(shape: Shape, path: readonly string[]): Key {
  const usual = shape.default === undefined || shape.properties ? undefined : JSON.stringify(shape.default);
  return { path: path.join('.'), takes: takes(shape), usual, what: shape.description ?? '' };
}

function takes(shape: Shape): string {
  if (shape.takes !== undefined) return shape.takes;
  if (shape.enum !== undefined) return `one of ${shape.enum.join(', ')}`;
  if (shape.const !== undefined) return String(shape.const);
  if (shape.items !== undefined) return `a list, each ${takes(shape.items)}`;
  if (shape.anyOf !== undefined) return shape.anyOf.map(takes).join(', or ');
  return shape.type === 'object' ? 'a table' : (shape.type ?? 'a value');
}
