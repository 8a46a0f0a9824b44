import type { Cursor } from '../../cursor.js';
import type { GlobalKeyword } from '../../keyword.js';
import { parseLog } from '../log-target.js';
import { duration, required } from '../values.js';
import { globalKeyword, globalText } from './define.js';

const NODE_NAME =
  "'node' requires valid node name - non-empty string with digits(0-9), letters(A-Z, a-z), dot(.), hyphen(-) or underscode(_).";

export const loggingKeywords: readonly GlobalKeyword[] = [
  globalKeyword({
    name: 'log',
    summary: "where 'log global' sends",
    negatable: true,
    parse(words, global, context) {
      if (context.negated) {
        if (words.more()) words.fail("log : 'no log' does not expect arguments");
        global.logs = [];
        return;
      }
      if (words.peek()?.text === 'global') words.fail("log : 'global' is not supported for a global syslog server");
      global.logs.push(parseLog(words, context, false));
    },
  }),
  globalText(
    { name: 'log-tag', summary: 'the program name in log lines' },
    'a tag for use in syslog',
    (global, text) => (global.logTag = text),
  ),
  globalKeyword({
    name: 'log-send-hostname',
    summary: 'puts a host name in log lines',
    parse: (words, global) => void (global.logSendHostname = words.more() ? words.next('').text : ''),
  }),
  globalKeyword({
    name: 'node',
    summary: 'the name that statistics show for this machine',
    parse(words: Cursor, global) {
      const word = words.peek();
      if (word === undefined || !/^[A-Za-z0-9._-]+$/.test(word.text)) words.fail(NODE_NAME, word ?? words.endSpan);
      global.node = words.next('').text;
    },
  }),
  globalKeyword({
    name: 'description',
    summary: 'text that statistics show',
    parse(words, global) {
      required(words, "'description' expects a string argument.");
      words.back();
      global.description = words
        .rest()
        .map((word) => word.text)
        .join(' ');
    },
  }),
  globalText(
    { name: 'server-state-base', summary: 'folder of server-state files' },
    'one argument: a directory path',
    (global, text) => {
      global.serverStateBase = text;
    },
  ),
  globalText(
    { name: 'server-state-file', summary: 'file of server states' },
    'one argument: a file path',
    (global, text) => {
      global.serverStateFile = text;
    },
  ),
  globalKeyword({
    name: 'max-spread-checks',
    manual: '3.2',
    summary: 'longest time over which the first checks are spread',
    parse(words, global) {
      words.label = "'max-spread-checks'";
      global.maxSpreadChecks = duration(words, "'max-spread-checks' expects a delay");
    },
  }),
];
