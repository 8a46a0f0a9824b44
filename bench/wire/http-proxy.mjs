// What Node teams glue together today: http-proxy with keep-alive agents, round robin, no checks, no logs.
import http from 'node:http';
import httpProxy from 'http-proxy';

const [port, ...origins] = process.argv.slice(2).map(Number);
const agent = new http.Agent({ keepAlive: true });
const proxy = httpProxy.createProxyServer({ agent });
proxy.on('error', (_error, _request, response) => response.destroy());
let turn = 0;
http
  .createServer((request, response) => {
    turn = (turn + 1) % origins.length;
    proxy.web(request, response, { target: `http://127.0.0.1:${origins[turn]}` });
  })
  .listen(port, '127.0.0.1', 4096);
