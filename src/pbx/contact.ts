import type { Field, NameAddr, Request, Uri } from '../sip/message/index.ts';
import { parseUri, printUri, quote } from '../sip/message/index.ts';
import type { BindingRow } from './store.ts';

/** One Contact value of a REGISTER, as a registrar reads it. */
export interface AskedContact {
  readonly uri: Uri;
  readonly uriText: string;
  /** Parameters that stay with the binding as they were written, each with its semicolon (RFC 5626 §6, RFC 3840 §7). */
  readonly params: string;
  /** '' without. */
  readonly instance: string;
  /** 0 without, or without an instance (RFC 5626 §6). */
  readonly regId: number;
  /** Asked for; undefined: nothing was said. */
  readonly expires: number | undefined;
  /** Times 1000. */
  readonly q: number;
}

/** The Contact values of a sound REGISTER. */
export function contactsIn(request: Request): readonly AskedContact[] {
  const written = request.headers.list('Contact');
  return request.contacts.map((contact, at) => {
    const instance = contact.params.get('+sip.instance') ?? '';
    return {
      uri: contact.uri,
      uriText: contact.uriText,
      params: keptParams(paramsText(written[at] ?? '', contact.uriText)),
      instance,
      regId: instance === '' ? 0 : regIdOf(contact),
      expires: secondsIn(contact.params.get('expires') ?? request.headers.get('Expires')),
      q: qualityOf(contact),
    };
  });
}

/** A binding as the 200 lists it: URI and parameters as the phone wrote them (RFC 3261 §10.3 step 8). */
export function contactField(row: BindingRow, seconds: number, gruus: string): Field {
  const { contact, params, instance, regId, q } = row;
  const own = instance === '' ? '' : `;+sip.instance=${quote(instance)}`;
  const flow = regId === 0 ? '' : `;reg-id=${regId}`;
  const quality = q === 1000 ? '' : `;q=${q / 1000}`;
  return ['Contact', `<${contact}>;expires=${seconds}${quality}${own}${flow}${params}${gruus}`];
}

/** The Request-URI that reaches a contact: neither `method` nor headers may stand in it (RFC 3261 §19.1.1, table 1). */
export function requestUriOf(contact: string): string {
  const uri = parseUri(contact);
  if (uri === undefined || (uri.headers === '' && !uri.params.has('method'))) return contact;
  return printUri({ ...uri, headers: '', params: new Map([...uri.params].filter(([name]) => name !== 'method')) });
}

/** A value that is no number is 3600 (RFC 3261 §20.10, §20.19). */
function secondsIn(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  return /^\d+$/.test(value) ? Number(value) : 3600;
}

/** 1*DIGIT from 1 to 2^31 - 1 (RFC 5626 §11.1). */
function regIdOf({ params }: NameAddr): number {
  const text = params.get('reg-id') ?? '';
  const regId = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return regId < 2 ** 31 ? regId : 0;
}

function qualityOf({ params }: NameAddr): number {
  const q = Number(params.get('q') ?? '1');
  return q >= 0 && q <= 1 ? Math.round(q * 1000) : 1000;
}

/** What is told anew in each REGISTER, kept in a column of its own, or for the registrar alone to say (RFC 5627 §5.1). */
const NOT_KEPT: ReadonlySet<string> = new Set(['expires', 'q', '+sip.instance', 'reg-id', 'pub-gruu', 'temp-gruu']);

function paramsText(value: string, uriText: string): string {
  const bracketed = value.indexOf(`<${uriText}>`);
  const from = bracketed < 0 ? value.indexOf(';') : value.indexOf(';', bracketed + uriText.length + 2);
  return from < 0 ? '' : value.slice(from);
}

function keptParams(text: string): string {
  let kept = '';
  for (let at = 0; at < text.length; ) {
    const end = paramEnd(text, at + 1);
    const param = text.slice(at + 1, end).trim();
    const [name = ''] = param.split('=');
    if (param !== '' && !NOT_KEPT.has(name.trim().toLowerCase())) kept += `;${param}`;
    at = end;
  }
  return kept;
}

/** The next semicolon outside quotes, or the end. */
function paramEnd(text: string, from: number): number {
  let quoted = false;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (quoted && char === '\\') at += 1;
    else if (char === '"') quoted = !quoted;
    else if (char === ';' && !quoted) return at;
  }
  return text.length;
}
