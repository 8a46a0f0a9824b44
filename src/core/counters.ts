/**
 * Counters of proxies, listeners and servers, kept in one shared arena (DESIGN section 4): one row of 64-bit floats per
 * object and thread, one slot per figure. The session writes `row[FE.reqTot]++`; observe/ sums the rows of all threads.
 * Names follow the columns of `show stat` (management manual 9.1). Gauges (`cur`) are summed too; maxima are per thread.
 */
export const enum FE {
  /** Current and greatest number of sessions. */
  scur, smax, stot,
  /** Connections (before sessions), their greatest rate per second. */
  connTot, connRateMax,
  sessRateMax,
  bin, bout,
  dreq, dresp, ereq,
  dcon, dses,
  hrsp1xx, hrsp2xx, hrsp3xx, hrsp4xx, hrsp5xx, hrspOther,
  reqTot, reqRateMax,
  compIn, compOut, compByp, compRsp,
  intercepted, cacheLookups, cacheHits, wrew, eint,
  size,
}

export const enum BE {
  scur, smax, stot,
  qcur, qmax, sessRateMax,
  bin, bout,
  dreq, dresp, econ, eresp, wretr, wredis,
  chkdown, lastChange, downtime, lbtot,
  hrsp1xx, hrsp2xx, hrsp3xx, hrsp4xx, hrsp5xx, hrspOther,
  cliAbrt, srvAbrt,
  compIn, compOut, compByp, compRsp,
  /** Date.now() in seconds of the last session, 0 = never. */
  lastSess,
  qtime, ctime, rtime, ttime, qtimeMax, ctimeMax, rtimeMax, ttimeMax,
  reqTot, wrew, eint, connect, reuse,
  size,
}

export const enum SV {
  scur, smax, stot,
  qcur, qmax, sessRateMax,
  bin, bout,
  dresp, econ, eresp, wretr, wredis,
  chkfail, chkdown, lastChange, downtime, lbtot,
  hrsp1xx, hrsp2xx, hrsp3xx, hrsp4xx, hrsp5xx, hrspOther,
  cliAbrt, srvAbrt,
  lastSess,
  qtime, ctime, rtime, ttime, qtimeMax, ctimeMax, rtimeMax, ttimeMax,
  reqTot, wrew, eint, connect, reuse,
  /** Idle connections (all of them, and those safe to reuse), and connections in use. */
  idleConn, usedConn, failedChecks, safeConn,
  /** Failures seen in traffic (`observe`). */
  hanafail,
  size,
}

export const enum LI {
  scur, smax, stot,
  bin, bout, dreq, dresp, ereq, dcon, dses,
  connRateMax, sessRateMax, eint, wrew,
  size,
}
