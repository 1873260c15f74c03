import { dirname, resolve } from 'node:path';
import type { Settings } from '../../pbx/index.ts';
import type { RawStartOptions } from '../cli/index.ts';

/** What a configuration says of sockets and files, as the command line would: files from the configuration's folder. */
export function optionsIn(file: string, { written, drainMs }: Settings): Partial<RawStartOptions> {
  const { listen, tls, rtp, sounds } = written;
  const beside = (name: string): string => resolve(dirname(file), name);
  return {
    ...(listen.addresses.length === 0 ? {} : { bind: listen.addresses }),
    sipPort: String(listen.sip),
    ...(listen.tls === undefined ? {} : { sipTlsPort: String(listen.tls) }),
    ...(listen.ws === undefined ? {} : { sipWsPort: String(listen.ws) }),
    ...(listen.wss === undefined ? {} : { sipWssPort: String(listen.wss) }),
    ...(tls?.certificate === undefined ? {} : { tlsCertificate: beside(tls.certificate) }),
    ...(tls?.key === undefined ? {} : { tlsKey: beside(tls.key) }),
    httpPort: String(listen.http),
    ...(listen.httpAddresses === undefined ? {} : { httpBind: listen.httpAddresses }),
    rtpPorts: rtp === 'any' ? '0' : rtp,
    sounds: sounds.map(beside),
    drain: String(Math.ceil(drainMs / 1000)),
  };
}

/** The files of authorities that a configuration names. */
export function authoritiesIn(file: string, { written }: Settings): readonly string[] {
  return (written.tls?.authorities ?? []).map((name) => resolve(dirname(file), name));
}
