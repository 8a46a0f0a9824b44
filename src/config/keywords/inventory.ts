/** Every keyword name of the two versions we compare with, by where it stands. Facts, from `haproxy -dKall` and the manuals. */

/** HAProxy 2.6. */
export const INVENTORY_2_6 = {
  global: `
    51degrees-cache-size 51degrees-data-file 51degrees-property-name-list 51degrees-property-separator
    busy-polling ca-base chroot close-spread-time cluster-secret cpu-map crt-base daemon default-path description
    deviceatlas-json-file deviceatlas-log-level deviceatlas-properties-cookie deviceatlas-separator
    expose-experimental-directives external-check fd-hard-limit gid grace group h1-accept-payload-with-any-method
    h1-case-adjust h1-case-adjust-file h2-workaround-bogus-websocket-clients hard-stop-after
    httpclient.resolvers.id httpclient.resolvers.prefer httpclient.ssl.ca-file httpclient.ssl.verify
    insecure-fork-wanted insecure-setuid-wanted issuers-chain-path localpeer log log-send-hostname log-tag
    lua-load lua-load-per-thread lua-prepend-path master-worker max-spread-checks maxcompcpuusage maxcomprate
    maxconn maxconnrate maxpipes maxsessrate maxsslconn maxsslrate maxzlibmem mworker-max-reloads nbthread
    no-memory-trimming node noepoll noevports nogetaddrinfo nokqueue nopoll noreuseport nosplice numa-cpu-mapping
    pidfile pp2-never-send-local presetenv profiling.memory profiling.tasks quiet resetenv server-state-base
    server-state-file set-dumpable set-var set-var-fmt setenv spread-checks ssl-default-bind-ciphers
    ssl-default-bind-ciphersuites ssl-default-bind-curves ssl-default-bind-options ssl-default-server-ciphers
    ssl-default-server-ciphersuites ssl-default-server-options ssl-dh-param-file ssl-engine ssl-load-extra-del-ext
    ssl-load-extra-files ssl-mode-async ssl-propquery ssl-provider ssl-provider-path ssl-server-verify
    ssl-skip-self-issued-ca stats strict-limits thread-group thread-groups tune.buffers.limit tune.buffers.reserve
    tune.bufsize tune.comp.maxlevel tune.fail-alloc tune.fd.edge-triggered tune.h2.header-table-size
    tune.h2.initial-window-size tune.h2.max-concurrent-streams tune.h2.max-frame-size tune.http.cookielen
    tune.http.logurilen tune.http.maxhdr tune.idle-pool.shared tune.idletimer tune.listener.multi-queue
    tune.lua.forced-yield tune.lua.maxmem tune.lua.service-timeout tune.lua.session-timeout tune.lua.task-timeout
    tune.maxaccept tune.maxpollevents tune.maxrewrite tune.pattern.cache-size tune.peers.max-updates-at-once
    tune.pipesize tune.pool-high-fd-ratio tune.pool-low-fd-ratio tune.quic.frontend.conn-tx-buffers.limit
    tune.quic.frontend.max-idle-timeout tune.quic.frontend.max-streams-bidi tune.quic.retry-threshold
    tune.rcvbuf.client tune.rcvbuf.server tune.recv_enough tune.runqueue-depth tune.sched.low-latency
    tune.sndbuf.client tune.sndbuf.server tune.ssl.cachesize tune.ssl.capture-buffer-size
    tune.ssl.capture-cipherlist-size tune.ssl.default-dh-param tune.ssl.force-private-cache
    tune.ssl.hard-maxrecord tune.ssl.keylog tune.ssl.lifetime tune.ssl.maxrecord tune.ssl.ssl-ctx-cache-size
    tune.vars.check-max-size tune.vars.global-max-size tune.vars.proc-max-size tune.vars.reqres-max-size
    tune.vars.sess-max-size tune.vars.txn-max-size tune.zlib.memlevel tune.zlib.windowsize uid ulimit-n unix-bind
    unsetenv user wurfl-cache-size wurfl-data-file wurfl-information-list wurfl-information-list-separator
    wurfl-patch-file zero-warning
  `,
  proxy: `
    acl backlog balance bind bind-process capture clitcpka-cnt clitcpka-idle clitcpka-intvl clitimeout compression
    contimeout cookie declare default-server default_backend description disabled dispatch email-alert enabled
    error-log-format errorfile errorfiles errorloc errorloc302 errorloc303 external-check filter force-persist
    fullconn hash-type http-after-response http-check http-error http-request http-response http-reuse
    http-send-name-header id ignore-persist load-server-state-from-file log log-format log-format-sd log-tag
    max-keep-alive-queue maxconn mode monitor monitor-uri persist rate-limit redirect retries retry-on server
    server-state-file-name server-template source srvtcpka-cnt srvtcpka-idle srvtcpka-intvl srvtimeout stats stick
    stick-table tcp-check tcp-request tcp-response timeout transparent unique-id-format unique-id-header
    use-fcgi-app use-server use_backend
  `,
  option: `
    abortonclose accept-invalid-http-request accept-invalid-http-response allbackups checkcache clitcpka contstats
    disable-h2-upgrade dontlog-normal dontlognull external-check forwardfor h1-case-adjust-bogus-client
    h1-case-adjust-bogus-server http-buffer-request http-ignore-probes http-keep-alive http-no-delay
    http-pretend-keepalive http-restrict-req-hdr-names http-server-close http-use-proxy-header httpchk httpclose
    httplog httpslog idle-close-on-response independent-streams ldap-check log-health-checks log-separate-errors
    logasap mysql-check nolinger originalto persist pgsql-check prefer-last-server redis-check redispatch smtpchk
    socket-stats splice-auto splice-request splice-response spop-check srvtcpka ssl-hello-chk tcp-check
    tcp-smart-accept tcp-smart-connect tcpka tcplog transparent
  `,
  bind: `
    accept-netscaler-cip accept-proxy allow-0rtt alpn backlog ca-file ca-ignore-err ca-sign-file ca-sign-pass
    ca-verify-file ciphers ciphersuites crl-file crt crt-ignore-err crt-list curves defer-accept ecdhe expose-fd
    force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 force-tlsv13 generate-certificates gid group id interface
    level maxconn mode mss name namespace nice no-ca-names no-sslv3 no-tls-tickets no-tlsv10 no-tlsv11 no-tlsv12
    no-tlsv13 npn prefer-client-ciphers process proto quic-cc-algo quic-force-retry severity-output shards ssl
    ssl-max-ver ssl-min-ver strict-sni tcp-ut tfo thread tls-ticket-keys transparent uid user v4v6 v6only verify
  `,
  server: `
    addr agent-addr agent-check agent-inter agent-port agent-send allow-0rtt alpn backup ca-file check check-alpn
    check-proto check-send-proxy check-sni check-ssl check-via-socks4 ciphers ciphersuites cookie crl-file crt
    disabled downinter enabled error-limit fall fastinter force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12
    force-tlsv13 id init-addr inter log-proto max-reuse maxconn maxqueue minconn namespace no-agent-check
    no-backup no-check no-check-send-proxy no-check-ssl no-send-proxy no-send-proxy-v2 no-send-proxy-v2-ssl
    no-send-proxy-v2-ssl-cn no-ssl no-ssl-reuse no-sslv3 no-tfo no-tls-tickets no-tlsv10 no-tlsv11 no-tlsv12
    no-tlsv13 no-verifyhost non-stick npn observe on-error on-marked-down on-marked-up pool-low-conn pool-max-conn
    pool-purge-delay port proto proxy-v2-options redir resolve-net resolve-opts resolve-prefer resolvers rise
    send-proxy send-proxy-v2 send-proxy-v2-ssl send-proxy-v2-ssl-cn slowstart sni socks4 source ssl ssl-max-ver
    ssl-min-ver ssl-reuse stick tcp-ut tfo tls-tickets track usesrc verify verifyhost weight ws
  `,
};

