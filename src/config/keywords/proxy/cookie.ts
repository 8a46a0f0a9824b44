import type { Cursor } from '../../cursor.js';
import type { ProxyKeyword } from '../../keyword.js';
import type { CookieModel } from '../../model.js';
import { duration, required } from '../values.js';
import { proxyKeyword } from './define.js';

type Draft = { -readonly [K in keyof CookieModel]: CookieModel[K] };

const SUPPORTS =
  "'cookie' supports 'rewrite', 'insert', 'prefix', 'indirect', 'nocache', 'postonly', 'domain', 'maxidle', 'dynamic', 'maxlife' and 'attr' options.";

const FLAGS = ['indirect', 'nocache', 'postonly', 'preserve', 'httponly', 'secure', 'dynamic'] as const;

function readOption(words: Cursor, cookie: Draft): void {
  const word = words.next('');
  const { text } = word;
  const flag = FLAGS.find((candidate) => candidate === text);
  if (text === 'insert' || text === 'rewrite' || text === 'prefix') {
    if (cookie.mode !== undefined && cookie.mode !== text) {
      words.fail("cookie 'rewrite', 'insert' and 'prefix' modes are incompatible.", word);
    }
    cookie.mode = text;
  } else if (flag !== undefined) {
    cookie[flag] = true;
  } else if (text === 'domain') {
    const domain = required(words, "'domain' expects <domain> as argument.");
    if (domain.text.indexOf('.', 1) < 0) {
      words.warn(
        `domain '${domain.text}' contains no embedded dot, this configuration may not work properly (see RFC6265#5.2.3).`,
        domain,
      );
    }
    cookie.domains = [...cookie.domains, domain.text];
  } else if (text === 'maxidle' || text === 'maxlife') {
    words.label = `cookie ${text}`;
    cookie[text] = duration(words, `'${text}' expects <idletime> in seconds as argument.`, 's');
  } else if (text === 'attr') {
    const attribute = required(words, "'attr' expects <value> as argument.");
    if (/[;\u0000-\u001f\u007f]/.test(attribute.text)) {
      words.fail(
        `character '${/[;\u0000-\u001f\u007f]/.exec(attribute.text)?.[0]}' is not permitted in attribute value.`,
        attribute,
      );
    }
    cookie.attributes = [...cookie.attributes, attribute.text];
  } else {
    words.fail(SUPPORTS, word);
  }
}

function checkCombination(words: Cursor, cookie: Draft): void {
  if (cookie.mode === 'rewrite' && cookie.indirect)
    words.fail("cookie 'rewrite' and 'indirect' modes are incompatible.", words.keyword);
  if (cookie.mode === 'rewrite' && cookie.nocache)
    words.fail("cookie 'rewrite' and 'nocache' modes are incompatible.", words.keyword);
  if (cookie.preserve && cookie.mode !== 'insert' && !cookie.indirect) {
    words.fail("cookie 'preserve' requires at least 'insert' or 'indirect'.", words.keyword);
  }
}

export const cookieKeywords: readonly ProxyKeyword[] = [
  proxyKeyword({
    name: 'cookie',
    manual: '4.2',
    summary: 'a cookie keeps a client on its server',
    side: 'backend',
    defaults: true,
    parse(words, proxy) {
      const name = required(words, "'cookie' expects <cookie_name> as argument.");
      const cookie: Draft = {
        name: name.text,
        mode: undefined,
        indirect: false,
        nocache: false,
        postonly: false,
        preserve: false,
        httponly: false,
        secure: false,
        domains: [],
        maxidle: undefined,
        maxlife: undefined,
        dynamic: false,
        attributes: [],
      };
      while (words.more()) readOption(words, cookie);
      checkCombination(words, cookie);
      proxy.cookie = cookie;
    },
  }),
  proxyKeyword({
    name: 'dynamic-cookie-key',
    manual: '4.2',
    summary: 'secret from which cookie values are made',
    side: 'backend',
    defaults: true,
    extraIgnored: true,
    parse(words, proxy) {
      proxy.dynamicCookieKey = required(words, "'dynamic-cookie-key' expects <secret_key> as argument.").text;
    },
  }),
];
