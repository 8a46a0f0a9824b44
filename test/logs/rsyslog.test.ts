import { createSocket } from 'node:dgram';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { atEnd } from '../support/cleanup.js';
import { temporaryFolder } from '../support/folders.js';
import { findProgram, lacks } from '../support/installed.js';
import { listeningPorts } from '../support/listening.js';
import { LogSink } from '../support/log-sink.js';
import { until } from '../support/poll.js';
import { freePort } from '../support/ports.js';
import { Program } from '../support/program.js';
import { startProxy } from '../support/proxy.js';
import { askOnce, get } from '../support/raw-client.js';

/** Starts a real rsyslogd; it is ready when it listens on a TCP port of its own. */
async function rsyslog(port: number, rules: string): Promise<string> {
  const folder = temporaryFolder();
  const config = join(folder, 'rsyslog.conf');
  writeFileSync(
    config,
    `global(workDirectory="${folder}")\nmodule(load="imtcp")\ninput(type="imtcp" address="127.0.0.1" port="${port}")\n${rules.replaceAll('FOLDER', folder)}\n`,
  );
  const program = new Program(findProgram('rsyslogd') ?? 'rsyslogd', ['-n', '-f', config, '-i', join(folder, 'pid')]);
  await program.ready(`listens on ${port}`, () => listeningPorts().has(port));
  return folder;
}

describe.skipIf(lacks('rsyslogd'))('with a real rsyslogd', () => {
  test.each([['octet-count'], ['legacy']])('it understands what a ring sends: %s', async (framing) => {
    const port = await freePort();
    const folder = await rsyslog(
      port,
      'template(name="t" type="string" string="%syslogfacility-text% %hostname% %app-name%: %msg%\\n")\n' +
        'local3.* action(type="omfile" file="FOLDER/got" template="t" flushOnTXEnd="on" asyncWriting="off")',
    );
    const proxy = await startProxy(`global
 log ring@r local3
 log-send-hostname box
 log-tag edge
ring r
 format rfc5424
 timeout connect 5s
 timeout server 5s
 server s 127.0.0.1:${port} log-proto ${framing}
frontend web
 mode http
 log global
 log-format "%HM %HU"
 timeout client 5s
 bind 127.0.0.1:{web}
 http-request return status 200
`);
    for (const path of ['/a', '/b']) await askOnce(proxy.port('web'), get(path, 'connection: close\r\n'));
    const file = join(folder, 'got');
    const got = (): string => (existsSync(file) ? readFileSync(file, 'latin1') : '');
    await until('both lines', () => got().includes('/b'));
    expect(
      got()
        .split('\n')
        .slice(0, 2)
        .map((line) => line.replace(/: +/, ': ')),
    ).toEqual(['local3 box edge: GET /a', 'local3 box edge: GET /b']);
  });

  test('what it forwards over TCP is received, octet counted and in the format of RFC 5424', async () => {
    const sink = await LogSink.start();
    const proxy = await startProxy(`log-forward f\n bind 127.0.0.1:{in}\n log 127.0.0.1:${sink.port} local0\n`);
    const [port, input] = [await freePort(), await freePort()];
    await rsyslog(
      port,
      `module(load="imudp")\ninput(type="imudp" address="127.0.0.1" port="${input}")\n` +
        `*.* action(type="omfwd" target="127.0.0.1" port="${proxy.port('in')}" protocol="tcp" tcp_framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format")`,
    );
    const sender = createSocket('udp4');
    atEnd(() => void sender.close());
    await until('a line', () => {
      sender.send('<165>Nov  6 10:03:03 web app[12]: hello', input, '127.0.0.1');
      return sink.entries.some(({ raw }) => raw.includes('hello'));
    });
    const line = sink.entries.find(({ raw }) => raw.includes('hello'))?.raw;
    expect(line).toMatch(/^<165>1 \d{4}-11-06T10:03:03\S* web app 12 - -  ?hello\n$/);
  });
});
