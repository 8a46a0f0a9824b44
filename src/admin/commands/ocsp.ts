import { CliLevel, type CliCall, type CliOutput } from '../../core/cli.js';
import { idOfKey } from '../../protocol/tls/ocsp.js';
import { fromBase64 } from '../../state/tls/live.js';
import { failure, info, type AdminCommand, type AdminContext } from '../context.js';
import { idLines, responseText } from '../ocsp-text.js';

/** OCSP answers in use (management manual 9.3 `show ssl ocsp-response`, `set ssl ocsp-response`). */

type Call = CliCall<AdminContext>;

function show({ context, args }: Call): CliOutput {
  const { ocsp } = context.runtime.certificates;
  const key = args.at(0);
  if (key !== '') {
    if (!ocsp.has(key)) return failure('Certificate ID does not match any certificate.');
    return responseText(ocsp.find(key));
  }
  const keys = ocsp.keys();
  if (keys.length === 0) return '';
  const lines = keys.flatMap((each) => {
    const id = idOfKey(each);
    return [`Certificate ID key : ${each}`, ...(id === undefined ? [] : idLines(id, ' '))];
  });
  return ['# Certificate IDs', ...lines, ''].join('\n');
}

function set({ context, args, payload }: Call): CliOutput {
  const text = payload ?? args.at(0);
  if (text === '') return failure("'set ssl ocsp-response' expects response in base64 encoding.");
  const der = fromBase64(text);
  if (der === undefined) return failure("'set ssl ocsp-response' received invalid base64 encoded response.");
  const problem = context.runtime.certificates.ocsp.update(der);
  if (problem !== undefined) return failure(`${problem}.`);
  context.renewed({ kind: 'ocsp', text: der.toString('base64') });
  return info('OCSP Response updated!');
}

export const ocspCommands: readonly AdminCommand[] = [
  {
    name: 'set ssl ocsp-response',
    level: CliLevel.Admin,
    usage: 'set ssl ocsp-response <resp|payload>',
    help: "update a certificate's OCSP Response from a base64-encode DER",
    run: set,
  },
  {
    name: 'show ssl ocsp-response',
    level: CliLevel.User,
    usage: 'show ssl ocsp-response [id]',
    help: 'display the IDs of the OCSP responses used in memory, or the details of a single OCSP response',
    run: show,
  },
];
