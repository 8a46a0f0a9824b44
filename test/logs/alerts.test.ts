import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask } from '../admin/runtime-client.js';
import { atEnd } from '../support/cleanup.js';
import { temporaryFolder } from '../support/folders.js';
import { lacks } from '../support/installed.js';
import { until } from '../support/poll.js';
import { startHaproxy, startTsproxy } from '../support/proxy.js';

/** A mail server that takes all; what was said to it, connection by connection. */
async function mailServer(): Promise<{ readonly port: number; readonly dialogues: string[] }> {
  const dialogues: string[] = [];
  const server = createTcpServer((socket) => {
    const index = dialogues.push('') - 1;
    socket.on('error', () => {});
    socket.write('220-hi\r\n220 there\r\n');
    let inData = false;
    socket.setEncoding('latin1').on('data', (text: string) => {
      dialogues[index] += text;
      const end = inData ? '\r\n.\r\n' : '\r\n';
      if (!dialogues[index].endsWith(end)) return;
      const asksForData = !inData && text.startsWith('DATA');
      socket.write(asksForData ? '354 go on\r\n' : '250 ok\r\n');
      inData = asksForData;
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  atEnd(() => void server.close());
  return { port: (server.address() as AddressInfo).port, dialogues };
}

const COMMANDS = [
  'set server b/s health down',
  'set server b/s health up',
  'set server b/s health stopping',
  'set server b/s health up',
  'set server b/t health down',
  'set server b/s state drain',
  'set server b/s state maint',
  'set server b/s state ready',
  'set server b/s weight 0',
  'set server b/s health down',
  'set server b/s health up',
];

const config = (socket: string, alerts: string): string => `global
 stats socket ${socket} level admin
defaults
 timeout connect 2s
 timeout client 2s
 timeout server 2s
backend b
 ${alerts}
 server s 127.0.0.1:1
 server t 127.0.0.1:2 backup
listen web
 bind 127.0.0.1:{web}
`;

describe.skipIf(lacks('haproxy'))('mails beside the real haproxy', () => {
  test.each([
    ['notice', 7],
    ['alert', 3],
  ])('level %s', async (level, count) => {
    const sent = await Promise.all(
      [startHaproxy, startTsproxy].map(async (begin) => {
        const mail = await mailServer();
        const socket = join(temporaryFolder(), 'socket');
        const alerts = `email-alert mailers m\n email-alert from a@x\n email-alert to b@y\n email-alert level ${level}\n email-alert myhostname lb`;
        const mailers = `mailers m\n timeout mail 15s\n mailer one 127.0.0.1:${mail.port}\n`;
        const proxy = await begin(config(socket, alerts) + mailers);
        for (const command of COMMANDS) await ask(socket, `${command}\n`);
        await until(
          `${proxy.name}: mails`,
          () => mail.dialogues.filter((text) => text.includes('QUIT')).length >= count,
        );
        await proxy.stop();
        return mail.dialogues.map((text) => text.replace(/^Date: .*$/m, 'Date'));
      }),
    );
    expect(sent[1]).toEqual(sent[0]);
    expect(sent[1]).toHaveLength(count);
  });
});

test('a webhook is posted to, mailers or not', async () => {
  const posted: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      posted.push(`${request.method} ${request.url} ${request.headers['content-type']} ${body}`);
      response.statusCode = posted.length === 2 ? 500 : 204;
      response.end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  atEnd(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const socket = join(temporaryFolder(), 'socket');
  const alerts = `email-alert webhook http://127.0.0.1:${port}/hook?x\n email-alert level notice\n email-alert myhostname lb`;
  const proxy = await startTsproxy(config(socket, alerts));
  for (const command of COMMANDS.slice(0, 2)) await ask(socket, `${command}\n`);
  await until('two posts', () => posted.length === 2);
  expect(posted[0]).toMatch(/^POST \/hook\?x application\/json \{/);
  const notice: unknown = JSON.parse(posted[0].slice(posted[0].indexOf('{')));
  expect(notice).toEqual({
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    level: 'alert',
    host: 'lb',
    proxy: 'b',
    message:
      'Server b/s is DOWN, changed from CLI. 0 active and 1 backup servers left. Running on backup. 0 sessions active, 0 requeued, 0 remaining in queue',
  });
  const problem = `email-alert of proxy 'b': webhook 'http://127.0.0.1:${port}/hook?x': status 500.`;
  await until('the complaint', () => proxy.program.stderr.includes(problem));
});
