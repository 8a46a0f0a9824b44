import { X509Certificate } from 'node:crypto';
import { CliLevel, type CliCall, type CliOutput } from '../../core/cli.js';
import type { NameEntry } from '../../protocol/tls/certificate.js';
import { TlsProblem } from '../../state/tls/context.js';
import { FileProblem, type LoadedCertificate } from '../../state/tls/files.js';
import type { LiveCertificates } from '../../state/tls/live.js';
import { failure, type AdminCommand, type AdminContext } from '../context.js';

/** Certificates in use (management manual 9.3 `show ssl cert`, `set ssl cert`…). */

type Call = CliCall<AdminContext>;

function show({ context, args }: Call): CliOutput {
  const { certificates } = context.runtime;
  if (args.length === 0) return list(certificates);
  const name = args.at(0);
  const staged = name.startsWith('*') ? certificates.transaction : undefined;
  const found = staged?.path === name.slice(1) ? staged.next : certificates.find(name);
  if (found === undefined) return failure("Can't display the certificate: Not found or the certificate is a bundle!");
  return details(name, found, staged === undefined);
}

function list(certificates: LiveCertificates): string {
  const { transaction } = certificates;
  const pending = transaction === undefined ? '' : `# transaction\n*${transaction.path}\n`;
  return `${pending}# filename\n${certificates
    .paths()
    .map((path) => `${path}\n`)
    .join('')}`;
}

function details(name: string, { certificate, chain }: LoadedCertificate, used: boolean): string {
  const x509 = new X509Certificate(chain);
  const serial = certificate.serial.subarray(certificate.serial[0] === 0 ? 1 : 0);
  return [
    `Filename: ${name}`,
    `Status: ${used ? 'Used' : 'Unused'}`,
    `Serial: ${serial.toString('hex').toUpperCase()}`,
    `notBefore: ${x509.validFrom}`,
    `notAfter: ${x509.validTo}`,
    `Subject Alternative Name: ${x509.subjectAltName ?? ''}`,
    `Algorithm: ${algorithm(x509)}`,
    `SHA1 FingerPrint: ${x509.fingerprint.replaceAll(':', '')}`,
    `Subject: ${oneLine(certificate.subject)}`,
    `Issuer: ${oneLine(certificate.issuer)}`,
    'OCSP Response Key: ',
    '',
  ].join('\n');
}

const oneLine = (name: readonly NameEntry[]): string => name.map(({ type, value }) => `/${type}=${value}`).join('');

const CURVE_BITS: Readonly<Record<string, number>> = { prime256v1: 256, secp384r1: 384, secp521r1: 521 };

/** `RSA2048`, `EC256` */
function algorithm({ publicKey }: X509Certificate): string {
  const { modulusLength, namedCurve = '' } = publicKey.asymmetricKeyDetails ?? {};
  if (publicKey.asymmetricKeyType === 'rsa') return `RSA${modulusLength}`;
  if (publicKey.asymmetricKeyType === 'ec') return `EC${CURVE_BITS[namedCurve] ?? ''}`;
  return publicKey.asymmetricKeyType?.toUpperCase() ?? '';
}

function set({ context, args, payload }: Call): CliOutput {
  const { certificates } = context.runtime;
  const name = args.at(0);
  if (name === '' || payload === undefined) {
    return failure("'set ssl cert expects a filename and a certificate as a payload");
  }
  const { transaction } = certificates;
  if (transaction !== undefined && transaction.path !== name)
    return failure(`${other(transaction.path, name)}Can't update ${name}!`);
  if (certificates.find(name) === undefined) {
    return failure(`Can't replace a certificate which is not referenced by the configuration!\nCan't update ${name}!`);
  }
  try {
    certificates.stage(name, payload);
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    return failure(`${error.message}\nCan't load the payload\nCan't update ${name}!`);
  }
  return `Transaction ${transaction === undefined ? 'created' : 'updated'} for certificate ${name}!\n`;
}

const other = (path: string, name: string): string =>
  `The ongoing transaction is about '${path}' but you are trying to set '${name}'\n`;

function commit({ context, args }: Call): CliOutput {
  const { certificates } = context.runtime;
  const name = args.at(0);
  if (name === '') return failure("'commit ssl cert expects a filename");
  const { transaction } = certificates;
  if (transaction === undefined) return failure(`No ongoing transaction! !\nCan't commit ${name}!`);
  if (transaction.path !== name) return failure(`${other(transaction.path, name)}Can't commit ${name}!`);
  try {
    const users = certificates.commit(transaction);
    context.renewed(name, transaction.next.chain + transaction.next.key);
    return `Committing ${name}${'.'.repeat(users)}\nSuccess!\n`;
  } catch (error) {
    if (!(error instanceof TlsProblem || error instanceof FileProblem)) throw error;
    return failure(`${error.message}\nCan't commit ${name}!`);
  }
}

function abort({ context, args }: Call): CliOutput {
  const { certificates } = context.runtime;
  const name = args.at(0);
  if (name === '') return failure("'abort ssl cert' expects a filename");
  const { transaction } = certificates;
  if (transaction === undefined) return failure('No ongoing transaction!');
  if (transaction.path !== name) {
    return failure(
      `The ongoing transaction is about '${transaction.path}' but you are trying to abort a transaction for '${name}'`,
    );
  }
  certificates.transaction = undefined;
  return `Transaction aborted for certificate '${name}'!\n`;
}

const command = (name: string, words: string, help: string, run: (call: Call) => CliOutput): AdminCommand => ({
  name,
  level: CliLevel.Admin,
  usage: `${name} ${words}`,
  help,
  run,
});

export const certificateCommands: readonly AdminCommand[] = [
  command('abort ssl cert', '<certfile>', 'abort a transaction for a certificate file', abort),
  command('commit ssl cert', '<certfile>', 'commit a certificate file', commit),
  command('set ssl cert', '<certfile> <payload>', 'replace a certificate file', set),
  command(
    'show ssl cert',
    '[<certfile>]',
    'display the SSL certificates used in memory, or the details of a file',
    show,
  ),
];
