import type { Cursor } from '../../cursor.js';
import { availableParallelism } from 'node:os';
import { groupId, knowsAccounts, userId } from '../../../base/accounts.js';
import { isInstalled } from '../../../base/optional-package.js';
import type { GlobalKeyword } from '../../keyword.js';
import { duration, integer, required } from '../values.js';
import { globalFlag, globalKeyword, globalRefused, globalServed, globalText } from './define.js';

/** Threads that HAProxy 2.6 can have. */
const MOST_THREADS = 64;

const name = (keyword: 'user' | 'group', summary: string): GlobalKeyword =>
  globalKeyword({
    name: keyword,
    summary,
    parse(words: Cursor, global, context) {
      const word = words.peek();
      if (word === undefined || word.text === '') {
        words.fail(`cannot find ${keyword} id for '' (0:Success)`, word ?? words.endSpan);
      }
      const known =
        context.offline || !knowsAccounts() || (keyword === 'user' ? userId : groupId)(word.text) !== undefined;
      if (!known) words.fail(`cannot find ${keyword} id for '${word.text}' (0:Success)`, word);
      global[keyword] = words.next('');
    },
  });

/** HAProxy warns about `uid abc` and goes on as root: that is refused here. */
const number = (keyword: 'uid' | 'gid', summary: string, instead: string): GlobalKeyword =>
  globalKeyword({
    name: keyword,
    summary,
    parse(words, global) {
      const word = required(words, `'${keyword}' expects an integer argument.`);
      if (!/^\d+$/.test(word.text)) {
        const hint = `You might want to use the '${instead}' parameter to use a system ${instead} name.`;
        words.fail(`${keyword}: string '${word.text}' is not a number.`, word, hint);
      }
      global[keyword] = Number(word.text);
    },
  });

const nbthread = globalKeyword({
  name: 'nbthread',
  summary: 'threads that serve traffic',
  parse(words, global) {
    const word = words.peek();
    if (word === undefined || !/^\d+$/.test(word.text)) {
      words.fail(
        `'nbthread' passed a missing or unparsable integer value in '${word?.text ?? ''}'`,
        word ?? words.endSpan,
      );
    }
    const value = integer(words);
    if (value < 1 || value > MOST_THREADS) {
      words.fail(`'nbthread' value must be between 1 and ${MOST_THREADS} (was ${value})`, word);
    }
    global.nbthread = value;
  },
});

const nbproc = globalKeyword({
  name: 'nbproc',
  summary: 'processes, before there were threads',
  removed: '2.5',
  parse(words, global) {
    const value = integer(words, { min: 1, max: MOST_THREADS });
    global.nbproc = value;
    // a configuration that says nothing about threads has one a core, as in HAProxy; nbproc asked for this many
    global.nbthread ??= value;
    words.warn(
      'nbproc is not supported any more since HAProxy 2.5; it is accepted here.',
      words.keyword,
      value === 1
        ? "the line can be deleted, or write 'nbthread 1'"
        : `threads share what processes did not: write 'nbthread ${value}'`,
    );
    if (value > availableParallelism())
      words.warn(`nbproc ${value} is more than this machine has cores`, words.keyword);
  },
});

