import { clock as systemClock, type Clock } from '../../base/clock.js';
import type { Reply } from '../../core/action.js';
import type { RuleService } from '../../core/service.js';
import type { StreamContext } from '../../core/stream.js';
import { defaultReply } from '../../rules/replies.js';
import type { Runtime } from '../../state/runtime.js';
import type { StatRow } from '../stats/cells.js';
import { F, type RowKind } from '../stats/fields.js';
import type { ProcessGauges } from '../stats/gauges.js';
import { eachProxy, EVERYTHING } from '../stats/rows.js';
import { TextWriter } from '../stats/writer.js';
import { FamilyWriter, labelText } from './exposition.js';
import { writeGlobal } from './global-metrics.js';
import { parseExporterRequest, SCOPES, type ExporterRequest, type ExporterScope } from './request.js';
import { writeTables } from './tables.js';
import { writeTimes } from './times.js';
import { ROW_METRICS, type Subject } from './row-metrics.js';

/**
 * `prometheus-exporter`: all counters in Prometheus' text format, under the names of HAProxy 2.6's exporter. They are read
 * when the request comes, over all threads; nothing is kept between two scrapes.
 * @param clock that which feeds the rate counters
 */
export function createPrometheusExporter(
  runtime: Runtime,
  gauges: ProcessGauges,
  clock: Clock = systemClock,
): RuleService {
  return {
    name: '<PROMEX>',
    answer(stream: StreamContext): Reply {
      const request = parseExporterRequest(stream.request?.target ?? '');
      if (request === undefined) return { ...defaultReply(400), close: true };
      const text = new TextWriter();
      for (const scope of SCOPES) {
        if (!request.scopes.has(scope)) continue;
        if (scope === 'global') writeGlobal(text, { runtime, figures: gauges.read(), date: clock.date() });
        else if (scope === 'sticktable') writeTables(text, runtime.tables.all);
        else {
          const subjects = subjectsOf(runtime, scope, request, clock);
          writeRows(text, scope, subjects);
          writeTimes(text, scope, subjects);
        }
      }
      return { status: 200, reason: '', headers: HEADERS, body: text.toString() };
    },
  };
}

const HEADERS: Reply['headers'] = [
  ['cache-control', 'no-cache'],
  ['content-type', 'text/plain; version=0.0.4'],
];

/** Which rows a scope tells of; tables are no rows. */
const KINDS: Readonly<Partial<Record<ExporterScope, RowKind>>> = {
  frontend: 'F',
  listener: 'L',
  backend: 'B',
  server: 'S',
};

function subjectsOf(runtime: Runtime, scope: ExporterScope, request: ExporterRequest, clock: Clock): Subject[] {
  const { hideMaintenance } = request;
  const filter = { ...EVERYTHING, hideMaintenance, types: (kind: RowKind) => kind === KINDS[scope] };
  const moment = { now: clock.now(), date: Math.floor(clock.date() / 1000), legends: false };
  const subjects: Subject[] = [];
  for (const { frontend, backend, rows } of eachProxy(runtime, filter, moment)) {
    for (const row of rows) subjects.push({ row, frontend, backend, labels: labelsOf(row, scope) });
  }
  return subjects;
}

/** Servers and listeners bear their own name beside their proxy's. */
function labelsOf({ proxy, kind, cells }: StatRow, scope: ExporterScope): string {
  const own = kind === 'S' || kind === 'L' ? ([[scope, String(cells[F.svname])]] as const) : [];
  return labelText([['proxy', proxy.name], ...own]);
}

/** All rows' samples of one family stand together, as the format demands. */
function writeRows(text: TextWriter, scope: ExporterScope, subjects: readonly Subject[]): void {
  const kind = KINDS[scope];
  if (kind === undefined) return;
  let family: FamilyWriter | undefined;
  for (const metric of ROW_METRICS) {
    if (!metric.kinds.includes(kind)) continue;
    const { type, help } = metric;
    const name = `haproxy_${scope}_${metric.name}`;
    const writer = family?.family.name === name ? family : new FamilyWriter(text, { name, type, help });
    family = writer;
    for (const subject of subjects) {
      const { labels } = subject;
      metric.samples(subject, (label, value) => writer.add(label === '' ? labels : `${labels},${label}`, value));
    }
  }
}
