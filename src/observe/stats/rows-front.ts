import { FE, LI } from '../../core/counters.js';
import type { Frontend, Listener } from '../../state/frontend.js';
import { addressText, blankCells, type Cell, type RowOptions, type StatRow } from './cells.js';
import { F } from './fields.js';

export function frontendRow(frontend: Frontend, options: RowOptions): StatRow {
  const { model, id } = frontend;
  const counters = frontend.figures.totals();
  const cells = blankCells('F', model, 'FRONTEND', id, 0);
  cells[F.scur] = counters[FE.scur];
  cells[F.smax] = counters[FE.smax];
  cells[F.slim] = frontend.maxconn;
  cells[F.stot] = counters[FE.stot];
  cells[F.bin] = counters[FE.bin];
  cells[F.bout] = counters[FE.bout];
  cells[F.dreq] = counters[FE.dreq];
  cells[F.dresp] = counters[FE.dresp];
  cells[F.ereq] = counters[FE.ereq];
  cells[F.dcon] = counters[FE.dcon];
  cells[F.dses] = counters[FE.dses];
  cells[F.wrew] = counters[FE.wrew];
  cells[F.eint] = counters[FE.eint];
  cells[F.status] = frontendStatus(frontend);
  cells[F.rateLim] = frontend.rateLimit;
  cells[F.compIn] = counters[FE.compIn];
  cells[F.compOut] = counters[FE.compOut];
  cells[F.compByp] = counters[FE.compByp];
  cells[F.compRsp] = counters[FE.compRsp];
  cells[F.connTot] = counters[FE.connTot];
  cells[F.reqTot] = counters[FE.reqTot];
  fillRates(frontend, counters, cells, options.now);
  if (model.mode === 'http') fillHttp(counters, cells);
  return {
    kind: 'F',
    proxy: model,
    iid: id,
    sid: 0,
    tls: model.binds.some((bind) => bind.ssl),
    tlsFigures: [counters[FE.tlsFull], counters[FE.tlsResumed], counters[FE.tlsFailed]],
    server: undefined,
    cells,
  };
}

function frontendStatus(frontend: Frontend): string {
  if (frontend.disabled) return 'STOP';
  return frontend.paused ? 'PAUSED' : 'OPEN';
}

function fillRates(frontend: Frontend, counters: Float64Array, cells: Cell[], now: number): void {
  cells[F.rate] = frontend.sessionRate.read(now);
  cells[F.rateMax] = counters[FE.sessRateMax];
  cells[F.connRate] = frontend.connectionRate.read(now);
  cells[F.connRateMax] = counters[FE.connRateMax];
  cells[F.reqRate] = frontend.requestRate.read(now);
  cells[F.reqRateMax] = counters[FE.reqRateMax];
}

function fillHttp(counters: Float64Array, cells: Cell[]): void {
  cells[F.hrsp1xx] = counters[FE.hrsp1xx];
  cells[F.hrsp2xx] = counters[FE.hrsp2xx];
  cells[F.hrsp3xx] = counters[FE.hrsp3xx];
  cells[F.hrsp4xx] = counters[FE.hrsp4xx];
  cells[F.hrsp5xx] = counters[FE.hrsp5xx];
  cells[F.hrspOther] = counters[FE.hrspOther];
  cells[F.intercepted] = counters[FE.intercepted];
  cells[F.cacheLookups] = counters[FE.cacheLookups];
  cells[F.cacheHits] = counters[FE.cacheHits];
}

/** A listener's address as the statistics write it. */
function listenerAddress(listener: Listener): string {
  if (listener.bindAddress.kind !== 'ip') return 'unix';
  const host = listener.address.slice(0, listener.address.lastIndexOf(':'));
  return addressText(host, listener.port);
}

/** FULL: its own `maxconn` is reached; WAITING: the frontend's is. */
function listenerStatus(listener: Listener): string {
  const { frontend, maxconn } = listener;
  if (maxconn > 0 && listener.places.taken >= maxconn) return 'FULL';
  return frontend.maxconn > 0 && frontend.currentConnections >= frontend.maxconn ? 'WAITING' : 'OPEN';
}

export function listenerRow(listener: Listener, options: RowOptions): StatRow {
  const { frontend, id } = listener;
  const counters = listener.figures.totals();
  const cells = blankCells('L', frontend.model, listener.name, frontend.id, id);
  cells[F.scur] = counters[LI.scur];
  cells[F.smax] = counters[LI.smax];
  cells[F.slim] = listener.maxconn;
  cells[F.stot] = counters[LI.stot];
  cells[F.bin] = counters[LI.bin];
  cells[F.bout] = counters[LI.bout];
  cells[F.dreq] = counters[LI.dreq];
  cells[F.dresp] = counters[LI.dresp];
  cells[F.ereq] = counters[LI.ereq];
  cells[F.dcon] = counters[LI.dcon];
  cells[F.dses] = counters[LI.dses];
  cells[F.wrew] = counters[LI.wrew];
  cells[F.eint] = counters[LI.eint];
  cells[F.status] = listenerStatus(listener);
  if (options.legends) cells[F.addr] = listenerAddress(listener);
  const { model } = frontend;
  return {
    kind: 'L',
    proxy: model,
    iid: frontend.id,
    sid: id,
    tls: listener.bind.ssl,
    tlsFigures: [counters[LI.tlsFull], counters[LI.tlsResumed], counters[LI.tlsFailed]],
    server: undefined,
    cells,
  };
}
