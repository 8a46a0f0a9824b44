import type { ProxyKeyword } from '../../keyword.js';
import { proxyKeyword } from './define.js';
import { required } from '../values.js';

/** What a section is: its mode, names and state. */
export const identityKeywords: readonly ProxyKeyword[] = [
  proxyKeyword({
    name: 'mode',
    manual: '4.2',
    summary: 'http or tcp',
    side: 'both',
    defaults: true,
    parse(words, proxy, context) {
      const word = words.peek();
      const text = word?.text ?? '';
      if (text === 'http' || text === 'tcp') {
        words.next('');
        proxy.mode = text;
        proxy.health = false;
        return;
      }
      if (words.take('health')) {
        proxy.mode = 'tcp';
        proxy.health = true;
        words.warn(
          "'mode health' doesn't exist anymore; it is accepted here.",
          word,
          "write 'mode http' and 'http-request return status 200'",
        );
        return;
      }
      if (words.take('log') || words.take('syslog') || words.take('spop') || words.take('haterm')) {
        context.notDone(words.words[1], `mode ${text}`, 'only http and tcp are relayed', 'refused');
        return;
      }
      words.fail(`unknown proxy mode '${text}'.`, word ?? words.endSpan, "modes are 'http' and 'tcp'");
    },
  }),
  proxyKeyword({
    name: 'id',
    manual: '4.2',
    summary: 'the number that statistics show for the proxy',
    side: 'both',
    defaults: false,
    parse(words, proxy) {
      const word = required(words, "'id' expects an integer argument.");
      const value = Number(word.text);
      if (!Number.isInteger(value) || value <= 0) words.fail('custom id has to be > 0.', word);
      proxy.id = value;
    },
  }),
  proxyKeyword({
    name: 'guid',
    manual: '4.2',
    summary: 'a name that survives reloads and is unique among all objects',
    since: '3.0',
    side: 'both',
    defaults: false,
    parse(words, proxy, context) {
      proxy.guid = required(words, "'guid' expects an unique identifier as argument.").text;
      context.notDone(words.keyword, 'guid', 'nothing asks for it yet', 'served');
    },
  }),
  proxyKeyword({
    name: 'description',
    manual: '4.2',
    summary: 'text that the statistics page shows',
    side: 'both',
    defaults: false,
    parse(words, proxy) {
      if (!words.more()) words.fail("'description' expects a string argument.", words.endSpan);
      proxy.description = words
        .rest()
        .map((word) => word.text)
        .join(' ');
    },
  }),
  proxyKeyword({
    name: 'disabled',
    manual: '4.2',
    summary: 'the section is read but does not run',
    side: 'both',
    defaults: true,
    parse: (_words, proxy) => void (proxy.disabled = true),
  }),
  proxyKeyword({
    name: 'enabled',
    manual: '4.2',
    summary: "undoes a 'disabled' of the defaults section",
    side: 'both',
    defaults: true,
    parse: (_words, proxy) => void (proxy.disabled = false),
  }),
];
