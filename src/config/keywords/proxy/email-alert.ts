import type { Cursor } from '../../cursor.js';
import type { EmailAlertModel } from '../../model.js';
import { LEVELS } from '../log-target.js';
import { suggestion } from '../suggest.js';
import { proxyKeyword } from './define.js';

/** What may be set; the text is what is expected behind it. */
const PARTS: Readonly<Record<string, string>> = {
  from: 'an address',
  to: 'an address',
  level: 'a log level',
  mailers: 'the name of a mailers section',
  myhostname: 'a host name',
  webhook: 'a URL',
};

/** Mails about servers that go and come (manual 4.2); `webhook` is our own. */
export const emailAlertKeyword = proxyKeyword({
  name: 'email-alert',
  manual: '4.2',
  summary: 'mails about server state changes',
  side: 'both',
  defaults: true,
  extraIgnored: true,
  parse(words: Cursor, proxy) {
    const what = words.peek();
    if (what === undefined) return words.fail("missing argument after 'email-alert'.", words.endSpan);
    const expected = Object.hasOwn(PARTS, what.text) ? PARTS[what.text] : undefined;
    if (expected === undefined) {
      return words.fail(
        `email-alert: unknown argument '${what.text}'.`,
        what,
        suggestion(what.text, Object.keys(PARTS)),
      );
    }
    words.next('');
    words.label = `email-alert ${what.text}`;
    const span = proxy.emailAlert.span ?? words.lineSpan;
    proxy.emailAlert = { ...proxy.emailAlert, ...part(what.text, words, expected), span };
  },
});

function part(what: string, words: Cursor, expected: string): Partial<EmailAlertModel> {
  const value = words.next(expected);
  switch (what) {
    case 'level': {
      const level = LEVELS.findIndex((name) => name === value.text);
      if (level < 0) {
        words.fail(`unknown log level '${value.text}' after 'level'`, value, suggestion(value.text, LEVELS));
      }
      return { level };
    }
    case 'mailers':
      return { mailers: value };
    case 'webhook':
      if (!/^https?:\/\//i.test(value.text) || !URL.canParse(value.text)) {
        words.fail(`email-alert webhook: '${value.text}' is no URL`, value, "it begins with 'http://' or 'https://'");
      }
      return { webhook: value.text };
    default:
      return { [what]: value.text };
  }
}
