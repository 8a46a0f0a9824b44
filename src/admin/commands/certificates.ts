import type { CliCall, CliOutput } from '../../core/cli.js';
import { parseOcspResponse } from '../../protocol/tls/ocsp.js';
import { TlsProblem } from '../../state/tls/context.js';
import { FileProblem, type LoadedCertificate, MissingIssuer } from '../../state/tls/files.js';
import type { LiveCertificates } from '../../state/tls/live.js';
import { certificateLines, chainLines } from '../certificate-text.js';
import { responseText } from '../ocsp-text.js';
import { adminOnly, failure, type AdminCommand, type AdminContext } from '../context.js';

/** Certificates in use (management manual 9.3 `show ssl cert`, `set ssl cert`…). */

type Call = CliCall<AdminContext>;

function show({ context, args }: Call): CliOutput {
  const { certificates } = context.runtime;
  if (args.length === 0) return list(certificates);
  const name = args.at(0);
  const staged = name.startsWith('*') ? certificates.transaction : undefined;
  if (staged?.path === name.slice(1)) return details(name, staged.next, 'Unused');
  const owner = certificates.ownerOf(name.replace(/^\*/, ''));
  if (owner?.part === 'ocsp') {
    if (staged === undefined) return responseText(certificates.ocsp.find(certificates.find(owner.path)?.ocspKey ?? ''));
    if (staged.path === owner.path) return responseText(parseOcspResponse(staged.next.ocsp ?? Buffer.alloc(0)));
  }
  if (!certificates.has(name)) {
    return failure("Can't display the certificate: Not found or the certificate is a bundle!");
  }
  const found = certificates.find(name);
  return details(name, found, found === undefined ? 'Empty' : certificates.used(name) ? 'Used' : 'Unused');
}

function list(certificates: LiveCertificates): string {
  const { transaction } = certificates;
  const pending = transaction === undefined ? '' : `# transaction\n*${transaction.path}\n`;
  return `${pending}# filename\n${certificates
    .paths()
    .map((path) => `${path}\n`)
    .join('')}`;
}

function details(name: string, found: LoadedCertificate | undefined, status: string): string {
  const lines = found === undefined ? [] : [...certificateLines(found.chain), ...chainLines(found.chain)];
  return [`Filename: ${name}`, `Status: ${status}`, ...lines, `OCSP Response Key: ${found?.ocspKey ?? ''}`, ''].join(
    '\n',
  );
}

function set({ context, args, payload }: Call): CliOutput {
  const { certificates } = context.runtime;
  const name = args.at(0);
  if (name === '' || payload === undefined) {
    return failure("'set ssl cert expects a filename and a certificate as a payload");
  }
  const { path: owner, part } = certificates.ownerOf(name) ?? { path: name, part: 'pem' };
  const { transaction } = certificates;
  if (transaction !== undefined && transaction.path !== owner)
    return failure(`${other(transaction.path, name)}Can't update ${name}!`);
  if (!certificates.has(owner)) {
    return failure(`Can't replace a certificate which is not referenced by the configuration!\nCan't update ${name}!`);
  }
  try {
    if (part === 'pem') certificates.stage(owner, payload);
    else certificates.stagePart(owner, part, payload);
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    // HAProxy does not end the line about OCSP
    return failure(`${error.message}${part === 'ocsp' ? '' : '\n'}Can't load the payload\nCan't update ${name}!`);
  }
  return `Transaction ${transaction === undefined ? 'created' : 'updated'} for certificate ${owner}!\n`;
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
    const { chain, key, ocsp, issuer } = transaction.next;
    context.renewed({ kind: 'certificate', path: name, text: chain + key, ocsp: ocsp?.toString('base64'), issuer });
    return `Committing ${name}${'.'.repeat(users)}\nSuccess!\n`;
  } catch (error) {
    if (!(error instanceof TlsProblem || error instanceof FileProblem)) throw error;
    if (error instanceof MissingIssuer) {
      certificates.transaction = undefined;
      return failure(`Committing ${name}${certificates.used(name) ? '.' : ''}\n${error.message}\nFailed!`);
    }
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

function create({ context, args }: Call): CliOutput {
  const { certificates } = context.runtime;
  const name = args.at(0);
  if (name === '') return failure("'new ssl cert' expects a filename");
  if (certificates.has(name)) return failure(`Certificate '${name}' already exists!`);
  certificates.create(name);
  context.renewed({ kind: 'certificate-added', path: name });
  return `New empty certificate store '${name}'!\n`;
}

function remove({ context, args }: Call): CliOutput {
  const { certificates } = context.runtime;
  const name = args.at(0);
  if (name === '') return failure("'del ssl cert' expects a certificate name");
  const refuse = (why: string): CliOutput => failure(`Can't remove the certificate: ${why}`);
  if (certificates.transaction?.path === name) return refuse(`ongoing transaction for the certificate '${name}'`);
  if (!certificates.has(name)) return refuse(`certificate '${name}' doesn't exist!\n\n`);
  if (certificates.used(name)) return refuse(`certificate '${name}' in use, can't be deleted!\n\n`);
  certificates.delete(name);
  context.renewed({ kind: 'certificate-removed', path: name });
  return `Certificate '${name}' deleted!\n`;
}

export const certificateCommands: readonly AdminCommand[] = [
  adminOnly('abort ssl cert', '<certfile>', 'abort a transaction for a certificate file', abort),
  adminOnly('commit ssl cert', '<certfile>', 'commit a certificate file', commit),
  adminOnly('del ssl cert', '<certfile>', 'delete an unused certificate file', remove),
  adminOnly(
    'new ssl cert',
    '<certfile>',
    'create a new certificate file to be used in a crt-list or a directory',
    create,
  ),
  adminOnly('set ssl cert', '<certfile> <payload>', 'replace a certificate file', set),
  adminOnly(
    'show ssl cert',
    '[<certfile>]',
    'display the SSL certificates used in memory, or the details of a file',
    show,
  ),
];
