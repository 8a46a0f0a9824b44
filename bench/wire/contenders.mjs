// The programs that are compared, each with a configuration equivalent to the tutorial's web.cfg or mysql.cfg.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the certificate of the TLS scenarios is, if there could be one. */
export const certificateOf = (folder) => join(folder, 'tls.pem');

/** Fifty ACLs that are all looked at, a map, and three edits of fields. */
function fiftyRules(folder) {
  const map = join(folder, 'rules.map');
  writeFileSync(map, Array.from({ length: 1000 }, (_, index) => `/area${index}/ value${index}\n`).join(''));
  const tests = ['path_beg /never', 'path_end .never', 'hdr(host) -i never', 'method PUT', 'src 192.0.2.0/24'];
  const rules = Array.from({ length: 50 }, (_, index) => {
    const [criterion, pattern] = tests[index % tests.length].split(/ (?=[^ ]+$)/);
    return `    acl rule${index} ${criterion} ${pattern}${criterion.startsWith('src') || criterion === 'method' ? '' : index}\n    http-request deny if rule${index}\n`;
  });
  return `${rules.join('')}    http-request set-header X-Area %[path,map_beg(${map},none)]
    http-request set-header X-Client %[src]
    http-response del-header Server
`;
}

/** The tutorial's web.cfg with other addresses: ACL, checks, counters, httplog to a UDP sink. `tcp` is mysql.cfg's shape. */
export function haproxyConfig({ folder, name, ports, origins, sink, bufsize, threads = 1, socket }) {
  const file = join(folder, `${name}.cfg`);
  const tune = bufsize === undefined ? '' : `    tune.bufsize ${bufsize}\n`;
  const tls = existsSync(certificateOf(folder))
    ? `    bind 127.0.0.1:${ports.tls} ssl crt ${certificateOf(folder)}\n`
    : '';
  writeFileSync(
    file,
    `global
    log 127.0.0.1:${sink} local2 info
    maxconn 4000
    nbthread ${threads}
${socket === undefined ? '' : `    stats socket ${socket} level admin\n`}${tune}defaults
    mode http
    log global
    retries 3
    option redispatch
    maxconn 4000
    timeout connect 5000
    timeout client 50000
    timeout server 50000
listen stats
    bind 127.0.0.1:${ports.stats}
    stats enable
    stats uri /haproxy
    stats auth qianfeng:123
frontend web
    mode http
    bind 127.0.0.1:${ports.http}
${tls}    option httplog
    acl html url_reg -i \\.html$
    use_backend httpservers if html
    default_backend httpservers
frontend rules
    bind 127.0.0.1:${ports.rules}
    option httplog
${fiftyRules(folder)}    default_backend httpservers
frontend tracked
    bind 127.0.0.1:${ports.tracked}
    option httplog
    http-request track-sc0 src table visitors
    http-request deny deny_status 429 if { sc_http_req_rate(0) gt 1000000000 }
    default_backend httpservers
backend visitors
    stick-table type ip size 100k expire 30s store http_req_rate(10s),conn_cur,bytes_out_rate(10s)
backend httpservers
    balance roundrobin
    server http1 127.0.0.1:${origins[0]} maxconn 2000 weight 1 check inter 1s rise 2 fall 2
    server http2 127.0.0.1:${origins[1]} maxconn 2000 weight 1 check inter 1s rise 2 fall 2
listen mysql
    bind 127.0.0.1:${ports.tcp}
    mode tcp
    balance roundrobin
    server mysql1 127.0.0.1:${origins[0]} weight 1 check inter 1s rise 2 fall 2
    server mysql2 127.0.0.1:${origins[1]} weight 1 check inter 1s rise 2 fall 2
`,
  );
  return file;
}

export function nginxOrigin({ folder, name, port }) {
  const file = join(folder, `${name}.conf`);
  writeFileSync(
    file,
    `daemon off; master_process off; worker_processes 1; pid ${folder}/${name}.pid; error_log /dev/null crit;
events { worker_connections 8192; }
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 300s; sendfile on; tcp_nopush on;
  client_body_temp_path ${folder}/${name}-body; proxy_temp_path ${folder}/${name}-proxy;
  fastcgi_temp_path ${folder}/${name}-f; uwsgi_temp_path ${folder}/${name}-u; scgi_temp_path ${folder}/${name}-s;
  server { listen 127.0.0.1:${port} backlog=4096; root ${folder}/www; default_type text/html; }
}
`,
  );
  return ['nginx', '-c', file, '-p', folder];
}

export function nginxProxy({ folder, name, ports, origins }) {
  const file = join(folder, `${name}.conf`);
  const servers = origins.map((port) => `server 127.0.0.1:${port};`).join(' ');
  writeFileSync(
    file,
    `load_module /usr/lib/nginx/modules/ngx_stream_module.so;
daemon off; master_process off; worker_processes 1; pid ${folder}/${name}.pid; error_log /dev/null crit;
events { worker_connections 8192; }
http {
  access_log off; keepalive_requests 1000000000; proxy_buffering on; proxy_max_temp_file_size 0;
  client_body_temp_path ${folder}/${name}-body; proxy_temp_path ${folder}/${name}-proxy;
  fastcgi_temp_path ${folder}/${name}-f; uwsgi_temp_path ${folder}/${name}-u; scgi_temp_path ${folder}/${name}-s;
  upstream pool { ${servers} keepalive 128; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${ports.http} backlog=4096;
    location / { proxy_pass http://pool; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
stream { upstream raw { ${servers} } server { listen 127.0.0.1:${ports.tcp} backlog=4096; proxy_pass raw; } }
`,
  );
  return ['nginx', '-c', file, '-p', folder];
}
