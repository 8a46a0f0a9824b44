import { globalKeywords } from '../keywords/global/index.js';
import type { GlobalModel } from '../model.js';
import { dispatch, refuseRest, type SectionDefinition } from './define.js';

/** HAProxy's values before any line of `global`. */
export function initialGlobal(): GlobalModel {
  return {
    externalCheck: false,
    insecureForkWanted: false,
    daemon: false,
    masterWorker: false,
    noExitOnFailure: false,
    maxReloads: undefined,
    pidfile: undefined,
    user: undefined,
    group: undefined,
    uid: undefined,
    gid: undefined,
    chroot: undefined,
    node: undefined,
    localpeer: undefined,
    description: undefined,
    maxconn: undefined,
    maxconnrate: undefined,
    maxsessrate: undefined,
    ulimitN: undefined,
    fdHardLimit: undefined,
    noReusePort: false,
    nbthread: undefined,
    nbproc: undefined,
    logs: [],
    logTag: undefined,
    logSendHostname: undefined,
    spreadChecks: 0,
    maxSpreadChecks: undefined,
    hardStopAfter: undefined,
    grace: undefined,
    closeSpreadTime: undefined,
    serverStateBase: undefined,
    serverStateFile: undefined,
    statsSockets: [],
    unixBind: { prefix: '', mode: undefined, user: undefined, group: undefined, uid: undefined, gid: undefined },
    variables: [],
    statsTimeout: undefined,
    statsMaxconn: undefined,
    strictLimits: true,
    tls: {
      crtBase: undefined,
      caBase: undefined,
      bind: [],
      server: [],
      extraFiles: ['bundle', 'sctl', 'ocsp', 'issuer', 'key'],
      dropExtension: false,
      skipSelfIssued: false,
      serverVerify: true,
      dhParamFile: undefined,
      issuersChainPath: undefined,
      keylog: false,
    },
    tune: new Map(),
    quiet: false,
    zeroWarning: false,
  };
}

/** Several `global` sections add up. */
export const globalSection: SectionDefinition = {
  name: 'global',
  manual: '3',
  summary: 'settings of the process',
  keywords: globalKeywords.all(),
  open(words, reading) {
    refuseRest(words, 'global');
    return {
      title: 'global',
      line: (line, context) =>
        dispatch(globalKeywords, line, context.model.global, context, (known) =>
          reading.unknown(line, 'global', known),
        ),
    };
  },
};
