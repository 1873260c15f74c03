import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, unwatchFile, watchFile, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { StrowgerError } from '../../kernel/index.ts';
import { why } from '../why.ts';
import type { Credentials } from '../wire/index.ts';
import { selfSigned } from './self-signed.ts';

/** Where a certificate chain and its key lie, PEM. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface Certificate {
  /** What the files hold. */
  readonly credentials: Credentials;
  readonly files: CertificateFiles;
  /** Reads the files again whenever they change. What cannot be used is told, and the last that could is kept. */
  watch(told: { readonly changed: (credentials: Credentials) => void; readonly unusable: (why: string) => void }): void;
  close(): void;
}

/** Files are looked at so often: renewals put links and whole folders in place, which no watcher follows everywhere. */
const LOOK_EVERY_MS = 2000;

/**
 * The certificate in those files, else the one in the data folder, made at the first start for these names and addresses.
 * Throws E_CERTIFICATE when what is there cannot be used.
 */
export async function openCertificate(options: {
  readonly files: CertificateFiles | undefined;
  readonly folder: string;
  readonly names: readonly string[];
}): Promise<Certificate> {
  const files = options.files ?? (await ownFiles(options.folder, options.names));
  const credentials = load(files);
  const watched = [files.certificate, files.key];
  return {
    credentials,
    files,
    watch: ({ changed, unusable }) => {
      let last = credentials;
      const look = (): void => {
        try {
          const found = load(files);
          if (found.cert === last.cert && found.key === last.key) return;
          last = found;
          changed(found);
        } catch (error) {
          unusable(why(error));
        }
      };
      for (const file of watched) watchFile(file, { interval: LOOK_EVERY_MS, persistent: false }, look);
    },
    close: () => {
      for (const file of watched) unwatchFile(file);
    },
  };
}

/** Throws E_CERTIFICATE for files that cannot be read, are no PEM, or do not belong together. */
function load(files: CertificateFiles): Credentials {
  try {
    const credentials = { cert: readFileSync(files.certificate, 'utf8'), key: readFileSync(files.key, 'utf8') };
    createSecureContext(credentials);
    return credentials;
  } catch (error) {
    throw new StrowgerError('E_CERTIFICATE', { ...files, why: why(error) }, { cause: error });
  }
}

/** One's own, made when there is none or it has run out. */
async function ownFiles(folder: string, names: readonly string[]): Promise<CertificateFiles> {
  const place = join(folder, 'tls');
  const files = { certificate: join(place, 'certificate.pem'), key: join(place, 'key.pem') };
  if (existsSync(files.key) && lasts(files.certificate)) return files;
  const { cert, key } = await selfSigned(names);
  mkdirSync(place, { recursive: true, mode: 0o700 });
  writeFileSync(files.key, key, { mode: 0o600 });
  writeFileSync(files.certificate, cert);
  return files;
}

function lasts(file: string): boolean {
  try {
    return new X509Certificate(readFileSync(file)).validToDate.getTime() > Date.now();
  } catch {
    return false;
  }
}
