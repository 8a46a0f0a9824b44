import { expect, test } from 'vitest';
import { readConfiguration } from '../config/read.js';
import { newProxy, readProxy } from '../config/keywords/testing.js';
import { compileRuntime } from './compile.js';

/** A rule in a `defaults` section with servers, which the section does not have; as haproxy 2.6 -c. */
test.each([
  ['srv_conn(s)', 'backend name must be set in arg 1'],
  ['srv_conn(b/s)', ''],
])('%s in a rule of a defaults section: %s', (expression, complaint) => {
  const text = `
defaults d
  timeout connect 1s
  timeout server 1s
  mode http
  http-request set-header x "%[${expression}]"
backend b from d
  server s 127.0.0.1:80
`;
  const { model, diagnostics } = readConfiguration([{ path: 'test.cfg', text }], { env: {}, offline: false });
  compileRuntime(model, diagnostics, {
    offline: false,
    version: '2.6',
    now: 0,
    env: () => undefined,
    createLogger: () => ({ active: false, stream() {}, event() {} }),
  });
  const alerts = diagnostics.list.filter(({ severity }) => severity === 'alert').map(({ message }) => message);
  expect(alerts).toHaveLength(complaint === '' ? 0 : 1);
  expect(alerts.join('')).toContain(complaint);
});

test.each([
  ['track-sc0 src', 1],
  ['track-sc0 src table b', 0],
])('%s in a rule of a defaults section', (rule, count) => {
  const text = `
defaults d
  timeout connect 1s
  timeout server 1s
  mode http
  http-request ${rule}
backend b from d
  stick-table type ip size 100
  server s 127.0.0.1:80
`;
  const { model, diagnostics } = readConfiguration([{ path: 'test.cfg', text }], { env: {}, offline: false });
  compileRuntime(model, diagnostics, {
    offline: false,
    version: '2.6',
    now: 0,
    env: () => undefined,
    createLogger: () => ({ active: false, stream() {}, event() {} }),
  });
  expect(diagnostics.list.filter(({ severity }) => severity === 'alert')).toHaveLength(count);
});

test('rules of a defaults section that nobody uses are checked, too', () => {
  const text = `
defaults d
  mode http
  http-request set-headr x y
  tcp-request content accept if { nonsense }
  acl known path /
  http-request deny if known
`;
  const { model, diagnostics } = readConfiguration([{ path: 'test.cfg', text }], { env: {}, offline: false });
  compileRuntime(model, diagnostics, {
    offline: false,
    version: '2.6',
    now: 0,
    env: () => undefined,
    createLogger: () => ({ active: false, stream() {}, event() {} }),
  });
  const alerts = diagnostics.list.filter(({ severity }) => severity === 'alert');
  expect(alerts.map(({ span }) => span?.source.line)).toEqual([5, 4]);
});

test.each(['port 81 addr 127.0.0.2:80', 'addr 127.0.0.2:80 port 81'])('%s: checks go to the port', (parameters) => {
  const model = newProxy('backend', 'b');
  readProxy(`server s 127.0.0.1:8080 ${parameters}`, model);
  expect(model.servers[0]).toMatchObject({ checkPort: 81, checkAddress: { host: '127.0.0.2', port: 80 } });
});
