import { utf8Bytes } from './bytes.js';
import type { StatRow } from './cells.js';
import type { RowKind } from './fields.js';
import { metricsOf, type Metric } from './metrics.js';
import { TextWriter } from './writer.js';

const OBJECT_TYPES: Record<RowKind, string> = { F: 'Frontend', B: 'Backend', S: 'Server', L: 'Listener' };

/** Words for the letters of `tags`; upper and lower case mean different things (management manual 9.2). */
const ORIGINS: ReadonlyMap<string, string> = new Map(
  Object.entries({ M: 'Metric', S: 'Status', K: 'Key', C: 'Config', P: 'Product' }),
);
const NATURES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    G: 'Gauge',
    L: 'Limit',
    m: 'Min',
    M: 'Max',
    R: 'Rate',
    C: 'Counter',
    D: 'Duration',
    A: 'Age',
    T: 'Time',
    N: 'Name',
    O: 'Output',
    a: 'Avg',
  }),
);
const SCOPES: ReadonlyMap<string, string> = new Map(
  Object.entries({ C: 'Cluster', P: 'Process', S: 'Service', s: 'System' }),
);

/** `show stat json` and `;json`: one array of values per row. */
export function renderJson(rows: Iterable<StatRow>, descriptions = false): string {
  const text = new TextWriter();
  let separator = '[';
  for (const row of rows) {
    text.add(separator + jsonRow(row, descriptions));
    separator = ',';
  }
  if (separator === '[') text.add(separator);
  text.add(']');
  return text.toString();
}

/** One row as an array of values. */
export function jsonRow(row: StatRow, descriptions: boolean): string {
  const head = `{"objType":"${OBJECT_TYPES[row.kind]}","proxyId":${row.iid},"id":${row.sid},`;
  const metrics = metricsOf(row).map((metric) => head + jsonMetric(metric, descriptions));
  return `[${metrics.join(',')}]`;
}

/** What is the same for a field in every row: as many entries as there are fields. */
const staticParts = new Map<string, string>();

/** An object's properties without its opening brace: what `show info json` and `show stat json` have in common. */
export function jsonMetric(metric: Metric, descriptions: boolean): string {
  const key = `${metric.position} ${metric.name} ${metric.tags} ${descriptions}`;
  let fixed = staticParts.get(key);
  if (fixed === undefined) {
    fixed = fixedPart(metric, descriptions);
    staticParts.set(key, fixed);
  }
  const value = typeof metric.value === 'string' ? JSON.stringify(utf8Bytes(metric.value)) : String(metric.value);
  return `${fixed}"value":{"type":"${metric.type}","value":${value}}}`;
}

function fixedPart(metric: Metric, descriptions: boolean): string {
  const { position, name, tags, description } = metric;
  const text = descriptions ? `"desc":${JSON.stringify(description)},` : '';
  return (
    `"field":{"pos":${position},"name":${JSON.stringify(name)}},"processNum":1,` +
    `"tags":{"origin":"${word(ORIGINS, tags[0])}","nature":"${word(NATURES, tags[1])}","scope":"${word(SCOPES, tags[2])}"},` +
    text
  );
}

function word(table: ReadonlyMap<string, string>, letter: string): string {
  return table.get(letter) ?? 'Unknown';
}
