import { describe, expect, test } from 'vitest';
import { readGlobal } from '../testing.js';

describe('values', () => {
  test.each([
    [
      'log 127.0.0.1 local2 info',
      { logs: [{ target: { kind: 'udp', address: { port: 514 } }, facility: 18, maxLevel: 6 }] },
    ],
    ['pidfile /var/run/haproxy.pid', { pidfile: '/var/run/haproxy.pid' }],
    ['maxconn 4000', { maxconn: 4000 }],
    ['user haproxy', { user: { text: 'haproxy' } }],
    ['group haproxy', { group: { text: 'haproxy' } }],
    ['uid 99', { uid: 99 }],
    ['daemon', { daemon: true }],
    ['nbproc 1', { nbproc: 1, nbthread: 1 }],
    ['nbthread 4', { nbthread: 4 }],
    ['master-worker', { masterWorker: true }],
    ['hard-stop-after 30s', { hardStopAfter: 30_000 }],
    ['spread-checks 5', { spreadChecks: 5 }],
    ['log-send-hostname', { logSendHostname: '' }],
    ['description a b', { description: 'a b' }],
    ['no strict-limits', { strictLimits: false }],
    ['stats timeout 30s', { statsTimeout: 30_000 }],
    [
      'stats socket /run/x.sock mode 660 level admin expose-fd listeners',
      { statsSockets: [{ bind: { mode: 0o660, level: 'admin', addresses: [{ kind: 'unix', host: '/run/x.sock' }] } }] },
    ],
  ])('%s', (line, expected) => {
    const { model, error } = readGlobal(line);
    expect(error).toBeUndefined();
    expect(model).toMatchObject(expected);
  });

  test('sizes of the engines', () => {
    expect(readGlobal('tune.bufsize 32k').model.tune.get('tune.bufsize')).toBe(32768);
    expect(readGlobal('tune.http.maxhdr 200').model.tune.get('tune.http.maxhdr')).toBe(200);
  });
});

describe('complaints', () => {
  test.each([
    ['h1-case-adjust content-length', "'h1-case-adjust' expects <from> and <to> as argument."],
    ['h1-case-adjust content-length Content-Lengt', '<from> and <to> must not differ except the case'],
    ['h1-case-adjust a A b', "'h1-case-adjust' cannot handle unexpected argument 'b'"],
    ['h1-case-adjust-file', "'h1-case-adjust-file' expects <file> as argument."],
    ['h1-case-adjust-file /nonexistent', "h1-headers-case-adjust-file '/nonexistent' : failed to open file."],
    ['maxconn', "'maxconn' expects an integer argument."],
    ['nbthread 0', "'nbthread' value must be between 1 and 64 (was 0)"],
    ['nbthread x', "'nbthread' passed a missing or unparsable integer value in 'x'"],
    ['pidfile', "'pidfile' expects a file name as an argument."],
    ['chroot', "'chroot' expects a directory as an argument."],
    ['daemon x', "'daemon' cannot handle unexpected argument 'x'"],
    ['log', 'log : expects <address> and <facility>  as arguments'],
    ['log global', "log : 'global' is not supported for a global syslog server"],
    ['log 127.0.0.1:abc local2', "log : invalid character 'a' in port number 'abc' in '127.0.0.1:abc'"],
    ['stats foo', "'stats' only supports 'socket', 'maxconn', 'bind-process' and 'timeout' (got 'foo')"],
    ['stats maxconn x', "'stats maxconn' expects a positive value"],
    ['stats socket foo', "'stats socket' : missing port specification in 'foo'"],
    ['stats socket /tmp/x blah', "'stats socket' : unknown keyword 'blah'"],
    ['spread-checks 80', "'spread-checks' needs a positive value in range 0..50."],
    ['tune.http.maxhdr 99999', "'tune.http.maxhdr' expects a numeric value between 1 and 32767"],
    ['tune.ssl.keylog x', "'tune.ssl.keylog' expects either 'on' or 'off' but got 'x'."],
    ['hard-stop-after', "'hard-stop-after' expects <time> as argument."],
    ['unix-bind foo', "'unix-bind' only supports the 'prefix', 'mode', 'uid', 'gid', 'user' and 'group' options."],
    ['setenv A', "'setenv' expects a name and a value."],
    ['ssl-server-verify foo', "'ssl-server-verify' expects 'none' or 'required' as argument."],
  ])('%s', (line, complaint) => {
    expect(readGlobal(line).error).toBe(complaint);
  });
});

test.each([
  ['lua-load /x.lua', 'lua-load (refused)'],
  ['cpu-map auto:1/1-4 0-3', 'cpu-map (served)'],
  ['tune.ssl.maxrecord 1400', 'tune.ssl.maxrecord (served)'],
  ['ssl-mode-async', 'ssl-mode-async (served)'],
])('%s: known, not acted on', (line, notDone) => {
  const outcome = readGlobal(line);
  expect(outcome.error).toBeUndefined();
  expect(outcome.notDone.join()).toBe(notDone);
});

test('the environment changes for the lines that follow', () => {
  const env = new Map<string, string | undefined>([['A', 'old']]);
  readGlobal('setenv B two', { env });
  readGlobal('presetenv A new', { env });
  expect([env.get('A'), env.get('B')]).toEqual(['old', 'two']);
  readGlobal('unsetenv A', { env });
  expect(env.has('A')).toBe(false);
  readGlobal('resetenv', { env });
  expect([...env.keys()]).toEqual([]);
});
