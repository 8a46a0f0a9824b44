import { CliLevel, type CliCall, type CliOutput } from '../../core/cli.js';
import { parseRevocationList } from '../../protocol/tls/crl.js';
import { TlsProblem } from '../../state/tls/context.js';
import { type Authorities, derOfPem } from '../../state/tls/files.js';
import type { TrustKind } from '../../state/tls/trust.js';
import { certificateLines, revocationLines } from '../certificate-text.js';
import { failure, type AdminCommand, type AdminContext } from '../context.js';

/** Authorities and revocations in use (management manual 9.3 `show ssl ca-file`, `set ssl crl-file`…). */

type Call = CliCall<AdminContext>;
type Run = (call: Call, kind: TrustKind) => CliOutput;

const label = (kind: TrustKind): string => kind.toUpperCase();

const show: Run = ({ context, args }, kind) => {
  const { trust } = context.runtime;
  const staged = trust.transactions[kind];
  if (args.length === 0) {
    const pending = staged === undefined ? '' : `# transaction\n*${entry(kind, staged.path, staged.next)}`;
    const lines = trust.paths(kind).map((path) => entry(kind, path, trust.find(kind, path)));
    return `${pending}# filename\n${lines.join('')}`;
  }
  const [, name, index] = /^(.*?)(?::(\d+))?$/s.exec(args.at(0)) ?? [];
  const isStaged = name.startsWith('*') && staged?.path === name.slice(1);
  const found = isStaged ? staged.next : trust.find(kind, name);
  if (found === undefined) return failure(`Can't display the ${label(kind)} file : Not found!`);
  return details(kind, name, found, !isStaged && trust.used(kind, name), Number(index ?? 0));
};

const entry = (kind: TrustKind, path: string, file: Authorities | undefined): string =>
  kind === 'crl' ? `${path}\n` : `${path} - ${file?.certificates.length ?? 0} certificate(s)\n`;

/** @param only number of the one to show, 0 = all */
function details(kind: TrustKind, name: string, file: Authorities, used: boolean, only: number): string {
  const items = kind === 'ca' ? file.certificates : file.revocations;
  const title = kind === 'ca' ? 'Certificate' : 'Certificate Revocation List';
  const head = [`Filename: ${name}`, `Status: ${items.length === 0 ? 'Empty' : used ? 'Used' : 'Unused'}`];
  const shown = items.flatMap((pem, at) =>
    only === 0 || only === at + 1 ? [' ', `${title} #${at + 1}:`, ...itemLines(kind, pem)] : [],
  );
  return `${[...head, ...shown].join('\n')}\n`;
}

function itemLines(kind: TrustKind, pem: string): string[] {
  if (kind === 'ca') return certificateLines(pem);
  const list = parseRevocationList(derOfPem(pem));
  return list === undefined ? [] : revocationLines(list);
}

const create: Run = ({ context, args }, kind) => {
  const { trust } = context.runtime;
  const path = args.at(0);
  if (path === '') return failure(`'new ssl ${kind}-file' expects a filename`);
  if (trust.find(kind, path) !== undefined) return failure(`${label(kind)} file '${path}' already exists!`);
  trust.create(kind, path);
  context.renewed({ kind: 'trust', file: kind, path, text: '' });
  return `New ${label(kind)} file created '${path}'!\n`;
};

const set: Run = ({ context, args, payload }, kind) => {
  const { trust } = context.runtime;
  const path = args.at(0);
  if (path === '' || payload === undefined)
    return failure(`'set ssl ${kind}-file expects a filename and ${label(kind)}s as a payload`);
  const before = trust.transactions[kind];
  const refuse = (why: string): CliOutput => failure(`${why}\nCan't update ${path}!`);
  if (before !== undefined && before.path !== path) return refuse(other(before.path, path));
  if (trust.find(kind, path) === undefined)
    return refuse(`Can't replace a ${label(kind)} file which is not referenced by the configuration!`);
  if (!trust.stage(kind, path, payload)) return refuse('Invalid payload');
  return `transaction ${before === undefined ? 'created' : 'updated'} for ${label(kind)} ${path}!\n`;
};

const other = (about: string, path: string): string =>
  `The ongoing transaction is about '${about}' but you are trying to set '${path}'`;

const commit: Run = ({ context, args }, kind) => {
  const { trust } = context.runtime;
  const path = args.at(0);
  // HAProxy says `ca-file` of both
  if (path === '') return failure("'commit ssl ca-file expects a filename");
  const staged = trust.transactions[kind];
  const refuse = (why: string): CliOutput => failure(`${why}\nCan't commit ${path}!`);
  if (staged === undefined) return refuse('No ongoing transaction! !');
  if (staged.path !== path) return refuse(other(staged.path, path));
  try {
    const users = trust.commit(kind, path, staged.next);
    const text = [...staged.next.certificates, ...staged.next.revocations].join('');
    context.renewed({ kind: 'trust', file: kind, path, text });
    return `Committing ${path}${'.'.repeat(users)}\nSuccess!\n`;
  } catch (error) {
    if (!(error instanceof TlsProblem)) throw error;
    return refuse(error.message);
  }
};

const abort: Run = ({ context, args }, kind) => {
  const { trust } = context.runtime;
  const path = args.at(0);
  if (path === '') return failure(`'abort ssl ${kind}-file' expects a filename`);
  const staged = trust.transactions[kind];
  if (staged === undefined) return failure('No ongoing transaction!');
  if (staged.path !== path) {
    return failure(
      `The ongoing transaction is about '${staged.path}' but you are trying to abort a transaction for '${path}'`,
    );
  }
  trust.transactions[kind] = undefined;
  return `Transaction aborted for certificate '${path}'!\n`;
};

const remove: Run = ({ context, args }, kind) => {
  const { trust } = context.runtime;
  const path = args.at(0);
  const what = `${label(kind)} file`;
  if (path === '') return failure(`'del ssl ${kind}-file' expects a ${what} name`);
  const refuse = (why: string): CliOutput => failure(`Can't remove the ${what}: ${why}`);
  if (trust.transactions[kind]?.path === path) return refuse(`ongoing transaction for the ${what} '${path}'`);
  if (trust.find(kind, path) === undefined) return refuse(`${what} '${path}' doesn't exist!\n\n`);
  if (trust.used(kind, path)) return refuse(`${what} '${path}' in use, can't be deleted!\n\n`);
  trust.delete(kind, path);
  context.renewed({ kind: 'trust', file: kind, path, text: undefined });
  return `${what} '${path}' deleted!\n`;
};

const VERBS: readonly (readonly [verb: string, words: string, help: string, run: Run])[] = [
  ['abort', '<FILE>', 'abort a transaction for a KIND file', abort],
  ['commit', '<FILE>', 'commit a KIND file', commit],
  ['del', '<FILE>', 'delete an unused KIND file', remove],
  ['new', '<FILE>', 'create a new KIND file to be used in a crt-list', create],
  ['set', '<FILE> <payload>', 'replace a KIND file', set],
  ['show', '[<FILE>[:<index>]]', 'display the SSL KIND files used in memory, or the details of one', show],
];

export const trustCommands: readonly AdminCommand[] = (['ca', 'crl'] as const).flatMap((kind) =>
  VERBS.map(([verb, words, help, run]) => ({
    name: `${verb} ssl ${kind}-file`,
    level: CliLevel.Admin,
    usage: `${verb} ssl ${kind}-file ${words.replace('FILE', `${kind}file`)}`,
    help: help.replace('KIND', label(kind)),
    run: (call: Call) => run(call, kind),
  })),
);
