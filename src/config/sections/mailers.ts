import { addressProblem, MAILER_ADDRESS, parseAddress } from '../address.js';
import type { SectionKeyword } from '../keyword.js';
import { duration } from '../keywords/values.js';
import type { MailersModel } from '../model.js';
import { namedSection } from './named.js';

/** Manual 3.6, `timeout mail`. */
const DEFAULT_TIMEOUT = 10_000;

type Draft = { -readonly [Key in keyof MailersModel]: MailersModel[Key] };

const mailer: SectionKeyword<Draft> = {
  name: 'mailer',
  manual: '3.6',
  summary: 'a mail server',
  parse(words, section, context) {
    const [name, addressWord] = [words.peek(), words.peek(1)];
    if (name === undefined || addressWord === undefined) {
      return words.fail("'mailer' expects <name> and <addr>[:<port>] as arguments.", words.endSpan);
    }
    words.next('');
    words.next('');
    words.end();
    const result = parseAddress(addressWord, MAILER_ADDRESS, context.env);
    if (!result.ok) return words.fail(`'mailer ${name.text}' : ${result.why}`, addressWord, result.hint);
    const { address } = result;
    if (address.kind !== 'ip') {
      words.fail(
        `'mailer ${name.text}' : TCP not supported for this address family.`,
        addressWord,
        addressProblem(address, true),
      );
    }
    section.mailers = [...section.mailers, { name: name.text, host: address.host, port: address.port }];
  },
};

const timeout: SectionKeyword<Draft> = {
  name: 'timeout',
  manual: '3.6',
  summary: 'time to send a mail',
  parse(words, section) {
    const kind = words.peek();
    if (kind?.text !== 'mail') {
      const got = kind === undefined ? '.' : ` got '${kind.text}'.`;
      words.fail(`'timeout' expects 'mail' and <time> as arguments${got}`, kind ?? words.endSpan);
    }
    words.next('');
    words.label = 'timeout mail';
    section.timeout = duration(words, "'timeout mail' expects <time> as argument.");
    words.end();
  },
};

/** Mail servers for alerts (manual 3.6). */
export const mailersSection = namedSection<Draft>({
  name: 'mailers',
  manual: '3.6',
  summary: 'mail servers for alerts',
  keywords: [mailer, timeout],
  missing: 'missing name for mailers section.',
  duplicate: (name, place) =>
    `mailers section '${name}' has the same name as another mailers section declared at ${place}.`,
  all: ({ model }) => model.mailers,
  create(name, span, { model }) {
    const section: Draft = { name, span, mailers: [], timeout: DEFAULT_TIMEOUT };
    model.mailers.push(section);
    return section;
  },
});
