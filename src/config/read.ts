import { Cursor, spanOf, type Word } from './cursor.js';
import { ConfigError, Diagnostics, type SourceLine, type Span } from './diagnostics.js';
import { environmentOf, type Environment } from './environment.js';
import type { ParseContext } from './keyword.js';
import type { ConfigModel } from './model.js';
import { conditionFacts } from './predicates.js';
import { Preprocessor } from './preprocess.js';
import type { Reading, SectionBody } from './sections/define.js';
import { initialGlobal } from './sections/global.js';
import { sections } from './sections/index.js';
import { Inheritance } from './sections/inheritance.js';
import { unknownKeyword } from './unknown.js';
import { splitWords } from './words.js';

/** One file, decoded as latin1: a code unit is a byte. */
export interface ConfigSource {
  readonly path: string;
  readonly text: string;
}

export interface ReadOptions {
  /** The process's environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `-c --offline`: only the language is checked, nothing that the configuration names is opened or resolved. */
  readonly offline: boolean;
}

export interface ReadResult {
  readonly model: ConfigModel;
  readonly diagnostics: Diagnostics;
  /** The environment after `setenv` and its kin, as bytes. */
  readonly env: Environment;
}

/**
 * Reads configuration files in order, as one configuration. Never throws for what is in them: every line is looked at,
 * and `diagnostics` has all that is wrong.
 */
export function readConfiguration(sources: readonly ConfigSource[], options: ReadOptions): ReadResult {
  const env = environmentOf(options.env);
  env.set('HAPROXY_CFGFILES', sources.map(({ path }) => path).join(';'));
  const model: ConfigModel = {
    global: initialGlobal(),
    proxies: [],
    defaults: [],
    userlists: [],
    httpErrors: [],
    peers: [],
    others: [],
    programs: [],
    resolvers: [],
  };
  const diagnostics = new Diagnostics();
  const reader = new Reader(model, diagnostics, env, options.offline);
  for (const source of sources) reader.file(source);
  return { model, diagnostics, env };
}

/** Walks files, lines and sections. */
class Reader {
  readonly #context: ParseContext;
  readonly #reading: Reading;
  #section: SectionBody | undefined;

  constructor(
    model: ConfigModel,
    readonly diagnostics: Diagnostics,
    readonly env: Environment,
    offline: boolean,
  ) {
    const notDone: ParseContext['notDone'] = (at, what, why, effect) => {
      reportNotDone(diagnostics, 'span' in at ? at.span : at, `'${what}' is not implemented: ${why}`, effect, offline);
    };
    this.#context = { model, diagnostics, negated: false, offline, env, notDone };
    this.#reading = {
      context: this.#context,
      inheritance: new Inheritance(model),
      unknown: (words, section, known, message) =>
        unknownKeyword(words, known, message ?? `unknown keyword '${words.keyword.text}' in '${section}' section`),
    };
  }

  file({ path, text }: ConfigSource): void {
    const preprocessor = new Preprocessor(conditionFacts(this.env), this.diagnostics);
    for (const line of linesOf(path, text, this.diagnostics)) this.#guarded(line, () => this.#line(line, preprocessor));
    preprocessor.end();
    this.#close();
  }

  /** A line that cannot be understood must not hide what is wrong with the next one. */
  #guarded(line: SourceLine, read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const span = error.span ?? { source: line, column: 1, length: Math.max(1, line.text.length) };
      this.diagnostics.alert(span, error.message, error.hint);
    }
  }

  #line(source: SourceLine, preprocessor: Preprocessor): void {
    const around = { env: this.env, section: this.#section?.title ?? '' };
    const words = splitWords(source, around);
    // as in HAProxy, a line without a first word says nothing
    if (words.length === 0 || words[0].text === '') return;
    if (preprocessor.consumes(words, source, around)) return;
    this.#statement(words);
  }

  #statement(words: readonly Word[]): void {
    const first = words[0].text;
    const prefixed = first === 'no' || first === 'default';
    const definition = sections.get(first);
    if (definition !== undefined) {
      this.#close();
      this.#section = definition.open(cursorBehindKeyword(words, this.diagnostics), this.#reading);
      return;
    }
    if (prefixed && words.length === 1) throw new ConfigError(spanOf(words), `'${first}' expects a keyword.`);
    const cursor = cursorBehindKeyword(prefixed ? words.slice(1) : words, this.diagnostics);
    if (this.#section === undefined) {
      unknownKeyword(cursor, [], `unknown keyword '${cursor.keyword.text}' out of section.`);
    }
    const context = { ...this.#context, negated: first === 'no', restoresDefault: first === 'default' };
    this.#section.line(cursor, prefixed ? context : this.#context);
  }

  #close(): void {
    this.#section?.close?.(this.#context);
    this.#section = undefined;
  }
}

function cursorBehindKeyword(words: readonly Word[], diagnostics: Diagnostics): Cursor {
  const cursor = new Cursor(words, diagnostics);
  cursor.next('a keyword');
  return cursor;
}

function reportNotDone(
  diagnostics: Diagnostics,
  span: Span,
  message: string,
  effect: 'served' | 'refused',
  offline: boolean,
): void {
  if (effect === 'served') diagnostics.warning(span, message);
  else if (offline) diagnostics.warning(span, `${message}; tsproxy would refuse to start`);
  else diagnostics.alert(span, message);
}

/** The lines of a file, without their ends. What is wrong with the file as such is reported. */
function* linesOf(file: string, text: string, diagnostics: Diagnostics): Generator<SourceLine> {
  const texts = text.split('\n');
  const last = texts.pop() ?? '';
  if (last !== '') texts.push(last);
  for (const [index, raw] of texts.entries()) {
    const source: SourceLine = { file, line: index + 1, text: raw.endsWith('\r') ? raw.slice(0, -1) : raw };
    const line = index === 0 ? withoutMark(source, diagnostics) : source;
    const nul = line.text.indexOf('\0');
    if (nul >= 0) {
      diagnostics.alert({ source: line, column: nul + 1, length: 1 }, `stray NUL character at position ${nul + 1}.`);
      continue;
    }
    if (index === texts.length - 1 && last !== '') {
      diagnostics.warning(
        { source: line, column: line.text.length + 1, length: 1 },
        `Missing LF on last line, file might have been truncated at position ${line.text.length + 1}.`,
      );
    }
    yield line;
  }
}

/** Editors on Windows begin a file with the bytes EF BB BF. */
function withoutMark(line: SourceLine, diagnostics: Diagnostics): SourceLine {
  const mark = '\u00ef\u00bb\u00bf';
  if (!line.text.startsWith(mark)) return line;
  const source = { ...line, text: line.text.slice(mark.length) };
  diagnostics.warning(
    { source, column: 1, length: 1 },
    'the file begins with a byte order mark, which HAProxy refuses.',
  );
  return source;
}
