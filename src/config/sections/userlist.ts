import { isKnownCrypt } from '../../base/crypt.js';
import { Registry } from '../../base/registry.js';
import type { Cursor, Word } from '../cursor.js';
import type { ParseContext, SectionKeyword } from '../keyword.js';
import type { UserlistModel } from '../model.js';
import { checkName, dispatch, refuseRest, type SectionDefinition } from './define.js';

interface Group {
  readonly name: string;
  readonly word: Word;
  readonly users: string[];
}

interface User {
  readonly name: string;
  readonly word: Word;
  password: string;
  insecure: boolean;
  readonly groups: string[];
}

/** A list while its lines are read. The model shares the arrays, which the end of the section completes. */
interface Draft {
  readonly name: string;
  readonly groups: Group[];
  readonly users: User[];
}

const names = (word: Word): string[] => word.text.split(',').filter((name) => name !== '');

const group: SectionKeyword<Draft> = {
  name: 'group',
  manual: '3.4',
  summary: 'a group, and users in it',
  parse(words, list) {
    const word = words.peek() ?? words.fail("'group' expects <name> as arguments.", words.endSpan);
    words.next('');
    const users: string[] = [];
    while (words.more()) {
      if (!words.take('users')) words.fail("'group' only supports 'users' option.", words.peek());
      users.push(...names(words.next("user names behind 'users'")));
    }
    if (list.groups.some(({ name }) => name === word.text)) {
      return words.warn(`ignoring duplicated group '${word.text}' in userlist '${list.name}'.`, word);
    }
    list.groups.push({ name: word.text, word, users });
  },
};

const user: SectionKeyword<Draft> = {
  name: 'user',
  manual: '3.4',
  summary: 'a user, the password and the groups',
  parse(words, list, context) {
    const word = words.peek() ?? words.fail("'user' expects <name> as arguments.", words.endSpan);
    words.next('');
    const made: User = { name: word.text, word, password: '', insecure: false, groups: [] };
    while (words.more()) userOption(words, made, context);
    if (list.users.some(({ name }) => name === word.text)) {
      return words.warn(`ignoring duplicated user '${word.text}' in userlist '${list.name}'.`, word);
    }
    list.users.push(made);
  },
};

/** Kinds of crypt(3) that are not computed here, by how their hashes begin. */
const OTHER_HASHES: readonly (readonly [start: RegExp, why: string])[] = [
  [/^\$2/, 'bcrypt is not computed: each request would stop the whole proxy for a tenth of a second'],
  [/^\$(?:y|gy|7)\$/, 'yescrypt and scrypt are not computed: they are made to be slow'],
  [/^\$/, 'this kind of hash is not known'],
  [/^/, 'DES hashes are not computed: Node.js has no crypt(3)'],
];

function userOption(words: Cursor, made: User, context: ParseContext): void {
  const option = words.next('an option');
  if (option.text === 'groups') {
    made.groups.push(...names(words.next("group names behind 'groups'")));
    return;
  }
  if (option.text !== 'password' && option.text !== 'insecure-password') {
    words.fail("'user' only supports 'password', 'insecure-password' and 'groups' options.", option);
  }
  const password = words.next(`a password behind '${option.text}'`);
  made.password = password.text;
  made.insecure = option.text === 'insecure-password';
  if (made.insecure || isKnownCrypt(password.text)) return;
  const why = OTHER_HASHES.find(([start]) => start.test(password.text))?.[1] ?? '';
  context.notDone(password, `user ${made.name} password`, `${why}; 'mkpasswd -m sha-512' makes one that is`, 'refused');
}

const keywords = new Registry<SectionKeyword<Draft>>([group, user]);

export const userlistSection: SectionDefinition = {
  name: 'userlist',
  manual: '3.4',
  summary: 'users, passwords and groups for authentication',
  keywords: keywords.all(),
  open(words, reading) {
    const { userlists } = reading.context.model;
    const word = words.peek();
    if (word === undefined) words.diagnostics.alert(words.endSpan, "'userlist' expects <name> as arguments.");
    else {
      words.next('');
      checkName(words, 'userlist', word);
      refuseRest(words, 'userlist');
    }
    const name = word?.text ?? '';
    const list: Draft = { name, groups: [], users: [] };
    const span = words.lineSpan;
    const repeated = userlists.some((other) => other.name === name);
    if (repeated) words.diagnostics.warning(span, `ignoring duplicated userlist '${name}'.`);
    return {
      title: name === '' ? 'userlist' : name,
      line: (line, context) =>
        // HAProxy calls the section "users" in this complaint
        dispatch(keywords, line, list, context, (known) => reading.unknown(line, 'users', known)),
      close({ diagnostics }) {
        joinGroups(list, (at, message) => diagnostics.alert(at.span, message));
        if (!repeated) userlists.push(modelOf(list, span));
      },
    };
  },
};

/** Membership may be written on either side. */
function joinGroups(list: Draft, alert: (at: Word, message: string) => void): void {
  for (const { name, word, groups } of list.users) {
    for (const wanted of groups) {
      const found = list.groups.find((candidate) => candidate.name === wanted);
      if (found === undefined)
        alert(word, `userlist '${list.name}': no such group '${wanted}' specified in user '${name}'`);
      else if (!found.users.includes(name)) found.users.push(name);
    }
  }
  for (const { name, word, users } of list.groups) {
    for (const wanted of users) {
      const found = list.users.find((candidate) => candidate.name === wanted);
      if (found === undefined)
        alert(word, `userlist '${list.name}': no such user '${wanted}' specified in group '${name}'`);
      else if (!found.groups.includes(name)) found.groups.push(name);
    }
  }
}

function modelOf(list: Draft, span: UserlistModel['span']): UserlistModel {
  return {
    name: list.name,
    span,
    groups: list.groups.map(({ name, users }) => ({ name, users })),
    users: list.users.map(({ name, password, insecure, groups }) => ({ name, password, insecure, groups })),
  };
}
