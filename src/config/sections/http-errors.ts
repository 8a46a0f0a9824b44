import { Registry } from '../../base/registry.js';
import { readErrorFile, takeErrorStatus } from '../error-file.js';
import type { SectionKeyword } from '../keyword.js';
import type { HttpErrorsModel } from '../model.js';
import { checkName, dispatch, refuseRest, type SectionDefinition } from './define.js';

const errorfile: SectionKeyword<HttpErrorsModel> = {
  name: 'errorfile',
  manual: '3.8',
  summary: 'the page for a status',
  parse(words, section, context) {
    if (words.peek(1) === undefined) {
      words.fail('errorfile: expects <status_code> and <file> as arguments.', words.endSpan);
    }
    const { status } = takeErrorStatus(words, 'errorfile');
    const file = words.next('a file');
    words.end();
    section.files.set(status, readErrorFile(words, file, context));
  },
};

const registry = new Registry([errorfile]);

export const httpErrorsSection: SectionDefinition = {
  name: 'http-errors',
  manual: '3.8',
  summary: 'error pages that proxies may refer to',
  keywords: [errorfile],
  open(words, reading) {
    const word = words.peek();
    if (word === undefined) words.diagnostics.alert(words.endSpan, 'missing name for http-errors section.');
    else {
      words.next('');
      checkName(words, 'http-errors', word);
    }
    const name = word?.text ?? '';
    refuseRest(words, 'http-errors');
    const sections = reading.context.model.httpErrors;
    const other = sections.find((candidate) => candidate.name === name);
    if (other !== undefined) {
      const { source } = other.span;
      words.diagnostics.alert(
        words.lineSpan,
        `http-errors section '${name}' already exists (declared at ${source.file}:${source.line}).`,
      );
    }
    const section: HttpErrorsModel = { name, span: words.lineSpan, files: new Map() };
    sections.push(section);
    return {
      title: name === '' ? 'http-errors' : name,
      line(line, context) {
        dispatch(registry, line, section, context, (known) => reading.unknown(line, 'http-errors', known));
      },
    };
  },
};