export const processKeywords: readonly GlobalKeyword[] = [
  globalFlag({ name: 'daemon', summary: 'goes to the background' }, (global) => (global.daemon = true)),
  globalKeyword({
    name: 'master-worker',
    summary: 'a master process that survives reloads',
    parse(words, global) {
      global.masterWorker = true;
      const mode = words.peek();
      if (mode !== undefined && !words.take('no-exit-on-failure')) {
        words.fail(`'master-worker' only supports 'no-exit-on-failure' option`, mode);
      }
      global.noExitOnFailure = mode !== undefined;
    },
  }),
  globalText(
    { name: 'pidfile', summary: 'file for the process id' },
    'a file name as an argument',
    (global, text) => (global.pidfile = text),
  ),
  globalKeyword({
    name: 'chroot',
    summary: 'root directory after start',
    parse(words, global, context) {
      global.chroot = required(words, "'chroot' expects a directory as an argument.").text;
      if (!isInstalled('posix')) {
        const why = "Node keeps its root directory; install the optional package 'posix', or let systemd set one";
        context.notDone(words.keyword, 'chroot', why, 'served');
      }
    },
  }),
  name('user', 'who to run as'),
  name('group', 'which group to run as'),
  number('uid', 'who to run as, by number', 'user'),
  number('gid', 'which group to run as, by number', 'group'),
  nbthread,
  nbproc,
  globalKeyword({
    name: 'ulimit-n',
    summary: 'most open descriptors',
    parse(words, global) {
      global.ulimitN = integer(words, { min: 0 });
    },
  }),
  globalKeyword({
    name: 'fd-hard-limit',
    summary: 'most descriptors that maxconn is derived from',
    parse(words, global) {
      global.fdHardLimit = integer(words, { min: 0 });
    },
  }),
  globalKeyword({
    name: 'hard-stop-after',
    summary: 'longest soft stop',
    parse(words, global) {
      words.label = 'argument to <hard-stop-after>';
      global.hardStopAfter = duration(words, "'hard-stop-after' expects <time> as argument.");
    },
  }),
  globalKeyword({
    name: 'grace',
    summary: 'how long listeners stay open after a soft stop',
    parse(words, global) {
      words.label = 'argument to <grace>';
      global.grace = duration(words, "'grace' expects <time> as argument.");
    },
  }),
  globalKeyword({
    name: 'close-spread-time',
    summary: 'time over which idle connections close on a soft stop',
    parse(words, global) {
      words.label = 'argument to <close-spread-time>';
      if (words.take('infinite')) global.closeSpreadTime = Infinity;
      else global.closeSpreadTime = duration(words, "'close-spread-time' expects <time> as argument.");
    },
  }),
  globalFlag(
    { name: 'quiet', summary: 'no messages while starting; errors are never hidden here' },
    (global) => (global.quiet = true),
  ),
  globalFlag({ name: 'zero-warning', summary: 'warnings refuse the file' }, (global) => (global.zeroWarning = true)),
  globalFlag({ name: 'debug', summary: 'foreground with debug output', removed: '2.2' }, (_global, context, words) => {
    words.warn("'debug' is not supported any more in the global section.", words.keyword, "start with '-d' instead");
    context.notDone(words.keyword, 'debug', 'start with -d for debug output', 'served');
  }),
  globalKeyword({
    name: 'strict-limits',
    summary: 'refuses to start when limits cannot be set',
    negatable: true,
    parse(_words, global, context) {
      global.strictLimits = !context.negated;
    },
  }),
  ...['busy-polling', 'set-dumpable', 'numa-cpu-mapping'].map((keyword) =>
    globalKeyword({
      name: keyword,
      summary: 'a choice of the system below Node',
      negatable: true,
      parse(words, _global, context) {
        words.take('on');
        words.take('off');
        if (!context.negated) context.notDone(words.keyword, keyword, 'Node decides about it', 'served');
      },
    }),
  ),
  globalServed('insecure-setuid-wanted', 0, 'no program is started as another user'),
  globalKeyword({
    name: 'external-check',
    summary: 'programs may be run as checks',
    parse(_words, global) {
      global.externalCheck = true;
    },
  }),
  globalKeyword({
    name: 'insecure-fork-wanted',
    summary: 'programs may be started at all: for external checks',
    negatable: true,
    parse(_words, global, context) {
      global.insecureForkWanted = !context.negated;
    },
  }),
  globalKeyword({
    name: 'cpu-map',
    summary: 'threads to processors',
    parse(words, _global, context) {
      if (words.peek(1) === undefined) {
        words.fail(
          "cpu-map expects a process number  ('all', 'odd', 'even', a number from 1 to 64 or a range),  followed by a list of CPU ranges with numbers from 0 to 63.",
          words.endSpan,
        );
      }
      words.rest();
      context.notDone(words.keyword, 'cpu-map', 'the system places threads on processors', 'served');
    },
  }),
  ...['cpu-policy', 'cpu-set', 'cpu-affinity'].map((keyword) =>
    globalServed(keyword, 1, 'the system places threads on processors', { since: '3.2' }),
  ),
  globalKeyword({
    name: 'mworker-max-reloads',
    summary: 'reloads after which an old worker must go',
    parse(words, global) {
      global.maxReloads = integer(words, { min: 0 });
    },
  }),
  globalServed('thread-group', 1, 'threads form one group', { since: '2.5' }),
  globalServed('thread-groups', 1, 'threads form one group', { since: '2.5' }),
  globalServed('max-threads-per-group', 1, 'threads form one group', { since: '3.3' }),
  globalServed('thread-hard-limit', 1, 'nbthread says how many there are', { since: '2.8' }),
  globalServed('setcap', 1, 'Node cannot keep single capabilities', { since: '2.9' }),
  globalServed('stress-level', 1, 'it only serves tests of HAProxy itself', { since: '3.1' }),
  globalServed('force-cfg-parser-pause', 1, 'it only serves tests of HAProxy itself', { since: '3.2' }),
  globalServed('warn-blocked-traffic-after', 1, 'nothing measures it', { since: '3.1' }),
  globalServed('shm-stats-file', 1, 'counters begin at zero after a reload', { since: '3.3' }),
  globalServed('shm-stats-file-max-objects', 1, 'counters begin at zero after a reload', { since: '3.3' }),
  globalServed('prealloc-fd', 0, 'Node opens descriptors as they are needed', { since: '2.7' }),
  globalServed('no-memory-trimming', 0, 'V8 looks after memory'),
  globalServed('nopoll', 0, 'Node chooses how to wait for events'),
  ...['noepoll', 'nokqueue', 'noevports'].map((keyword) =>
    globalServed(keyword, 0, 'Node chooses how to wait for events'),
  ),
  globalFlag(
    { name: 'noreuseport', summary: 'an address cannot be opened twice' },
    (global) => (global.noReusePort = true),
  ),
  globalServed('nogetaddrinfo', 0, 'the system resolves names'),
  globalServed('nosplice', 0, 'nothing is spliced'),
  globalServed('noktls', 0, 'TLS is not done in the kernel', { since: '3.3' }),
  globalServed('dns-accept-family', 1, 'the system resolves names', { since: '3.2' }),
  globalServed('expose-experimental-directives', 0, 'all that is known is accepted'),
  globalServed('expose-deprecated-directives', 0, 'all that is known is accepted', { since: '3.2' }),
  globalServed('anonkey', 1, 'nothing is anonymised', { since: '2.7' }),
  globalServed('debug.counters', 1, 'nothing counts them', { since: '3.1' }),
  globalServed('limited-quic', 0, 'QUIC is not spoken', { since: '2.8' }),
  globalServed('quick-exit', 0, 'the process ends when its work is done', { since: '3.1' }),
  globalServed('stats-file', 1, 'counters begin at zero', { since: '3.0' }),
  globalServed('profiling.tasks', 1, 'there are no tasks to profile'),
  globalServed('profiling.memory', 1, 'V8 looks after memory'),
  globalServed('cluster-secret', 1, 'QUIC is not spoken'),
  globalText(
    { name: 'localpeer', summary: "this process's name among peers" },
    'a name as an argument',
    (global, text) => (global.localpeer = text),
  ),
  globalServed('unsafe-quic', 0, 'QUIC is not spoken'),
  ...['lua-load', 'lua-load-per-thread'].map((keyword) => globalRefused(keyword, 1, 'Lua scripts do not run')),
  globalServed('lua-prepend-path', 1, 'Lua scripts do not run'),
];
