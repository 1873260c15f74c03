import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child.ts';
import { freeBlock, taken } from './ports.ts';
import { until, type Witness } from './until.ts';

/** Kamailio (Debian's) as an edge proxy: it puts itself into Path and Record-Route, and hands everything to the exchange. */
export class Kamailio implements Witness {
  readonly port: number;
  readonly #folder: string;
  readonly #child: Child;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
    const args = [
      '-f',
      join(folder, 'kamailio.cfg'),
      '-Y',
      folder,
      '-P',
      join(folder, 'pid'),
      '-DD',
      '-E',
      '-m',
      '32',
      '-M',
      '8',
    ];
    this.#child = new Child('kamailio', 'kamailio', args, { cwd: folder });
  }

  /** Starts it before that exchange; over when it listens. */
  static async start(exchange: { readonly host: string; readonly sipPort: number }): Promise<Kamailio> {
    const port = await freeBlock();
    const folder = mkdtempSync(join(tmpdir(), 'kamailio-'));
    writeFileSync(join(folder, 'kamailio.cfg'), configuration(port, exchange));
    const kamailio = new Kamailio(port, folder);
    await until(
      'the start of kamailio',
      () => taken(port) || kamailio.#child.ended,
      10_000,
      () => kamailio.testimony(),
    );
    if (kamailio.#child.ended) throw new Error(`kamailio did not start\n${kamailio.testimony()}`);
    return kamailio;
  }

  async stop(): Promise<void> {
    this.#child.signal('SIGTERM');
    await this.#child.end(10_000);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  testimony(): string {
    return this.#child.testimony();
  }
}

function configuration(port: number, exchange: { readonly host: string; readonly sipPort: number }): string {
  return `
debug=0
log_stderror=yes
fork=yes
children=1
auto_aliases=no
listen=udp:127.0.0.1:${port}
disable_tcp=yes
dns=no
rev_dns=no
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "path.so"

request_route {
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  if (has_totag()) { loose_route(); t_relay(); exit; }
  if (is_method("REGISTER")) {
    add_path();
    $du = "sip:${exchange.host}:${exchange.sipPort}";
    t_relay();
    exit;
  }
  record_route();
  if ($sp == ${exchange.sipPort}) { loose_route(); t_relay(); exit; }
  $du = "sip:${exchange.host}:${exchange.sipPort}";
  t_relay();
}
`;
}
