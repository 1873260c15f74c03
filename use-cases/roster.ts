import assert from 'node:assert/strict';

/** An element of a document, with what stands in it: elements, or text. */
export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
  readonly text: string;
}

const DECLARATION = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n/;
const TOKEN = /<(\/?)([\w:-]+)((?: [\w:-]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
const ATTRIBUTE = / ([\w:-]+)="([^"<]*)"/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Reads the XML that needs no more than elements, attributes and text; fails for what is not well formed. */
export function readXml(text: string): Element {
  assert.match(text, DECLARATION);
  const open: { name: string; attributes: Map<string, string>; children: Element[]; text: string }[] = [];
  const top = { name: '', attributes: new Map<string, string>(), children: [] as Element[], text: '' };
  open.push(top);
  const body = text.replace(DECLARATION, '').trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < body.length) {
    const at = TOKEN.lastIndex;
    const [, closes = '', name = '', attributes = '', empty = '', content] = TOKEN.exec(body) ?? [];
    const inside = open.at(-1);
    assert.ok(inside !== undefined && (name !== '' || content !== undefined), `no XML: ${body.slice(at, at + 40)}`);
    if (content !== undefined) inside.text += plain(content);
    else if (closes === '/') {
      assert.equal(name, inside.name);
      open.pop();
      open.at(-1)?.children.push(inside);
    } else {
      const found = [...attributes.matchAll(ATTRIBUTE)].map(([, key = '', value = '']) => [key, plain(value)] as const);
      const one = { name, attributes: new Map(found), children: [], text: '' };
      assert.equal(one.attributes.size, found.length, 'an attribute stands once');
      if (empty === '/') inside.children.push(one);
      else open.push(one);
    }
  }
  assert.equal(open.length, 1, 'what was opened is closed');
  const [root, ...more] = top.children;
  assert.ok(root !== undefined && more.length === 0, 'one element holds all');
  return root;
}

function plain(text: string): string {
  return text.replaceAll(/&(\w+|#\d+);|&/g, (_whole, name?: string) => {
    const found = name?.startsWith('#') === true ? String.fromCodePoint(Number(name.slice(1))) : ENTITIES[name ?? ''];
    assert.ok(found !== undefined, 'an ampersand begins an entity');
    return found;
  });
}

export function child(of: Element | undefined, name: string): Element | undefined {
  return of?.children.find((one) => one.name === name);
}

/** A conference as a subscriber knows it who follows RFC 4575 §4.6. */
export class Roster {
  /** The documents that were taken. */
  readonly states: string[] = [];
  readonly versions: number[] = [];
  #version: number | undefined;
  #state: Element | undefined;
  #description: Element | undefined;
  readonly #users = new Map<string, Element>();

  /** Takes the next document. False: one is missing before it, and only a refresh helps. */
  read(body: string): boolean {
    const root = readXml(body);
    assert.equal(root.name, 'conference-info');
    assert.equal(root.attributes.get('xmlns'), 'urn:ietf:params:xml:ns:conference-info');
    const version = Number(root.attributes.get('version'));
    const state = root.attributes.get('state') ?? 'full';
    if (this.#version !== undefined && version <= this.#version) return true;
    if (state === 'partial' && version !== (this.#version ?? -2) + 1) return false;
    this.#version = version;
    this.states.push(state);
    this.versions.push(version);
    if (state === 'full') this.#replace(root);
    else this.#update(root);
    return true;
  }

  /** Whole documents have a description and users (§5.2), and all in them is whole (§4.4). */
  #replace(root: Element): void {
    assert.ok(child(root, 'conference-description') !== undefined && child(root, 'users') !== undefined);
    this.#users.clear();
    assertWhole(root);
    this.#update(root);
  }

  #update(root: Element): void {
    this.#description = child(root, 'conference-description') ?? this.#description;
    this.#state = child(root, 'conference-state') ?? this.#state;
    const seen = new Set<string>();
    for (const one of child(root, 'users')?.children ?? []) {
      const entity = one.attributes.get('entity') ?? '';
      assert.ok(entity !== '' && !seen.has(entity), 'a key stands once among its siblings (§4.5)');
      seen.add(entity);
      if (one.attributes.get('state') !== 'deleted') {
        assertWhole(one);
        this.#users.set(entity, one);
      } else assert.ok(this.#users.delete(entity), 'who goes was there');
    }
  }

  /** How many there are, and each with his role, and what he does by each of his phones. */
  get text(): string {
    const users = [...this.#users.values()].map((one) =>
      [
        child(one, 'display-text')?.text,
        child(child(one, 'roles'), 'entry')?.text,
        ...one.children
          .filter(({ name }) => name === 'endpoint')
          .flatMap((phone) => [child(phone, 'status')?.text, child(child(phone, 'media'), 'status')?.text]),
      ].join(' '),
    );
    return [child(this.#state, 'user-count')?.text ?? '', ...users.sort()].join('\n');
  }

  /** All that it knows, for comparing. */
  get known(): unknown {
    const byKey = [...this.#users].sort(([one], [other]) => (one < other ? -1 : 1));
    return [this.#description, this.#state, byKey];
  }
}

function assertWhole(one: Element): void {
  assert.equal(one.attributes.get('state') ?? 'full', 'full', 'what is in a whole element is whole');
  for (const inside of one.children) assertWhole(inside);
}
