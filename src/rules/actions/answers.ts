import { Outcome, type Reply } from '../../core/action.js';
import { atCondition, CONTENT, defineAction, HTTP_REQUEST, type Ruleset } from '../definition.js';
import { countError, isTracking } from '../tracking.js';
import { defaultReply } from '../replies.js';
import { readReply } from './reply.js';

const STATUS_WORDS = ['status', 'deny_status'];
const HTTP: readonly Ruleset[] = ['http-request', 'http-response'];

/** 401, or 407 towards those who use us as a proxy, with a challenge. */
function challenge(status: 401 | 407, realm: string): Reply {
  const page = defaultReply(status);
  const field = status === 401 ? 'www-authenticate' : 'proxy-authenticate';
  return { ...page, headers: [...page.headers, [field, `Basic realm="${realm.replaceAll(/["\\]/g, '\\$&')}"`]] };
}

/** Actions that answer, refuse or let pass (manual 4.2). */
export const answers = [
  defineAction({
    name: 'allow',
    rulesets: ['http-request', 'http-response', 'http-after-response'],
    manual: '4.2',
    summary: 'lets the message pass without looking at further rules',
    final: true,
    compile: () => () => Outcome.Stop,
  }),
  defineAction({
    name: 'accept',
    rulesets: ['tcp-request connection', 'tcp-request session', ...CONTENT],
    manual: '4.2',
    summary: 'lets the connection pass without looking at further rules',
    final: true,
    compile: () => () => Outcome.Stop,
  }),
  defineAction({
    name: 'deny',
    rulesets: HTTP,
    manual: '4.2',
    summary: 'refuses the message with an error',
    final: true,
    compile(cursor, scope, call) {
      const { status, make } = readReply(
        cursor,
        scope,
        STATUS_WORDS,
        call.ruleset === 'http-request' ? 403 : 502,
        true,
      );
      return (stream) => {
        stream.denyStatus = status;
        stream.reply = make?.(stream);
        return Outcome.Deny;
      };
    },
  }),
  defineAction({
    name: 'tarpit',
    rulesets: HTTP_REQUEST,
    manual: '4.2',
    summary: 'holds the client for `timeout tarpit`, then refuses',
    final: true,
    compile(cursor, scope) {
      const { status, make } = readReply(cursor, scope, STATUS_WORDS, 500, true);
      return (stream) => {
        stream.denyStatus = status;
        stream.reply = make?.(stream);
        stream.tarpit = Math.max(1, stream.frontend.timeouts?.tarpit ?? 0);
        return Outcome.Deny;
      };
    },
  }),
  defineAction({
    name: 'return',
    rulesets: HTTP,
    manual: '4.2',
    summary: "answers in the server's place",
    final: true,
    compile(cursor, scope) {
      const { make } = readReply(cursor, scope, ['status'], 200, false);
      return (stream) => {
        stream.reply = make?.(stream);
        return Outcome.Done;
      };
    },
  }),
  defineAction({
    name: 'auth',
    rulesets: HTTP_REQUEST,
    manual: '4.2',
    summary: 'asks for basic authentication',
    final: true,
    compile(cursor, scope) {
      const keyword = cursor.peek();
      let realm = scope.proxy.name;
      if (!atCondition(cursor) && keyword !== undefined) {
        if (!cursor.take('realm')) cursor.fail("expects only 'realm' and its value.", keyword);
        realm = cursor.next('a realm').text;
      }
      const direct = challenge(401, realm);
      const proxied = challenge(407, realm);
      return (stream) => {
        stream.reply = stream.request?.target.includes('://') === true ? proxied : direct;
        if (isTracking(stream)) countError(stream);
        return Outcome.Done;
      };
    },
  }),
  defineAction({
    name: 'reject',
    rulesets: ['http-request', 'tcp-request connection', 'tcp-request session', ...CONTENT],
    manual: '4.2',
    summary: 'closes the connection without an answer',
    final: true,
    compile: () => () => Outcome.Abort,
  }),
  defineAction({
    name: 'close',
    rulesets: ['tcp-response content'],
    manual: '4.2',
    summary: 'closes the connection to the server',
    final: true,
    compile: () => (stream) => {
      if (stream.leaveServer === undefined) return Outcome.Abort;
      stream.leaveServer();
      return Outcome.Stop;
    },
  }),
  defineAction({
    name: 'silent-drop',
    rulesets: ['http-request', 'http-response', 'tcp-request connection', 'tcp-request session', ...CONTENT],
    manual: '4.2',
    summary:
      'ends the session without telling the client; the connection is held for two minutes, as Node.js cannot forget one',
    final: true,
    compile(_cursor, scope, { word }) {
      scope.diagnostics.warning(
        word.span,
        "'silent-drop' ends the session, but holds its connection, unheard, for up to two minutes and with at most 256 others: Node.js cannot close one without telling the client",
      );
      return (stream) => {
        stream.session.silent = true;
        return Outcome.Abort;
      };
    },
  }),
];
