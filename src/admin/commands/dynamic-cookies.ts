import { CliLevel, type CliOutput } from '../../core/cli.js';
import type { Backend } from '../../state/backend.js';
import { failure, findBackend, type AdminCommand, type AdminContext } from '../context.js';

/** Cookies that follow a server's address (`cookie … dynamic`, manual 4.2), at run time (management manual 9.3). */

function change(context: AdminContext, name: string, edit: (backend: Backend) => CliOutput): CliOutput {
  if (name === '') return failure('A backend name is expected.');
  const backend = findBackend(context, name);
  if (backend === undefined) return failure('No such backend.');
  const complaint = edit(backend);
  const { index, dynamicCookies: enabled, dynamicCookieKey: key } = backend;
  if (complaint === undefined) context.cookiesChanged({ kind: 'dynamic-cookie', backend: index, enabled, key });
  return complaint;
}

function switching(verb: 'enable' | 'disable'): AdminCommand {
  return {
    name: `${verb} dynamic-cookie backend`,
    level: CliLevel.Admin,
    usage: `${verb} dynamic-cookie backend <bk>`,
    help: `${verb} dynamic cookies on a specific backend`,
    run: ({ context, args }) =>
      change(context, args.at(0), (backend) => {
        backend.dynamicCookies = verb === 'enable';
        return undefined;
      }),
  };
}

export const dynamicCookieCommands: readonly AdminCommand[] = [
  switching('disable'),
  switching('enable'),
  {
    name: 'set dynamic-cookie-key backend',
    level: CliLevel.Admin,
    usage: 'set dynamic-cookie-key backend <bk> <k>',
    help: 'change a backend secret key for dynamic cookies',
    run: ({ context, args }) =>
      change(context, args.at(0), (backend) => {
        if (args.at(1) === '') return failure('String value expected.');
        backend.dynamicCookieKey = args.at(1);
        return undefined;
      }),
  },
];
