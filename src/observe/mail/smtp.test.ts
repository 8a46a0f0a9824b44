import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { mailDate, sendMail, type Mail } from './smtp.js';

const MAIL: Mail = {
  hostname: 'lb',
  from: 'a@x',
  to: 'b@y',
  subject: 'down',
  text: '.down\n.',
  date: new Date(2026, 10, 6, 4, 5, 6),
};

let server: Server | undefined;
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  server?.close();
});

/** A mail server. @param answers to what is said, '250 ok' by default; the greeting is that of '' */
async function smtp(answers: Record<string, string> = {}, split = false): Promise<{ port: number; said: string[] }> {
  const said: string[] = [];
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.setEncoding('latin1');
    const answer = (to: string, otherwise: string): void => {
      const text = answers[to] ?? otherwise;
      if (text === '') return;
      if (!split) socket.write(`${text}\r\n`);
      else for (const [index, char] of `${text}\r\n`.split('').entries()) setTimeout(() => socket.write(char), index);
    };
    let received = '';
    let inData = false;
    socket.on('data', (text: string) => {
      received += text;
      const end = inData ? '\r\n.\r\n' : '\r\n';
      for (let at = received.indexOf(end); at >= 0; at = received.indexOf(end)) {
        const line = received.slice(0, at);
        received = received.slice(at + end.length);
        said.push(line);
        const word = inData ? 'text' : line.split(' ')[0];
        inData = word === 'DATA';
        answer(word, inData ? '354 go on' : '250 ok');
        if (inData) return;
      }
    });
    answer('', '220 hi');
  });
  await new Promise<void>((listening) => server?.listen(0, '127.0.0.1', listening));
  return { port: (server.address() as AddressInfo).port, said };
}

const to = (port: number, timeout = 20_000): Parameters<typeof sendMail>[1] => ({ host: '127.0.0.1', port, timeout });

const DIALOGUE = [
  'HELO lb',
  'MAIL FROM:<a@x>',
  'RCPT TO:<b@y>',
  'DATA',
  `From: a@x\r\nTo: b@y\r\nDate: ${mailDate(MAIL.date)}\r\nSubject: [HAProxy Alert] down\r\n\r\n..down\n..\r\n`,
  'QUIT',
];

describe('a mail', () => {
  test.each([[false], [true]])('is sent; answers in pieces: %s', async (split) => {
    const { port, said } = await smtp({ '': '220-hello\r\n220 hi', HELO: '250' }, split);
    expect(await sendMail(MAIL, to(port))).toBeUndefined();
    expect(said).toEqual(DIALOGUE);
  });

  test.each([
    [{ '': '554 no' }, 0, "'554 no'"],
    [{ RCPT: '550-who\r\n550 is that' }, 3, "'550-who\r\n550 is that'"],
    [{ DATA: '250 ok' }, 4, "'250 ok'"],
    [{ text: '452 full' }, 5, "'452 full'"],
    [{ HELO: 'x'.repeat(20_000) }, 1, 'too long an answer'],
  ])('%o', async (answers, count, problem) => {
    const { port, said } = await smtp(answers);
    expect(await sendMail(MAIL, to(port))).toBe(problem);
    expect(said).toHaveLength(count);
  });

  test('a server that is silent, or not there', async () => {
    const { port } = await smtp({ '': '' });
    expect(await sendMail(MAIL, to(port, 50))).toBe('timeout');
    server?.close();
    for (const socket of sockets) socket.destroy();
    expect(await sendMail(MAIL, to(port))).toContain('ECONNREFUSED');
  });
});

test('dates', () => {
  expect(mailDate(MAIL.date)).toMatch(/^Fri, 06 Nov 2026 04:05:06 [+-]\d{4} \(\S+\)$/);
});
