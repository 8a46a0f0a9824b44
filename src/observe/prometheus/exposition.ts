import { utf8Bytes } from '../stats/bytes.js';
import type { TextWriter } from '../stats/writer.js';

/** A family of samples in Prometheus' text format, version 0.0.4. */
export interface Family {
  /** All of it: `haproxy_server_weight`. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** One line. */
  readonly help: string;
}

export type Labels = readonly (readonly [name: string, value: string])[];

/** `proxy="app",server="a"`, without braces. */
export function labelText(labels: Labels): string {
  return labels.map(([name, value]) => `${name}="${escaped(value)}"`).join(',');
}

function escaped(value: string): string {
  return utf8Bytes(value).replaceAll(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}

/** Writes one family; one without samples leaves no trace, as in HAProxy. */
export class FamilyWriter {
  #begun = false;

  constructor(
    readonly text: TextWriter,
    readonly family: Family,
  ) {}

  /**
   * @param labels as labelText() makes them, '' = none
   * @param value undefined = there is none: `NaN`
   * @param part of a histogram: `_bucket`, `_sum`, `_count`
   */
  add(labels: string, value: number | string | undefined, part = ''): void {
    const { name, type, help } = this.family;
    if (!this.#begun) this.text.add(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
    this.#begun = true;
    this.text.add(`${name}${part}${labels === '' ? '' : `{${labels}}`} ${value ?? 'NaN'}\n`);
  }
}
