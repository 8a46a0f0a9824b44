import { takeCondition } from '../config/condition.js';
import { Cursor, type Word } from '../config/cursor.js';
import { ConfigError } from '../config/diagnostics.js';
import { takeExpression } from '../config/expression.js';
import type { ProxyModel, RuleModel } from '../config/model.js';
import type { StickTable, TableKey } from '../core/stick-table.js';
import type { StreamContext } from '../core/stream.js';
import { Checkpoint } from '../language/checkpoint.js';
import { compileCondition } from '../language/condition.js';
import { compileExpression, isConverter } from '../language/expression.js';
import type { Scope } from '../language/scope.js';
import { keySampleType, tableKey } from '../language/tables.js';
import { castBetween } from '../language/values.js';
import { inCondition } from '../rules/compile.js';

/** `stick` lines of a backend (manual 4.2 `stick on`), in order. */
export interface Sticking {
  /** `stick on`, `stick match` and `stick store-request`. */
  readonly request: readonly StickRule[];
  /** `stick store-response` */
  readonly response: readonly StickRule[];
}

export interface StickRule {
  readonly table: StickTable;
  /** The key's server is used. */
  readonly match: boolean;
  /** The key gets the server that is used. */
  readonly store: boolean;
  readonly condition: ((stream: StreamContext) => boolean) | undefined;
  key(stream: StreamContext): TableKey | undefined;
}

/** @returns undefined when there is none, so that requests pay nothing for it */
export function compileSticking({ stickRules }: ProxyModel, scope: Scope): Sticking | undefined {
  const request: StickRule[] = [];
  const response: StickRule[] = [];
  for (const line of stickRules) {
    const place = line.words[1].text === 'store-response' ? Checkpoint.StoreResponse : Checkpoint.UseServer;
    try {
      const rule = compileLine(line, { ...scope, places: place });
      (place === Checkpoint.StoreResponse ? response : request).push(rule);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      scope.diagnostics.alert(error.span ?? line.span, error.message, error.hint);
    }
  }
  return request.length + response.length === 0 ? undefined : { request, response };
}

function compileLine(line: RuleModel, scope: Scope): StickRule {
  const cursor = new Cursor(line.words, scope.diagnostics);
  cursor.next('stick');
  const { text: kind } = cursor.next('a kind');
  const { expression, table } = takeKey(cursor, kind, scope);
  const word = cursor.peek();
  if (word !== undefined && word.text !== 'if' && word.text !== 'unless')
    cursor.fail(`'stick': unknown keyword '${word.text}'.`, word, "'table', 'if' or 'unless'");
  const model = takeCondition(cursor, `stick ${kind}`);
  return {
    table,
    match: kind === 'on' || kind === 'match',
    store: kind !== 'match',
    condition: model === undefined ? undefined : inCondition('stick', () => compileCondition(model, scope)),
    key(stream) {
      const sample = expression.typed(stream);
      return sample === undefined ? undefined : tableKey(table.type, sample);
    },
  };
}

function takeKey(cursor: Cursor, kind: string, scope: Scope) {
  const first = cursor.peek();
  if (first === undefined || first.text === 'if' || first.text === 'unless')
    return cursor.fail("'stick' expects a fetch method.", first ?? cursor.endSpan);
  const expression = compileExpression(takeExpression(cursor, isConverter), scope, false);
  const { use, name } = expression.fetch;
  if ((use.places & scope.places) === 0) {
    const where = kind === 'store-response' ? "for 'store-response'" : 'during request';
    throw new ConfigError(
      expression.span,
      `'stick': fetch method '${name}' extracts information from '${use.needs}', none of which is available ${where}.`,
    );
  }
  const table = takeTable(cursor, scope);
  if (castBetween(expression.type, keySampleType(table.type)) === undefined) {
    throw new ConfigError(
      expression.span,
      `Proxy '${scope.proxy.name}': type of fetch not usable with type of stick-table '${table.name}'.`,
    );
  }
  return { expression, table };
}

function takeTable(cursor: Cursor, { environment, proxy }: Scope): StickTable {
  let word: Word | undefined;
  if (cursor.take('table')) word = cursor.next('the name of a table');
  const name = word?.text ?? proxy.name;
  const table = environment.tables.find(name);
  if (table !== undefined) return table;
  throw new ConfigError(
    (word ?? cursor.keyword).span,
    `Proxy '${proxy.name}': unable to find stick-table '${name}'.`,
    word === undefined ? "declare one with 'stick-table', or name another proxy's with 'table'" : undefined,
  );
}
