/** Every mistake of ours, or of whoever set the exchange up, that a person is told about: its sentence and what to do. */
export const catalogue = {
  E_BIND: {
    sentence: 'Cannot listen on {address} port {port} ({protocol}): {why}.',
    remedy:
      'Stop what uses that port, or choose another address with --bind or another port with --sip-port (or --sip-ws-port, --sip-wss-port, --http-port).',
  },
  E_NO_ADDRESS: {
    sentence: 'This machine has no address that {wanted} stands for.',
    remedy: 'Name an address of this machine with --bind, for example --bind 127.0.0.1.',
  },
  E_CERTIFICATE: {
    sentence: 'Cannot use the certificate {certificate} with the key {key}: {why}.',
    remedy: 'Name a PEM certificate (with its chain) and its unencrypted key with --tls-certificate and --tls-key.',
  },
  E_AUTHORITY: {
    sentence: 'Cannot use {file} as an authority for certificates: {why}.',
    remedy: 'Name PEM certificates under tls.authorities.',
  },
  E_OPTIONS: {
    sentence: 'The command line has mistakes:\n{mistakes}',
    remedy: 'See strowger start --help.',
  },
  E_CONFIG: {
    sentence: 'The configuration has mistakes:\n{mistakes}',
    remedy: 'Correct them all; strowger check FILE looks at the file and starts nothing.',
  },
  E_CONFIG_FILE: {
    sentence: 'Cannot read the configuration {file}: {why}.',
    remedy: 'Name a file that can be read, ending in .ts, .js, .yaml or .yml.',
  },
  E_CONFIG_SYNTAX: {
    sentence: 'This is not well-formed: {why}.',
    remedy: 'Correct the spelling at that place.',
  },
  E_CONFIG_KEY: {
    sentence: 'There is no key {key} here.',
    remedy: 'Take it out, or write one of {known}.',
  },
  E_CONFIG_VALUE: {
    sentence: 'This cannot be used: {why}.',
    remedy: 'Write {wanted}.',
  },
  E_CONFIG_SECRET: {
    sentence: 'Endpoint {number} has no way to say who it is.',
    remedy: 'Give it a secret, a secretFile, or the addresses it is trusted at.',
  },
  E_CONFIG_SECRET_FILE: {
    sentence: 'Cannot read the secret of endpoint {number}: {why}.',
    remedy: 'Name a file that holds one line, below the folder of the configuration or by its whole path.',
  },
  E_CONFIG_TWICE: {
    sentence: 'The number {number} stands in the configuration and in the data folder {folder} too.',
    remedy: 'Give one of them another number, or name another folder with --data.',
  },
  E_CONFIG_TARGET: {
    sentence: 'Nothing answers at {number}.',
    remedy: 'Name an endpoint or an extension of this configuration.',
  },
  E_CONFIG_DIALPLAN: {
    sentence: 'The dialplan cannot be used: {why}.',
    remedy: 'Change the patterns so that each number is told apart.',
  },
  E_CONFIG_FIXED: {
    sentence: 'The key {key} cannot change while the exchange runs.',
    remedy: 'Put back what it was, or restart the exchange.',
  },
  E_DATA_FOLDER: {
    sentence: 'Cannot use the data folder {folder}: {why}.',
    remedy: 'Name a folder that can be written with --data.',
  },
  E_STORE_CORRUPT: {
    sentence: 'The database {file} is damaged or is no database: {why}.',
    remedy: 'Put a backup in its place, or move the file away to start with an empty one.',
  },
  E_STORE_LOCKED: {
    sentence: 'The database {file} is in use by another process.',
    remedy: 'Stop the exchange that runs with this data folder, or name another folder with --data.',
  },
  E_STORE_NEWER: {
    sentence: 'The database {file} was written by a newer Strowger (its layout is {found}, this one knows {known}).',
    remedy: 'Start the newer version, or name another folder with --data.',
  },
  E_STORE: {
    sentence: 'Cannot open the database {file}: {why}.',
    remedy: 'See that the data folder exists, can be written and has room.',
  },
  E_CONTROL: {
    sentence: 'Cannot open the control socket {path}: {why}.',
    remedy: 'Name a data folder with a shorter path, on a local disk, with --data.',
  },
  E_RUNNING: {
    sentence: 'An exchange is already running with the data folder {folder}.',
    remedy: 'Stop it first, or name another folder with --data.',
  },
  E_NOT_RUNNING: {
    sentence: 'No exchange is running with the data folder {folder}.',
    remedy: 'Start one with strowger start, or name its folder with --data.',
  },
  E_ANSWER: {
    sentence: 'The exchange did not answer as expected: {why}.',
    remedy: 'See that the command line and the running exchange are of the same version.',
  },
  E_INPUT: {
    sentence: 'The request has mistakes: {mistakes}.',
    remedy: 'See the reference of the API for what it takes.',
  },
  E_NOT_FOUND: {
    sentence: 'There is nothing at {method} {path}.',
    remedy: 'See the reference of the API for its paths.',
  },
  E_INTERNAL: {
    sentence: 'The exchange made a mistake with this request.',
    remedy: 'See its log; what it was doing otherwise goes on.',
  },
  E_NO_ACCOUNT: {
    sentence: 'Nobody has the number {number}.',
    remedy: 'See /api/accounts for the numbers there are.',
  },
  E_LOCKED: {
    sentence: 'The configuration says where the calls of {number} go.',
    remedy: 'Change it there, or take it out there.',
  },
  E_FORWARD: {
    sentence: 'Calls of {number} cannot go there.',
    remedy: 'Name a number of the dialplan that is no star code and not its own, and that its endpoint may forward to.',
  },
  E_NO_PARKING: {
    sentence: 'There is no parking space {space}.',
    remedy: 'See docs/parking.md for how to have some.',
  },
  E_NO_TOKEN: {
    sentence: 'There is no token {id}.',
    remedy: 'See strowger token list for those there are.',
  },
  E_NOT_WRITTEN: {
    sentence: 'It could not be written down: {why}.',
    remedy: 'See that the disk of the data folder has room and can be written.',
  },
  E_TOKEN: {
    sentence: 'This needs a token, and there was none or it is not valid.',
    remedy: 'Make one with strowger token create, and send it as Authorization: Bearer.',
  },
  E_SCOPE: {
    sentence: 'The token does not allow this: it needs {wanted}.',
    remedy: 'Make one with that scope, with strowger token create --scope.',
  },
  E_ATTEMPTS: {
    sentence: 'Too many tokens that are not valid came from your address.',
    remedy: 'Wait a minute, and send the right one.',
  },
  E_HOST: {
    sentence: 'The exchange is not called {host}.',
    remedy: 'Name it by the address it listens on, such as 127.0.0.1, or by localhost.',
  },
  E_BUSY: {
    sentence: 'Too many programs follow the event stream.',
    remedy: 'Close some of them, or wait until one ends.',
  },
  E_NO_CONFERENCE: {
    sentence: 'There is nobody in a conference {number}, or no such member.',
    remedy: 'See GET /api/conferences for those with somebody in them.',
  },
  E_NO_NUMBER: {
    sentence: 'Nothing answers to {number}.',
    remedy: 'See the dialplan for the numbers that there are.',
  },
  E_NO_PARTY: {
    sentence: 'Nobody in the call {id} has a party that could be sent elsewhere now.',
    remedy: 'Say who sends whom: by is an account that talks in that call and has no transfer under way.',
  },
  E_MAY_NOT_SEND: {
    sentence: 'Its account may not send anybody to {number}.',
    remedy: 'The transfer.to of the endpoint in the configuration says where it may.',
  },
  E_NO_CALL: {
    sentence: 'There is no call {id}, or more than one begins so.',
    remedy: 'See strowger calls for the calls in progress.',
  },
} as const;

export type ErrorCode = keyof typeof catalogue;

/** The names between braces in a sentence or remedy. */
type Named<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Named<Rest> : never;

export type ErrorFacts<C extends ErrorCode> = {
  readonly [N in Named<(typeof catalogue)[C]['sentence' | 'remedy']>]: string | number;
};

/** A mistake with a code of the catalogue; its message is the whole sentence. */
export class StrowgerError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C;
  readonly remedy: string;

  constructor(code: C, facts: ErrorFacts<C>, options?: { readonly cause?: unknown }) {
    super(filled(catalogue[code].sentence, facts), options);
    this.name = 'StrowgerError';
    this.code = code;
    this.remedy = filled(catalogue[code].remedy, facts);
  }
}

function filled(sentence: string, facts: Readonly<Record<string, string | number>>): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (all, name: string) => String(facts[name] ?? all));
}
