import { fromLatin1, latin1 } from '../kernel/index.ts';
import { type Request, responseTo } from '../sip/message/index.ts';
import type { ServerTransaction } from '../sip/transaction/types.ts';
import type { Line } from './line.ts';
import type { LegLine } from './types.ts';

/** Key frames asked for by SIP INFO, for phones without feedback in RTCP (RFC 5168). */
const TYPE = 'application/media_control+xml';
const BODY =
  '<?xml version="1.0" encoding="utf-8"?>\r\n<media_control><vc_primitive><to_encoder><picture_fast_update/></to_encoder></vc_primitive></media_control>\r\n';

export function isMediaControl({ headers }: Request): boolean {
  return headers.get('Content-Type')?.split(';')[0]?.trim().toLowerCase() === TYPE;
}

/** A phone asks for a key frame of what it sees. */
export function takeMediaControl(line: Line, leg: LegLine, transaction: ServerTransaction): void {
  const { request } = transaction;
  transaction.respond(responseTo(request, 200));
  if (!latin1(request.body).includes('picture_fast_update')) return;
  leg.audio.terms.streams?.refresh();
  wantPicture(line.peerOf(leg));
}

/** Asks a phone for a key frame that has not said how it would be asked in RTCP; the others are asked by the media host. */
export function wantPicture(leg: LegLine | undefined): void {
  const video = leg?.audio.terms.streams?.of('video');
  const told = video?.theirs?.attributes.some(({ name }) => name === 'rtcp-fb') === true;
  if (video?.agreed === undefined || told || leg?.session?.remoteAllow.has('INFO') !== true) return;
  leg.session.request('INFO', { headers: [['Content-Type', TYPE]], body: fromLatin1(BODY) }, () => undefined);
}
