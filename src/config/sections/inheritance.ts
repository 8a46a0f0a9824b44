import { closest } from '../../base/closest.js';
import type { Cursor, Word } from '../cursor.js';
import type { ConfigModel, ProxyModel } from '../model.js';
import { invalidCharacter } from './define.js';
import { holdsRules } from './proxy-model.js';

/** `[file:line]` of a section, without brackets. */
export function placeOf(proxy: ProxyModel): string {
  return `${proxy.span.source.file}:${proxy.span.source.line}`;
}

/** Which `defaults` section a new section takes its settings from (manual 4), and who may share one. */
export class Inheritance {
  readonly #explicit = new Set<ProxyModel>();
  readonly #users = new Map<ProxyModel, 'frontend' | 'backend'>();

  constructor(readonly model: ConfigModel) {}

  /** The section that `from` names. Problems are reported; the last one read stands in then. */
  named(words: Cursor, from: Word, user: string): ProxyModel | undefined {
    const found = this.model.defaults.filter((section) => section.name === from.text);
    const section = found.at(-1);
    if (section === undefined) {
      const near = closest(
        from.text,
        this.model.defaults.map(({ name }) => name).filter((name) => name !== ''),
      );
      const hint = near === undefined ? undefined : `did you mean '${near}'?`;
      words.diagnostics.alert(from.span, `defaults section '${from.text}' not found for ${user}.`, hint);
      return this.last;
    }
    this.#explicit.add(section);
    this.#checkDesignated(words, from, section, found, user);
    return section;
  }

  #checkDesignated(words: Cursor, from: Word, section: ProxyModel, found: readonly ProxyModel[], user: string): void {
    const character = invalidCharacter(from.text);
    if (character !== undefined) {
      words.diagnostics.alert(
        from.span,
        `character '${character}' is not permitted in defaults section name '${from.text}' when designated by its name (section found at ${placeOf(section)}).`,
      );
    }
    if (found.length > 1) {
      words.diagnostics.alert(
        from.span,
        `ambiguous defaults section name '${from.text}' referenced by ${user} exists at least at ${placeOf(found[0])} and ${placeOf(section)}.`,
      );
    }
  }

  /** The section in force where none is named: the last one read. */
  implicit(words: Cursor): ProxyModel | undefined {
    const section = this.last;
    if (section !== undefined && this.#explicit.has(section)) {
      words.diagnostics.warning(
        words.lineSpan,
        `defaults section '${section.name}' (declared at ${placeOf(section)}) is explicitly referenced by another proxy and implicitly used here. To avoid any ambiguity don't mix both usage. Add a last defaults section not explicitly used or always use explicit references.`,
      );
    }
    return section;
  }

  /** Rules in a `defaults` section serve one side only: refuses what HAProxy refuses. */
  checkRules(words: Cursor, kind: ProxyModel['kind'], section: ProxyModel | undefined): void {
    if (section === undefined || !holdsRules(section)) return;
    const complaint = this.#complaint(kind, section);
    if (complaint !== undefined) words.diagnostics.alert(words.lineSpan, complaint);
  }

  #complaint(kind: ProxyModel['kind'], section: ProxyModel): string | undefined {
    const place = `(defaults section at ${placeOf(section)}).`;
    if (kind === 'listen') return 'a listen section cannot inherit from a defaults section defining TCP/HTTP rules.';
    if (kind === 'defaults') {
      return `a defaults section cannot inherit from a defaults section defining TCP/HTTP rules ${place}`;
    }
    if (kind === 'backend' && section.tcpConnection.length + section.tcpSession.length > 0) {
      return `a backend section cannot inherit from a defaults section defining 'tcp-request connection' or 'tcp-request session' rules ${place}`;
    }
    if (kind === 'frontend' && section.tcpResponse.length > 0) {
      return `a frontend section cannot inherit from a defaults section defining 'tcp-response content' rules ${place}`;
    }
    const other = this.#users.get(section);
    this.#users.set(section, kind);
    if (other === undefined || other === kind) return undefined;
    return `frontends and backends cannot inherit from the same defaults section if it defines TCP/HTTP rules ${place}`;
  }

  get last(): ProxyModel | undefined {
    return this.model.defaults.at(-1);
  }
}
