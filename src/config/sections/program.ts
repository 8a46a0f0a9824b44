import { Registry } from '../../base/registry.js';
import { groupId, knowsAccounts, userId } from '../../base/accounts.js';
import type { SectionKeyword } from '../keyword.js';
import type { ProgramModel } from '../model.js';
import { checkName, dispatch, refuseRest, type SectionDefinition } from './define.js';

/** A section while it is read: the command may come late. */
type Draft = { -readonly [Key in keyof ProgramModel]: ProgramModel[Key] };

const MANUAL = '3.7';

const account = (name: 'user' | 'group', summary: string): SectionKeyword<Draft> => ({
  name,
  manual: MANUAL,
  summary,
  parse(words, program, context) {
    const word = words.peek();
    if (word === undefined) return words.fail(`'${name}' expects a ${name} name.`, words.endSpan);
    words.next('');
    words.end();
    const number = name === 'user' ? userId(word.text) : groupId(word.text);
    if (number === undefined && knowsAccounts() && !context.offline) {
      words.fail(`cannot find ${name} id for '${word.text}' (0:Success)`, word);
    }
    if (name === 'user') program.uid = number;
    else program.gid = number;
  },
});

const keywords: readonly SectionKeyword<Draft>[] = [
  {
    name: 'command',
    manual: MANUAL,
    summary: 'the program and its arguments',
    parse(words, program) {
      const command = words.rest().map(({ text }) => text);
      if (command.length === 0) {
        words.fail("'command' expects a command with optional arguments separated in words.", words.endSpan);
      }
      program.command = command;
    },
  },
  account('group', 'the group that it runs as'),
  {
    name: 'option',
    manual: MANUAL,
    summary: 'whether it is started again on reload',
    negatable: true,
    parse(words, program, { negated }) {
      words.oneOf('option', ['start-on-reload']);
      words.end();
      program.startOnReload = !negated;
    },
  },
  account('user', 'the user that it runs as'),
];

const registry = new Registry(keywords);

/** Programs that a master process starts beside its workers. */
export const programSection: SectionDefinition = {
  name: 'program',
  manual: MANUAL,
  summary: 'a program that the master process starts',
  keywords,
  open(words, reading) {
    const word = words.peek();
    if (word === undefined) words.diagnostics.alert(words.endSpan, "'program' expects an <id> argument");
    else {
      words.next('');
      checkName(words, 'program', word);
    }
    const name = word?.text ?? '';
    refuseRest(words, 'program');
    const { programs } = reading.context.model;
    if (name !== '' && programs.some((other) => other.name === name)) {
      words.diagnostics.alert(words.lineSpan, `'${name}' program section already exists in the configuration.`);
    }
    const program: Draft = {
      name,
      span: words.lineSpan,
      command: [],
      uid: undefined,
      gid: undefined,
      startOnReload: true,
    };
    programs.push(program);
    let attempted = false;
    return {
      title: name === '' ? 'program' : name,
      line(line, context) {
        attempted ||= line.keyword.text === 'command';
        dispatch(registry, line, program, context, (known) => reading.unknown(line, 'program', known));
      },
      close({ diagnostics }) {
        if (program.command.length > 0 || attempted) return;
        diagnostics.alert(program.span, `The program section '${name}' lacks a command to launch.`);
      },
    };
  },
};
