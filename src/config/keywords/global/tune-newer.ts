import type { GlobalKeyword } from '../../keyword.js';
import { globalServed } from './define.js';

const groups: readonly (readonly [why: string, names: readonly string[]])[] = [
  [
    'Node and the system decide about it',
    [
      'tune.applet.zero-copy-forwarding', 'tune.bufsize.large', 'tune.bufsize.small', 'tune.defaults.purge',
      'tune.disable-fast-forward', 'tune.disable-zero-copy-forwarding', 'tune.epoll.mask-events',
      'tune.events.max-events-at-once', 'tune.fd.tables', 'tune.h1.zero-copy-fwd-recv', 'tune.h1.zero-copy-fwd-send',
      'tune.listener.default-shards', 'tune.max-checks-per-thread', 'tune.max-rules-at-once', 'tune.memory.hot-size',
      'tune.notsent-lowat.client', 'tune.notsent-lowat.server', 'tune.pt.zero-copy-forwarding', 'tune.rcvbuf.backend',
      'tune.rcvbuf.frontend', 'tune.renice.runtime', 'tune.renice.startup', 'tune.ring.queues', 'tune.sndbuf.backend',
      'tune.sndbuf.frontend', 'tune.streams-elasticity', 'tune.takeover-other-tg-connections',
    ],
  ],
  ['nothing counts glitches', ['tune.glitches.kill.cpu-usage', 'tune.h1.be.glitches-threshold', 'tune.h1.fe.glitches-threshold']],
  [
    'HTTP/2 is not spoken yet',
    [
      'tune.h2.be.glitches-threshold', 'tune.h2.be.initial-window-size', 'tune.h2.be.max-concurrent-streams',
      'tune.h2.be.max-frames-at-once', 'tune.h2.be.rxbuf', 'tune.h2.fe.glitches-threshold',
      'tune.h2.fe.initial-window-size', 'tune.h2.fe.max-concurrent-streams', 'tune.h2.fe.max-frames-at-once',
      'tune.h2.fe.max-rst-at-once', 'tune.h2.fe.max-total-streams', 'tune.h2.fe.rxbuf', 'tune.h2.log-errors',
      'tune.h2.zero-copy-fwd-send',
    ],
  ],
  ['runtime commands are bounded by the buffer size', ['tune.cli.max-payload-size']],
  ['stick tables do not exist yet', ['tune.stick-counters']],
  [
    'TLS is not spoken yet',
    [
      'tune.ssl.certificate-compression', 'tune.ssl.keyupdate-rate-limit', 'tune.ssl.ocsp-update.maxdelay',
      'tune.ssl.ocsp-update.mindelay',
    ],
  ],
  [
    'Lua scripts do not run',
    [
      'tune.lua.bool-sample-conversion', 'tune.lua.burst-timeout', 'tune.lua.log.loggers', 'tune.lua.log.stderr',
      'tune.lua.openlibs',
    ],
  ],
  [
    'QUIC is not spoken',
    [
      'tune.quic.be.cc.cubic-min-losses', 'tune.quic.be.cc.hystart', 'tune.quic.be.cc.max-frame-loss',
      'tune.quic.be.cc.max-win-size', 'tune.quic.be.cc.reorder-ratio', 'tune.quic.be.max-idle-timeout',
      'tune.quic.be.sec.glitches-threshold', 'tune.quic.be.stream.data-ratio', 'tune.quic.be.stream.max-concurrent',
      'tune.quic.be.stream.rxbuf', 'tune.quic.be.tx.pacing', 'tune.quic.be.tx.udp-gso', 'tune.quic.cc-hystart',
      'tune.quic.cc.cubic.min-losses', 'tune.quic.disable-tx-pacing', 'tune.quic.disable-udp-gso',
      'tune.quic.fe.cc.cubic-min-losses', 'tune.quic.fe.cc.hystart', 'tune.quic.fe.cc.max-frame-loss',
      'tune.quic.fe.cc.max-win-size', 'tune.quic.fe.cc.reorder-ratio', 'tune.quic.fe.max-idle-timeout',
      'tune.quic.fe.sec.glitches-threshold', 'tune.quic.fe.sec.retry-threshold', 'tune.quic.fe.sock-per-conn',
      'tune.quic.fe.stream.data-ratio', 'tune.quic.fe.stream.max-concurrent', 'tune.quic.fe.stream.max-total',
      'tune.quic.fe.stream.rxbuf', 'tune.quic.fe.tx.pacing', 'tune.quic.fe.tx.udp-gso',
      'tune.quic.frontend.default-max-window-size', 'tune.quic.frontend.glitches-threshold',
      'tune.quic.frontend.max-data-size', 'tune.quic.frontend.max-tx-mem', 'tune.quic.frontend.stream-data-ratio',
      'tune.quic.listen', 'tune.quic.max-frame-loss', 'tune.quic.mem.tx-max', 'tune.quic.reorder-ratio',
      'tune.quic.socket-owner', 'tune.quic.zero-copy-fwd-send',
    ],
  ],
]; // prettier-ignore

/** `tune.*` of versions after 2.6: none of them has a counterpart here. */
export const newerTuneKeywords: readonly GlobalKeyword[] = groups.flatMap(([why, names]) =>
  names.map((name) =>
    globalServed(
      name,
      name === 'tune.disable-zero-copy-forwarding' || name === 'tune.disable-fast-forward' ? 0 : 1,
      why,
      { since: '2.7' },
    ),
  ),
);