/** What 3.5 knows beyond that. */
export const ADDED_SINCE = {
  global: `
    51degrees-allow-unmatched 51degrees-difference 51degrees-drift 51degrees-use-performance-graph
    51degrees-use-predictive-graph acme.scheduler anonkey cpu-affinity cpu-policy cpu-set debug.counters
    dns-accept-family expose-deprecated-directives force-cfg-parser-pause
    h1-do-not-close-on-insecure-transfer-encoding harden.reject-privileged-ports.quic
    harden.reject-privileged-ports.tcp http-err-codes http-fail-codes httpclient.resolvers.disabled
    httpclient.retries httpclient.timeout.connect jwt.decrypt_alg_list jwt.decrypt_enc_list key-base limited-quic
    max-threads-per-group nbproc noktls ocsp-update.disable ocsp-update.httpproxy ocsp-update.maxdelay
    ocsp-update.mindelay ocsp-update.mode prealloc-fd quick-exit setcap shm-stats-file shm-stats-file-max-objects
    ssl-default-bind-client-sigalgs ssl-default-bind-sigalgs ssl-default-server-client-sigalgs
    ssl-default-server-curves ssl-default-server-sigalgs ssl-passphrase-cmd ssl-security-level stats-file
    stress-level thread-hard-limit tune.applet.zero-copy-forwarding tune.bufsize.large tune.bufsize.small
    tune.chksize tune.cli.max-payload-size tune.defaults.purge tune.disable-fast-forward
    tune.disable-zero-copy-forwarding tune.epoll.mask-events tune.events.max-events-at-once tune.fd.tables
    tune.glitches.kill.cpu-usage tune.h1.be.glitches-threshold tune.h1.fe.glitches-threshold
    tune.h1.zero-copy-fwd-recv tune.h1.zero-copy-fwd-send tune.h2.be.glitches-threshold
    tune.h2.be.initial-window-size tune.h2.be.max-concurrent-streams tune.h2.be.max-frames-at-once
    tune.h2.be.rxbuf tune.h2.fe.glitches-threshold tune.h2.fe.initial-window-size
    tune.h2.fe.max-concurrent-streams tune.h2.fe.max-frames-at-once tune.h2.fe.max-rst-at-once
    tune.h2.fe.max-total-streams tune.h2.fe.rxbuf tune.h2.log-errors tune.h2.zero-copy-fwd-send
    tune.listener.default-shards tune.lua.bool-sample-conversion tune.lua.burst-timeout tune.lua.log.loggers
    tune.lua.log.stderr tune.lua.openlibs tune.max-checks-per-thread tune.max-rules-at-once tune.memory.hot-size
    tune.notsent-lowat.client tune.notsent-lowat.server tune.pt.zero-copy-forwarding
    tune.quic.be.cc.cubic-min-losses tune.quic.be.cc.hystart tune.quic.be.cc.max-frame-loss
    tune.quic.be.cc.max-win-size tune.quic.be.cc.reorder-ratio tune.quic.be.max-idle-timeout
    tune.quic.be.sec.glitches-threshold tune.quic.be.stream.data-ratio tune.quic.be.stream.max-concurrent
    tune.quic.be.stream.rxbuf tune.quic.be.tx.pacing tune.quic.be.tx.udp-gso tune.quic.fe.cc.cubic-min-losses
    tune.quic.fe.cc.hystart tune.quic.fe.cc.max-frame-loss tune.quic.fe.cc.max-win-size
    tune.quic.fe.cc.reorder-ratio tune.quic.fe.max-idle-timeout tune.quic.fe.sec.glitches-threshold
    tune.quic.fe.sec.retry-threshold tune.quic.fe.sock-per-conn tune.quic.fe.stream.data-ratio
    tune.quic.fe.stream.max-concurrent tune.quic.fe.stream.max-total tune.quic.fe.stream.rxbuf
    tune.quic.fe.tx.pacing tune.quic.fe.tx.udp-gso tune.quic.listen tune.quic.mem.tx-max
    tune.quic.zero-copy-fwd-send tune.rcvbuf.backend tune.rcvbuf.frontend tune.renice.runtime tune.renice.startup
    tune.ring.queues tune.sndbuf.backend tune.sndbuf.frontend tune.ssl.certificate-compression
    tune.ssl.keyupdate-rate-limit tune.ssl.ocsp-update.maxdelay tune.ssl.ocsp-update.mindelay tune.stick-counters
    tune.streams-elasticity tune.takeover-other-tg-connections warn-blocked-traffic-after
  `,
  proxy: `
    be-unpublished crt filter-sequence force-be-switch guid hash-balance-factor hash-preserve-affinity log-steps
    max-session-srv-conns quic-initial ssl-f-use
  `,
  option: `
    accept-unsafe-violations-in-http-request accept-unsafe-violations-in-http-response forwarded
    http-drop-request-trailers http-drop-response-trailers use-small-buffers
  `,
  bind: `
    cc client-sigalgs default-crt ech guid-prefix idle-ping ktls label nbconn no-alpn no-strict-sni quic-socket
    sigalgs tcp-md5sig tcp-ss tls-tickets
  `,
  server: `
    cc check-pool-conn-name check-reuse-pool check-sni-auto client-sigalgs curves guid hash-key healthcheck
    idle-ping init-state ktls log-bufsize no-check-reuse-pool no-check-sni-auto no-renegotiate no-sni-auto
    pool-conn-name quic-cc-algo renegotiate set-proxy-v2-tlv-fmt shard sigalgs sni-auto strict-maxconn tcp-md5sig
  `,
};
