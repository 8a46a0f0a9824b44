import { describe, expect, test } from 'vitest';
import { Outcome, type Reply } from '../../core/action.js';
import { fakeScope, streamOf, wordsOf } from '../../language/testing.js';
import { compileRules } from '../compile.js';
import type { Ruleset } from '../definition.js';
import { runRules } from '../run.js';

const RULE = 'http-request use-service prometheus-exporter if { path /metrics }';

function compile(line: string, scope = fakeScope()): ReturnType<typeof compileRules> {
  const words = wordsOf(line);
  const ruleset = line.startsWith('tcp-') ? 'tcp-request content' : (line.split(' ')[0] as Ruleset);
  return compileRules([{ span: words[0].span, words }], ruleset, scope);
}

describe('http-request use-service', () => {
  const reply: Reply = { status: 200, reason: '', headers: [], body: 'figures' };

  test('the service that the proxy was given answers, and is named in the log', () => {
    const scope = fakeScope();
    const rules = compile(RULE, scope);
    scope.environment.services.set('prometheus-exporter', { name: '<PROMEX>', answer: () => reply });
    const stream = streamOf('GET', '/metrics');
    expect(runRules(rules, stream, { next: 0 })).toBe(Outcome.Done);
    expect(stream.reply).toBe(reply);
    expect(stream.log.serverName).toBe('<PROMEX>');
    expect(runRules(rules, streamOf('GET', '/'), { next: 0 })).toBe(Outcome.Continue);
  });

  test('a service that nobody provides is an internal error, no wrong answer', () => {
    expect(runRules(compile(RULE), streamOf('GET', '/metrics'), { next: 0 })).toBe(Outcome.Invalid);
  });

  test.each([
    ['http-request use-service', "'use-service' expects a service name.", undefined],
    ['http-request use-service if TRUE', "'use-service' expects a service name.", undefined],
    [
      'http-request use-service prometheus-exporte',
      "'prometheus-exporte' unknown service name.",
      "did you mean 'prometheus-exporter'?",
    ],
    ['http-request use-service foo', "'foo' unknown service name.", undefined],
    ['http-request use-service lua.hello', "service 'lua.hello' is not supported by tsproxy yet", 'there is no Lua'],
    [
      'tcp-request content use-service prometheus-exporter',
      "Prometheus exporter service only available on 'http-request' rulesets",
      undefined,
    ],
  ])('%s', (line, message, hint) => {
    const scope = fakeScope();
    compile(line, scope);
    expect(scope.diagnostics.list).toHaveLength(1);
    const [entry] = scope.diagnostics.list;
    expect(entry.message).toContain(message);
    expect(entry.hint).toBe(hint);
  });
});
