import type { TimeHistogram, TimeHistograms } from '../../state/time-histograms.js';
import type { TextWriter } from '../stats/writer.js';
import { FamilyWriter } from './exposition.js';
import type { ExporterScope } from './request.js';
import type { Subject } from './row-metrics.js';

/** Our own beside HAProxy's means: how times are spread, where `time-histograms` asks for it. */

/** In the order of the means. Help as Prometheus wants it: one line. */
const TIMES: readonly (readonly [keyof TimeHistograms, help: string])[] = [
  ['queue', 'Time that requests waited in a queue'],
  ['connect', 'Time until connections to servers were there, 0 for those used again'],
  ['response', "Time until servers' responses began"],
  ['total', 'Time from the end of a request to that of its response; in TCP mode that of a session'],
];

/** The histograms of a scope's rows, under names of our own: `tsproxy_backend_queue_time_seconds`. */
export function writeTimes(text: TextWriter, scope: ExporterScope, subjects: readonly Subject[]): void {
  for (const [time, help] of TIMES) {
    const name = `tsproxy_${scope}_${time}_time_seconds`;
    const writer = new FamilyWriter(text, { name, type: 'histogram', help });
    for (const subject of subjects) {
      const histogram = histogramOf(subject, time);
      if (histogram !== undefined) writeHistogram(writer, subject.labels, histogram);
    }
  }
}

function histogramOf({ row, frontend, backend }: Subject, time: keyof TimeHistograms): TimeHistogram | undefined {
  if (row.kind === 'F') return time === 'total' ? frontend?.totalTime : undefined;
  if (row.kind === 'B') return backend?.times?.[time];
  return row.server?.times?.[time];
}

function writeHistogram(writer: FamilyWriter, labels: string, histogram: TimeHistogram): void {
  const { counts, sum } = histogram.totals();
  histogram.bounds.forEach((bound, at) => writer.add(`${labels},le="${bound / 1000}"`, counts[at], '_bucket'));
  const count = counts[histogram.bounds.length];
  writer.add(`${labels},le="+Inf"`, count, '_bucket');
  writer.add(labels, sum / 1000, '_sum');
  writer.add(labels, count, '_count');
}
