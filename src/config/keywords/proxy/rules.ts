import type { Cursor } from '../../cursor.js';
import type { ProxyKeyword } from '../../keyword.js';
import type { ProxyModel, RuleModel } from '../../model.js';
import { suggestion } from '../suggest.js';
import { duration, required } from '../values.js';
import { ignoredText, proxyKeyword } from './define.js';
import { warnMisplaced, type RulePhase } from './order.js';

/** The whole line, for the layer that knows its actions; only that there is something is seen to here. */
function takeRule(words: Cursor): RuleModel {
  words.rest();
  return { span: words.lineSpan, words: words.words };
}

/** `capture EXPR len N` makes a slot, and slots are numbered in the order of the lines of all kinds. */
function noteCapture(words: Cursor, proxy: ProxyModel): void {
  const action = words.peek();
  if (action?.text !== 'capture') return;
  const behind = words.words.slice(words.words.indexOf(action) + 1).map(({ text }) => text);
  const end = behind.findIndex((text) => text === 'if' || text === 'unless');
  const at = behind.indexOf('len');
  const length = Number(behind[at + 1]);
  if (at >= 0 && (end < 0 || at < end) && length >= 1)
    proxy.captureSlots.push({ direction: 'request', length, action });
}

/** HAProxy refuses rules in a `defaults` section that has no name, since their ACLs could not be told apart. */
function refuseInAnonymousDefaults(words: Cursor, proxy: ProxyModel, what: string): void {
  if (proxy.kind !== 'defaults' || proxy.name !== '') return;
  words.fail(
    `'${what}' not allowed in anonymous 'defaults' section.`,
    words.keyword,
    "give the section a name: 'defaults NAME'",
  );
}

function httpRules(
  name: 'http-request' | 'http-response' | 'http-after-response',
  summary: string,
  phase: RulePhase | undefined,
  list: (proxy: ProxyModel) => RuleModel[],
): ProxyKeyword {
  return proxyKeyword({
    name,
    manual: '4.2',
    summary,
    side: 'both',
    defaults: true,
    parse(words, proxy) {
      refuseInAnonymousDefaults(words, proxy, name);
      if (!words.more()) words.fail(`'${name}' expects an action.`, words.endSpan);
      if (phase !== undefined) warnMisplaced(words, proxy, phase, name);
      if (name === 'http-request') noteCapture(words, proxy);
      list(proxy).push(takeRule(words));
    },
  });
}

const place = (proxy: ProxyModel): string =>
  proxy.kind === 'defaults' ? 'defaults section' : `${proxy.kind} '${proxy.name}'`;

const tcpRequest = proxyKeyword({
  name: 'tcp-request',
  manual: '4.2',
  summary: 'rules about connections and their first bytes',
  side: 'both',
  defaults: true,
  parse(words: Cursor, proxy) {
    const word = words.peek();
    const got = word?.text ?? '';
    if (words.take('inspect-delay')) {
      refuseInAnonymousDefaults(words, proxy, 'tcp-request inspect-delay');
      words.label = 'tcp-request inspect-delay';
      proxy.tcpInspectDelay = duration(words, `'${words.label}' expects a positive delay in milliseconds.`);
      return;
    }
    if (got !== 'connection' && got !== 'session' && got !== 'content') {
      const list =
        proxy.kind === 'backend' ? "'inspect-delay' or 'content'" : "'inspect-delay', 'connection', or 'content'";
      const hint = suggestion(got, ['connection', 'session', 'content', 'inspect-delay'], 'tcp-request');
      words.fail(`'tcp-request' expects ${list} in ${place(proxy)} (got '${got}')`, word ?? words.endSpan, hint);
    }
    refuseInAnonymousDefaults(words, proxy, 'tcp-request');
    words.next('');
    if (got !== 'content' && proxy.kind === 'backend') {
      words.fail(`tcp-request ${got} is not allowed because backend ${proxy.name} is not a frontend`, word);
    }
    if (!words.more()) words.fail(`'tcp-request ${got}' expects an action.`, words.endSpan);
    warnMisplaced(words, proxy, `tcp-request ${got}`, 'tcp-request');
    const lists = { connection: proxy.tcpConnection, session: proxy.tcpSession, content: proxy.tcpContent };
    if (got === 'content') noteCapture(words, proxy);
    lists[got].push(takeRule(words));
  },
});

const tcpResponse = proxyKeyword({
  name: 'tcp-response',
  manual: '4.2',
  summary: 'rules about the first bytes of a response',
  side: 'both',
  defaults: true,
  parse(words, proxy) {
    const word = words.peek();
    if (words.take('inspect-delay')) {
      refuseInAnonymousDefaults(words, proxy, 'tcp-response inspect-delay');
      words.label = 'tcp-response inspect-delay';
      proxy.tcpResponseInspectDelay = duration(words, `'${words.label}' expects a positive delay in milliseconds.`);
      return;
    }
    if (!words.take('content')) {
      words.fail(
        `'tcp-response' expects 'inspect-delay' or 'content' in ${place(proxy)} (got '${word?.text ?? ''}')`,
        word ?? words.endSpan,
      );
    }
    if (proxy.kind === 'frontend') {
      words.fail("tcp-response content is only allowed in 'backend' sections or 'defaults' section with a name", word);
    }
    refuseInAnonymousDefaults(words, proxy, 'tcp-response');
    if (!words.more()) words.fail("'tcp-response content' expects an action.", words.endSpan);
    proxy.tcpResponse.push(takeRule(words));
  },
});

