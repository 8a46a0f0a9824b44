import type { CliCall, CliOutput } from '../../core/cli.js';
import { CrtListProblem } from '../../state/tls/crt-list.js';
import { type CertificateList, type ListEntry, ListRefusal } from '../../state/tls/lists.js';
import { adminOnly, failure, type AdminCommand, type AdminContext } from '../context.js';

/** `crt-list` files and directories of certificates (management manual 9.3 `add ssl crt-list`…). */

type Call = CliCall<AdminContext>;

function show({ context, args }: Call): CliOutput {
  const { certificateLists } = context.runtime;
  const numbered = args.at(0) === '-n';
  const name = args.at(numbered ? 1 : 0);
  if (numbered && name === '') return failure("'show ssl crt-list -n' expects a filename or a directory");
  if (name === '') {
    return certificateLists
      .paths()
      .map((path) => `${path}\n`)
      .join('');
  }
  const list = certificateLists.find(name);
  if (list === undefined) return failure("didn't find the specified filename");
  return [`# ${list.path}`, ...list.entries.map((entry) => entryText(entry, numbered)), ''].join('\n');
}

/** HAProxy's order, whatever that of the line was; it leaves out `ca-verify-file`, and writes a NUL behind `alpn` and `npn`. */
const ORDER = [
  'npn',
  'alpn',
  'no-alpn',
  'verify',
  'no-ca-names',
  'allow-0rtt',
  'ca-file',
  'crl-file',
  'ciphers',
  'ciphersuites',
  'curves',
  'ecdhe',
  'sigalgs',
  'client-sigalgs',
  'ocsp-update',
  'ssl-min-ver',
  'ssl-max-ver',
];

function entryText({ path, line, parameters, filters }: ListEntry, numbered: boolean): string {
  const said = ORDER.flatMap((name) => {
    const value = parameters?.findLast(({ keyword }) => keyword.text === name);
    if (value === undefined) return [];
    return `${name}${value.value === undefined ? '' : ` ${value.value.text}`}`;
  });
  const place = numbered ? `${path}:${line}` : path;
  return [place, ...(parameters === undefined ? [] : [`[${said.join(' ')}]`]), ...filters].join(' ');
}

function add({ context, args, payload }: Call): CliOutput {
  const { certificateLists, certificates } = context.runtime;
  const name = args.at(0);
  const text = payload ?? args.at(1);
  if (name === '' || (payload === undefined && text === '')) {
    return failure("'add ssl crtlist' expects a filename and a certificate name");
  }
  const refuse = (why: string): CliOutput => failure(`Can't edit the crt-list: ${why}`);
  const list = certificateLists.find(name);
  if (list === undefined) return refuse(`crt-list '${name}' does not exist!`);
  if (/\n./s.test(text) || text === '') return refuse('only one line of payload is supported!');
  if (text.trim() === '') return refuse("'add ssl crtlist' should contain the certificate name in the payload");
  let path = '';
  try {
    const entry = certificateLists.parse(list, text.replace(/\n$/, ''));
    ({ path } = entry);
    if (list.isDirectory && !path.startsWith(`${list.path}/`)) {
      return refuse(`'${list.path}' is a directory, certificate path '${path}' must contain the directory path`);
    }
    if (!certificates.has(path)) return refuse(`certificate '${path}' does not exist!`);
    const loaded = certificates.find(path);
    if (loaded === undefined) return refuse(`certificate '${path}' is empty!`);
    if (list.isDirectory && list.of(path).length > 0) return refuse('file already exists in this directory!');
    const users = certificateLists.add(list, entry, loaded);
    context.renewed({ kind: 'crt-list-added', list: list.path, text });
    const remarks = entry.warnings.map(({ message }) => `${message}\n`);
    return `${inserting(list, path, users)}\n${remarks.join('')}Success!\n`;
  } catch (error) {
    if (error instanceof CrtListProblem) return refuse(error.message);
    if (!(error instanceof ListRefusal)) throw error;
    return failure(`${inserting(list, path, error.tried)}\n${error.message}\nFailed!`);
  }
}

const inserting = (list: CertificateList, path: string, tried: number): string =>
  `Inserting certificate '${path}' in crt-list '${list.path}'${'.'.repeat(tried)}`;

function remove({ context, args }: Call): CliOutput {
  const { certificateLists, certificates } = context.runtime;
  const [name, certificate] = [args.at(0), args.at(1)];
  if (name === '' || certificate === '') {
    return failure("'del ssl crtlist' expects a filename and a certificate name");
  }
  const refuse = (why: string): CliOutput => failure(`Can't delete the entry: ${why}`);
  const list = certificateLists.find(name);
  if (list === undefined) return refuse(`crt-list '${name}' does not exist!`);
  const [, path, number] = /^(.*?)(?::([^:]*))?$/s.exec(certificate) ?? [];
  if (number !== undefined && !/^\d+$/.test(number)) {
    return refuse(`wrong line number after colons in '${certificate}'!`);
  }
  if (!certificates.has(path)) return refuse(`certificate '${path}' does not exist!`);
  const found = list.of(path);
  if (found.length === 0) return refuse(`certificate '${path}' can't be found in crt-list '${list.path}'!`);
  const lines = found.map(({ line }) => line).join(', ');
  if (number === undefined && found.length > 1) {
    return refuse(
      `found the certificate '${path}' in several entries, please specify a line number preceded by colons (${lines})!`,
    );
  }
  const entry = number === undefined ? found[0] : found.find(({ line }) => line === Number(number));
  if (entry === undefined) {
    return refuse(
      `found a certificate '${path}' but the line number is incorrect, please specify a correct line number preceded by colons (${lines})!`,
    );
  }
  const users = (list.installed.get(entry) ?? []).flatMap(({ isDefault }, at) =>
    isDefault ? `\t- ${list.users[at].place}\n` : [],
  );
  if (users.length > 0) {
    return refuse(
      `certificate '${path}' cannot be deleted, it is used as default certificate by the following frontends:\n${users.join('')}\n`,
    );
  }
  const position = list.entries.indexOf(entry);
  list.remove(entry);
  context.renewed({ kind: 'crt-list-removed', list: list.path, position });
  return `Entry '${path}' deleted in crtlist '${list.path}'!\n`;
}

export const certificateListCommands: readonly AdminCommand[] = [
  adminOnly('add ssl crt-list', '<list> <cert> [opts]*', 'add to crt-list file <list> a line <cert> or a payload', add),
  adminOnly('del ssl crt-list', '<list> <cert[:line]>', 'delete a line <cert> from crt-list file <list>', remove),
  adminOnly(
    'show ssl crt-list',
    '[-n] [<list>]',
    'show the list of crt-lists or the content of a crt-list file <list>',
    show,
  ),
];
