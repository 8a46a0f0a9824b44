import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atEnd } from '../support/cleanup.js';
import { temporaryFolder } from '../support/folders.js';
import { Authority, makeCertificate, type TestCertificate } from '../../src/protocol/tls/testing.js';

/** A folder with certificates for one test file. */
export interface Certificates {
  readonly folder: string;
  readonly authority: Authority;
  /** Signed by the authority. */
  readonly client: TestCertificate;
  readonly expired: TestCertificate;
  /** Self-signed, of nobody's trust. */
  readonly stranger: TestCertificate;
}

/**
 * Writes `www.pem` (www.test), `wild.pem` (*.wild.test), `server-ca.pem` (both of them), `ca.pem` (who signs clients),
 * `client.pem` and a directory `both/`.
 */
export function makeCertificates(): Certificates {
  const folder = temporaryFolder();
  const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const whole = ({ certificate, key }: TestCertificate): string => certificate + key;
  const authority = new Authority('Test CA');
  atEnd(() => authority.remove());
  const www = makeCertificate('www.test', 'localhost');
  const wild = makeCertificate('*.wild.test');
  const client = authority.sign('/C=DE/O=Clients/CN=somebody');
  put('www.pem', whole(www));
  put('renewed.pem', whole(www));
  put('wild.pem', whole(wild));
  put('server-ca.pem', www.certificate + wild.certificate);
  put('ca.pem', authority.certificate);
  put('client.pem', whole(client));
  put(
    'list',
    `${join(folder, 'www.pem')} !*\n${join(folder, 'wild.pem')} [alpn http/1.1] *.listed.test !no.listed.test\n`,
  );
  put('broken.pem', www.certificate + client.key);
  return {
    folder,
    authority,
    client,
    expired: authority.sign('/CN=late', -1),
    stranger: makeCertificate('stranger.test'),
  };
}
