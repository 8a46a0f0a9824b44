import type { Cursor } from '../../cursor.js';
import type { ParseContext, ProxyKeyword } from '../../keyword.js';
import type { CheckModel, ProxyModel } from '../../model.js';
import { option } from './define.js';

/** Chooses the kind of health check; the last such option counts. */
function choose(proxy: ProxyModel, type: CheckModel['type'], words: Cursor): void {
  const { check } = proxy;
  const rules = check.inherited ? [] : check.rules;
  proxy.check = { ...check, type, option: words.words, rules, inherited: false, standAlone: false };
}

type CheckParse = (words: Cursor, proxy: ProxyModel, context: ParseContext) => void;

function checkOption(name: string, type: CheckModel['type'], summary: string, syntax: CheckParse): ProxyKeyword {
  return option({
    name,
    side: 'backend',
    summary,
    parse(words, proxy, context) {
      syntax(words, proxy, context);
      words.end();
      choose(proxy, type, words);
    },
  });
}

const nothing: CheckParse = () => undefined;

/** `[<method>] <uri> [<version>]`, the version with headers and body behind it in the old form. */
function httpchk(words: Cursor): void {
  const given = [words.peek(), words.peek(1), words.peek(2)];
  for (const word of given) if (word !== undefined) words.next('');
  const version = given[2];
  if (version === undefined || !/[\r\n]|\\r|\\n/.test(version.text)) return;
  words.warn(
    "'option httpchk' : hiding headers or body at the end of the version string is deprecated. Please, consider to use 'http-check send' directive instead.",
    version,
    modernSend(given[0]?.text ?? 'OPTIONS', given[1]?.text ?? '/', version.text),
  );
}

/** The `http-check send` line that says the same. */
function modernSend(method: string, uri: string, version: string): string {
  const [head, body] = version.split(/\r\n\r\n(.*)/s);
  const [protocol, ...fields] = head.split('\r\n');
  const headers = fields.map((field) => {
    const [name, value = ''] = field.split(/:\s*(.*)/s);
    return ` hdr ${name} ${value.replaceAll(/([\s\\"'])/g, '\\$1')}`;
  });
  const tail = body === undefined || body === '' ? '' : ` body ${body.replaceAll(/([\s\\"'])/g, '\\$1')}`;
  return `write 'option httpchk' and 'http-check send meth ${method} uri ${uri} ver ${protocol}${headers.join('')}${tail}'`;
}

function mysql(words: Cursor): void {
  const word = words.peek();
  if (word === undefined) return;
  if (!words.take('user'))
    words.fail(`'option mysql-check' only supports optional values: 'user' (got '${word.text}').`, word);
  if (!words.more()) words.fail("'option mysql-check user' expects <username> as argument.", words.endSpan);
  words.next('');
  const protocol = words.peek();
  if (protocol !== undefined && !words.take('pre-41') && !words.take('post-41')) {
    words.fail(`keyword 'user' only supports 'post-41' and 'pre-41' (got '${protocol.text}').`, protocol);
  }
}

function pgsql(words: Cursor): void {
  if (words.take('user') && words.more()) words.next('');
  else words.fail("'option pgsql-check' expects 'user <username>' as argument.", words.peek() ?? words.endSpan);
}

/** `[<hello> <domain>]`: HAProxy uses its own greeting unless it is HELO or EHLO with a domain. */
function smtp(words: Cursor): void {
  for (let i = 0; i < 2 && words.more(); i++) words.next('');
}

/** What may follow `option` to choose a check. */
export const checkOptions: readonly ProxyKeyword[] = [
  checkOption('httpchk', 'http', 'checks by an HTTP request', httpchk),
  checkOption('tcp-check', 'tcp-check', 'checks by a script of tcp-check rules', nothing),
  checkOption('mysql-check', 'mysql', 'checks by a MySQL login', mysql),
  checkOption('pgsql-check', 'pgsql', 'checks by a PostgreSQL login', pgsql),
  checkOption('redis-check', 'redis', 'checks by a Redis PING', nothing),
  checkOption('smtpchk', 'smtp', 'checks by an SMTP greeting', smtp),
  checkOption('ldap-check', 'ldap', 'checks by an LDAP bind', nothing),
  checkOption('ssl-hello-chk', 'ssl-hello', 'checks by a TLS hello', nothing),
  checkOption('spop-check', 'spop', 'checks by an SPOP hello', nothing),
  checkOption('external-check', 'external', 'checks by running a program', nothing),
];