const acl = proxyKeyword({
  name: 'acl',
  manual: '7.1',
  summary: 'names a condition',
  side: 'both',
  defaults: true,
  parse(words, proxy) {
    refuseInAnonymousDefaults(words, proxy, 'acl');
    const name = required(words, "'acl' expects an ACL name.");
    const bad = /[^A-Za-z0-9_:.-]/.exec(name.text)?.[0];
    if (bad !== undefined) words.fail(`character '${bad}' is not permitted in acl name '${name.text}'.`, name);
    if (name.text.toLowerCase() === 'or') {
      words.fail(
        `acl name '${name.text}' will never match. 'or' is used to express a logical disjunction within a condition.`,
        name,
      );
    }
    if (!words.more()) {
      words.fail(
        `error detected while parsing ACL '${name.text}' : missing fetch method in ACL expression ''.`,
        words.endSpan,
      );
    }
    proxy.acls.push({ name: name.text, span: words.lineSpan, words: words.rest() });
  },
});

const useBackend = proxyKeyword({
  name: 'use_backend',
  manual: '4.2',
  summary: 'a backend under a condition',
  side: 'frontend',
  defaults: false,
  parse(words, proxy) {
    required(words, "'use_backend' expects a backend name.");
    const condition = words.peek();
    if (condition !== undefined && condition.text !== 'if' && condition.text !== 'unless') {
      words.fail(
        `unexpected keyword '${condition.text}' after switching rule, only 'if' and 'unless' are allowed.`,
        condition,
      );
    }
    proxy.useBackends.push(takeRule(words));
  },
});

const useServer = proxyKeyword({
  name: 'use-server',
  manual: '4.2',
  summary: 'a server under a condition',
  side: 'backend',
  defaults: false,
  parse(words, proxy) {
    required(words, "'use-server' expects a server name.");
    const condition = words.peek();
    if (condition?.text !== 'if' && condition?.text !== 'unless') {
      words.fail("'use-server' requires either 'if' or 'unless' followed by a condition.", condition ?? words.endSpan);
    }
    proxy.useServers.push(takeRule(words));
  },
});

const monitor = proxyKeyword({
  name: 'monitor',
  manual: '4.2',
  summary: "when 'monitor-uri' answers that the service is down",
  side: 'frontend',
  defaults: false,
  parse(words, proxy) {
    if (!words.take('fail')) words.fail("'monitor' only supports 'fail'.", words.peek() ?? words.endSpan);
    const condition = words.peek();
    if ((condition?.text !== 'if' && condition?.text !== 'unless') || words.peek(1) === undefined) {
      words.fail(
        "'monitor fail' requires either 'if' or 'unless' followed by a condition.",
        condition ?? words.endSpan,
      );
    }
    warnMisplaced(words, proxy, 'monitor fail', 'monitor fail');
    proxy.monitorFail.push(takeRule(words));
  },
});

export const ruleKeywords: readonly ProxyKeyword[] = [
  acl,
  httpRules('http-request', 'rules about requests', 'http-request', (proxy) => proxy.httpRequest),
  httpRules('http-response', "rules about servers' responses", undefined, (proxy) => proxy.httpResponse),
  httpRules('http-after-response', 'rules about all responses', undefined, (proxy) => proxy.httpAfterResponse),
  tcpRequest,
  tcpResponse,
  useBackend,
  useServer,
  monitor,
  proxyKeyword({
    name: 'monitor-uri',
    manual: '4.2',
    summary: 'a URI that the proxy itself answers with 200',
    side: 'frontend',
    defaults: true,
    parse: (words, proxy) => (proxy.monitorUri = required(words, "'monitor-uri' expects an URI.").text),
  }),
  proxyKeyword({
    name: 'default_backend',
    manual: '4.2',
    summary: 'the backend when no rule chose one',
    side: 'frontend',
    defaults: true,
    parse: (words, proxy) => void (proxy.defaultBackend = required(words, "'default_backend' expects a backend name.")),
  }),
  proxyKeyword({
    name: 'redirect',
    manual: '4.2',
    summary: 'redirects under a condition',
    side: 'both',
    defaults: false,
    parse(words, proxy) {
      const word = words.peek();
      if (
        word === undefined ||
        !['location', 'prefix', 'scheme'].some((kind) => words.words.slice(1).some((w) => w.text === kind))
      ) {
        words.fail(
          `error detected in ${proxy.kind} '${proxy.name}' while parsing redirect rule : redirection type expected ('prefix', 'location', or 'scheme').`,
          word ?? words.endSpan,
        );
      }
      warnMisplaced(words, proxy, 'redirect', 'redirect');
      proxy.redirects.push(takeRule(words));
    },
  }),
  proxyKeyword({
    name: 'force-be-switch',
    manual: '4.2',
    summary: 'lets a rule choose a backend that is unpublished',
    since: '3.3',
    side: 'frontend',
    defaults: false,
    ignored: (proxy) => ignoredText('force-be-switch', proxy),
    parse(words, _proxy, context) {
      words.rest();
      context.notDone(words.keyword, 'force-be-switch', 'backends cannot be unpublished', 'served');
    },
  }),
];
