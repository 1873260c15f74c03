import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeWave } from '../../../tools/sounds/wave.ts';
import { BLOCK, FIRST_RTP } from './ports.ts';

/** Seconds: a phone that registers again keeps the exchange from being quiet for 32 s each time. */
const LONGER_THAN_A_TEST = 600;

export interface BaresipOptions {
  /** The user part of its address, and of its credentials. */
  readonly number: string;
  /** What it says its user is called; left out: nothing. */
  readonly name?: string;
  /** Hz that it sends in every call. */
  readonly tone: number;
  /** Where it registers; left out: it does not, and can be dialled by its address only. */
  readonly registrar?: { readonly host: string; readonly sipPort: number; readonly password: string };
  readonly codecs?: 'PCMU' | 'PCMA' | 'PCMU,PCMA' | 'G722' | 'opus';
  /** Left out: udp. */
  readonly transport?: 'tcp' | 'tls';
  /** SRTP by keys in SDP: only it (RTP/SAVP), or keys beside plain RTP; left out: none. */
  readonly srtp?: 'srtp-mand' | 'srtp';
  /** It has a camera (moving bars, ten pictures a second) and a screen. */
  readonly video?: 'VP8' | 'VP9';
}

/** Seconds that its tone lasts (then the phone would hang up), and that a hold may happen in. */
const LIFETIME = 180;
const RATE = 8000;
const MODULES = ['cons', 'srtp', 'g711', 'g722', 'opus', 'aufile', 'aubridge', 'sndfile'];
const APPLICATIONS = ['account', 'contact', 'menu', 'ctrl_tcp'];

/** Where the ports of a phone lie in its block. */
export const ports = (block: number) => ({ sip: block, control: block + 2, keys: block + 3, rtp: block + FIRST_RTP });

/** `ADDRESS:PORT`, IPv6 in brackets. */
export function hopOf({ host, sipPort }: { readonly host: string; readonly sipPort: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${sipPort}`;
}

export function over(transport: BaresipOptions['transport']): string {
  return transport === undefined ? '' : `;transport=${transport}`;
}

/** Writes the configuration of a phone into a folder of its own; the folder. */
export function baresipFolder(block: number, options: BaresipOptions): string {
  const folder = mkdtempSync(join(tmpdir(), `baresip-${options.number}-`));
  const length = LIFETIME * RATE;
  const tone = Float64Array.from({ length }, (_, i) => 0.5 * Math.sin((2 * Math.PI * options.tone * i) / RATE));
  writeFileSync(join(folder, 'tone.wav'), writeWave(tone, RATE));
  writeFileSync(join(folder, 'config'), configuration(folder, block, addressOf(options)) + filming(options));
  writeFileSync(join(folder, 'accounts'), `${account(options)}\n`);
  writeFileSync(join(folder, 'contacts'), '');
  keepOnlyWhatIsHeard(folder);
  return folder;
}

/** Where it listens: on the loopback of its registrar's family. */
export function addressOf({ registrar }: BaresipOptions): string {
  return registrar?.host.includes(':') ? '::1' : '127.0.0.1';
}

/** The jitter buffer is off, so that the recording is what arrived. */
function configuration(folder: string, block: number, address: string): string {
  const { sip, control, keys, rtp } = ports(block);
  return `poll_method epoll
sip_listen ${hopOf({ host: address, sipPort: sip })}
net_interface ${address}
prefer_ipv6 ${address.includes(':') ? 'yes' : 'no'}
call_local_timeout 120
call_max_calls 4
audio_player aubridge,ear
audio_alert aubridge,bell
audio_source aufile,${join(folder, 'tone.wav')}
ausrc_srate ${RATE}
ausrc_channels 1
audio_level no
jitter_buffer_delay 0-0
rtp_ports ${rtp}-${block + BLOCK - 1}
module_path /usr/lib/baresip/modules
${MODULES.map((name) => `module ${name}.so`).join('\n')}
${APPLICATIONS.map((name) => `module_app ${name}.so`).join('\n')}
cons_listen 127.0.0.1:${keys}
ctrl_tcp_listen 127.0.0.1:${control}
snd_path ${folder}
`;
}

/** What a phone with a camera has besides. */
function filming({ video }: BaresipOptions): string {
  if (video === undefined) return '';
  return `module fakevideo.so
module ${video.toLowerCase()}.so
video_source fakevideo,nil
video_display fakevideo,nil
video_size 352x288
video_bitrate 256000
video_fps 10
video_fullscreen no
`;
}

/** As baresip wants them: a name alone fits nothing, and then it offers all that it has. */
const SPELLED: Readonly<Record<string, string>> = {
  PCMU: 'PCMU/8000/1',
  PCMA: 'PCMA/8000/1',
  G722: 'G722/16000/1',
  opus: 'opus/48000/2',
};

function spelled(codecs: string): string {
  return codecs
    .split(',')
    .map((codec) => SPELLED[codec])
    .join(',');
}

function account({ number, name, registrar, codecs = 'PCMU', transport, srtp }: BaresipOptions): string {
  const shown = name === undefined ? '' : `"${name}" `;
  if (registrar === undefined) return `${shown}<sip:${number}@127.0.0.1>;regint=0;audio_codecs=${spelled(codecs)}`;
  const secret = `auth_user=${number};auth_pass=${registrar.password}`;
  const protection = srtp === undefined ? '' : `;mediaenc=${srtp}`;
  return `${shown}<sip:${number}@${hopOf(registrar)}${over(transport)}>;${secret};regint=${LONGER_THAN_A_TEST};audio_codecs=${spelled(codecs)}${protection}`;
}

/**
 * baresip 1.0.0 drops its filters of what is heard at each re-INVITE to or from hold, and sets them up again only if there is
 * none for what is sent. So a folder stands in the way of every file `sndfile` might open for that.
 */
function keepOnlyWhatIsHeard(folder: string): void {
  const now = Date.now();
  for (let second = -1; second < LIFETIME; second++) {
    const stamp = new Date(now + second * 1000).toISOString().slice(0, 19).replaceAll(/[T:]/g, '-');
    mkdirSync(join(folder, `dump-${stamp}-enc.wav`));
  }
}
