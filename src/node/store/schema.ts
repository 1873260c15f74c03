import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely';
import type { Tables } from '../../pbx/store.ts';

/** Compiles SQL and runs none: node:sqlite runs it, synchronously. */
export const database = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

type Columns = Readonly<Record<string, 'text' | 'integer'>>;

/** What step 0 makes; frozen once released. */
const layout1 = {
  binding: {
    id: 'text',
    aor: 'text',
    contact: 'text',
    params: 'text',
    callId: 'text',
    cseq: 'integer',
    expiresAt: 'integer',
    registeredAt: 'integer',
    refreshedAt: 'integer',
    q: 'integer',
    userAgent: 'text',
    instance: 'text',
    regId: 'integer',
    gruuKey: 'text',
    protocol: 'text',
    localAddress: 'text',
    localPort: 'integer',
    sourceAddress: 'text',
    sourcePort: 'integer',
    path: 'text',
    algorithm: 'text',
  },
  secret: { id: 'text', realm: 'text', md5: 'text', sha256: 'text' },
  setting: { id: 'text', value: 'text' },
  cdr: {
    id: 'text',
    call: 'text',
    fromName: 'text',
    fromNumber: 'text',
    withheld: 'integer',
    dialed: 'text',
    answeredByName: 'text',
    answeredByNumber: 'text',
    startedAt: 'integer',
    answeredAt: 'integer',
    endedAt: 'integer',
    status: 'integer',
    reasonPhrase: 'text',
    q850: 'integer',
    legs: 'text',
  },
} as const;

/** What step 1 makes besides. */
const tables2 = {
  token: { id: 'text', hash: 'text', name: 'text', scopes: 'text', createdAt: 'integer', expiresAt: 'integer' },
  subscription: {
    id: 'text',
    package: 'text',
    account: 'text',
    resource: 'text',
    event: 'text',
    callId: 'text',
    localTag: 'text',
    remoteTag: 'text',
    local: 'text',
    remote: 'text',
    routeSet: 'text',
    remoteTarget: 'text',
    remoteSeq: 'integer',
    mark: 'integer',
    expiresAt: 'integer',
    protocol: 'text',
    localAddress: 'text',
    localPort: 'integer',
    remoteAddress: 'text',
    remotePort: 'integer',
  },
} as const;

/** What step 2 makes besides. */
const tables3 = {
  diversion: {
    id: 'text',
    always: 'text',
    busy: 'text',
    noAnswer: 'text',
    unregistered: 'text',
    after: 'integer',
    doNotDisturb: 'integer',
  },
} as const;

/**
 * The columns of every table today, in the order their values are bound; each table's key is `id`. A column that a row
 * gains does not compile until it stands here, beside layout1, and a step adds it.
 */
export const columns: { readonly [T in keyof Tables]: { readonly [C in keyof Tables[T]]: 'text' | 'integer' } } = {
  ...layout1,
  ...tables2,
  ...tables3,
  binding: { ...layout1.binding, gruuCseq: 'integer' },
  cdr: { ...layout1.cdr, origin: 'text' },
};

export const tables = Object.keys(columns) as readonly (keyof Tables)[];

/** Step n leads from layout n to n + 1 (PRAGMA user_version). What has been released is never changed, only followed. */
export const migrations: readonly (readonly CompiledQuery[])[] = [
  Object.entries(layout1).map(([table, made]) => create(table, made)),
  [
    ...Object.entries(tables2).map(([table, made]) => create(table, made)),
    add('binding', 'gruuCseq', 'integer', 0),
    add('cdr', 'origin', 'text', 'phone'),
  ],
  Object.entries(tables3).map(([table, made]) => create(table, made)),
];

/** A column that rows of an earlier layout have with that value. */
function add(table: keyof Tables, name: string, type: Columns[string], value: string | number): CompiledQuery {
  return database.schema
    .alterTable(table)
    .addColumn(name, type, (column) => column.notNull().defaultTo(sql.lit(value)))
    .compile();
}

/** STRICT: a value of another type fails its commit instead of being stored as something else. */
function create(table: string, made: Columns): CompiledQuery {
  let making = database.schema.createTable(table).modifyEnd(sql`strict`);
  for (const [name, type] of Object.entries(made)) {
    making = making.addColumn(name, type, (column) =>
      name === 'id' ? column.primaryKey().notNull() : column.notNull(),
    );
  }
  return making.compile();
}
