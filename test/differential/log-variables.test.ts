import { describe, expect, test } from 'vitest';
import { LOG_VARIABLES } from '../../src/language/log-format/variables.js';
import { lacks } from '../support/installed.js';
import { RecordingOrigin, ok, sends } from '../support/origin.js';
import { startHaproxy, startTsproxy, type Proxy } from '../support/proxy.js';
import { get, RawClient } from '../support/raw-client.js';

/** Variables of log lines where there is no log line yet: in rules, each shows what is known by then. */

/** Dates, times and ports differ from run to run. */
const VOLATILE = /^(?:T.*|t.*|ci|cp|bi|bp|si|sp|fi|fp|pid|ms|H|lc|rt|ID|o|OG)$/;
const NAMES = LOG_VARIABLES.map(({ name }) => name).filter((name) => !VOLATILE.test(name));

const shown = NAMES.map((name) => `${name}=%${name}`).join('|');
const CONFIG = `defaults
 mode http
 timeout connect 2s
 timeout client 2s
 timeout server 2s
frontend f
 bind 127.0.0.1:{web}
 capture request header host len 10
 capture response header x-o len 10
 http-request return status 200 content-type text/plain lf-string "${shown}" if { path /return }
 http-request deny hdr x-v "${shown}" if { path /deny }
 http-request set-header x-v "${shown}"
 http-response set-header x-v "${shown}"
 http-after-response set-header x-w "${shown}"
 default_backend b
backend b
 http-request set-header x-b "${shown}"
 http-response set-header x-b "${shown}"
 server s 127.0.0.1:{origin}
`;

async function seen(start: typeof startHaproxy): Promise<string[]> {
  const origin = await RecordingOrigin.start({}, sends(ok('ok', 'x-o: 1\r\n')));
  const proxy: Proxy = await start(CONFIG, { values: { origin: origin.port } });
  const client = await RawClient.connect(proxy.port('web'));
  const texts: string[] = [];
  for (const path of ['/return', '/deny?x', '/x?y']) {
    client.send(get(path));
    const { head, body } = await client.response();
    texts.push(path, ...head.split('\r\n').filter((line) => /^x-[vwb]:/.test(line)), body);
  }
  texts.push(...(origin.requests[0]?.head ?? '').split('\r\n').filter((line) => /^x-[vwb]:/.test(line)));
  await proxy.stop();
  return texts.flatMap((text) => text.split('|'));
}

describe.skipIf(lacks('haproxy'))('log variables in rules, beside the real haproxy', () => {
  test('each shows what is known', async () => {
    const [real, ours] = [await seen(startHaproxy), await seen(startTsproxy)];
    expect(ours).toEqual(real);
  });
});
