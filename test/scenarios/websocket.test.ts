import { expect, test } from 'vitest';
import { nodePath } from '../support/environment.js';
import { run } from '../support/program.js';
import { startProxy } from '../support/proxy.js';
import { webSocketOrigin } from '../support/websocket-origin.js';

/** A real WebSocket client (Node's own, in a process of its own) and a server behind the proxy. */

const CONFIG = `global
 nbthread 1
defaults
 mode http
 timeout connect 5s
 timeout client 10s
 timeout server 10s
 timeout tunnel 1h
frontend f
 bind 127.0.0.1:{web}
 default_backend b
backend b
 server s 127.0.0.1:{origin} ws auto
`;

/** Opens, says three things of different sizes, closes when it has heard all three, and prints what it heard. */
const CLIENT = `
const socket = new WebSocket(process.argv[1], 'chat');
const heard = [];
socket.onopen = () => { for (const size of [5, 300, 70000]) socket.send('x'.repeat(size)); };
socket.onmessage = ({ data }) => { if (heard.push(data.length) === 3) socket.close(1000, 'done'); };
socket.onerror = () => { console.log('error'); process.exit(1); };
socket.onclose = ({ code, reason }) => console.log(JSON.stringify({ heard, code, reason, protocol: socket.protocol }));
`;

test("Node's WebSocket client talks through the proxy", async () => {
  const origin = await webSocketOrigin();
  const proxy = await startProxy(CONFIG, { values: { origin } });
  const url = `ws://127.0.0.1:${proxy.port('web')}/chat`;
  const { stdout, stderr } = await run(nodePath, ['--experimental-websocket', '--no-warnings', '-e', CLIENT, url]);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ heard: [5, 300, 70_000], code: 1000, reason: 'done', protocol: 'chat' });
});
