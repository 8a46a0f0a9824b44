import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Stage, type FakeTransport } from '../testing.js';

/**
 * Anything may happen in any order: bytes in any pieces, resets, closes, slow peers, time that passes. Each request and
 * each response says whose it is, so that a byte that reaches the wrong one is seen.
 */
const CONFIG = (back: string): string => `
defaults
  mode http
  log stdout format raw local0
  log-format "LOG %ci %{+Q}r %ST %ts"
  timeout connect 1s
  timeout client 30s
  timeout server 20s
  timeout queue 5s
frontend f
  bind :80
  http-request deny if { path_beg /deny }
  http-request wait-for-body time 3s if { path_beg /wait }
  http-response deny if { status 201 }
  default_backend b
backend b
${back}
`;

const BACKENDS = [
  '  server s 192.0.2.1:80',
  '  http-reuse always\n  server s 192.0.2.1:80 maxconn 1\n  server t 192.0.2.2:80 maxconn 1',
  '  http-reuse never\n  option redispatch\n  retries 2\n  server s 192.0.2.1:80\n  server t 192.0.2.2:80',
  '  retry-on all-retryable-errors 404\n  option redispatch 1\n  server s 192.0.2.1:80 maxconn 2',
  '  option abortonclose\n  option http-server-close\n  server s 192.0.2.1:80 maxconn 1',
  '  http-reuse aggressive\n  option http-buffer-request\n  balance leastconn\n  server s 192.0.2.1:80 maxconn 2 maxqueue 1',
];

/** One kind of request: its bytes, given its mark. */
const REQUESTS: readonly ((mark: string) => string)[] = [
  (mark) => `GET /${mark} HTTP/1.1\r\nhost: a\r\nmark: ${mark}\r\n\r\n`,
  (mark) => `GET /deny${mark} HTTP/1.1\r\nhost: a\r\nmark: ${mark}\r\n\r\n`,
  (mark) =>
    `POST /${mark} HTTP/1.1\r\nhost: a\r\nmark: ${mark}\r\ncontent-length: ${mark.length * 50}\r\n\r\n${mark.repeat(50)}`,
  (mark) => `POST /wait${mark} HTTP/1.1\r\nhost: a\r\nmark: ${mark}\r\ncontent-length: ${mark.length}\r\n\r\n${mark}`,
  (mark) =>
    `PUT /${mark} HTTP/1.1\r\nhost: a\r\nmark: ${mark}\r\ntransfer-encoding: chunked\r\n\r\n${mark.length.toString(16)};x\r\n${mark}\r\n0\r\nt: ${mark}\r\n\r\n`,
  (mark) => `HEAD /${mark} HTTP/1.1\r\nhost: a\r\nmark: ${mark}\r\n\r\n`,
  (mark) => `GET /${mark} HTTP/1.0\r\nmark: ${mark}\r\n\r\n`,
  (mark) =>
    `POST /${mark} HTTP/1.1\r\nhost: a\r\nmark: ${mark}\r\ncontent-length: 40000\r\n\r\n${mark.padEnd(40_000, '.')}`,
];

/** What a server answers to the request with this mark. */
const RESPONSES: readonly ((mark: string) => string)[] = [
  (mark) => `HTTP/1.1 200 OK\r\nmark: ${mark}\r\ncontent-length: ${mark.length}\r\n\r\n${mark}`,
  (mark) =>
    `HTTP/1.1 200 OK\r\nmark: ${mark}\r\ntransfer-encoding: chunked\r\n\r\n${mark.length.toString(16)}\r\n${mark}\r\n0\r\n\r\n`,
  (mark) => `HTTP/1.1 201 Created\r\nmark: ${mark}\r\ncontent-length: 6\r\n\r\nsecret`,
  (mark) =>
    `HTTP/1.1 103 Early Hints\r\nmark: ${mark}\r\n\r\nHTTP/1.1 404 No\r\nmark: ${mark}\r\ncontent-length: 0\r\n\r\n`,
  (mark) => `HTTP/1.1 204 No Content\r\nmark: ${mark}\r\n\r\n`,
  (mark) => `HTTP/1.1 200 OK\r\nmark: ${mark}\r\ncontent-length: 50000\r\n\r\n${mark.padEnd(50_000, '.')}`,
  () => 'blah\r\n\r\n',
];

interface Action {
  readonly kind: number;
  readonly who: number;
  readonly size: number;
}

const enum Kind {
  Connect, Request, Garbage, Bytes, Step, Answer, Refuse, Accept, ClientFin, ClientReset, ServerFin, ServerReset,
  Block, Unblock, Time, Settle, Converse, size,
} // prettier-ignore

/** A run: what the clients still have to say, and what each sent and each server received. */
class Run {
  readonly stage: Stage;
  /** Per client: bytes not sent yet, and the marks of its requests in order. */
  readonly pending = new Map<FakeTransport, string>();
  readonly marks = new Map<FakeTransport, string[]>();
  readonly answered = new Set<string>();
  private nextMark = 0;

  constructor(back: string) {
    this.stage = new Stage(CONFIG(back));
    this.stage.connects = () => undefined;
  }

  do({ kind, who, size }: Action): void {
    const { clients, servers } = this.stage;
    const client = clients[who % Math.max(1, clients.length)] as FakeTransport | undefined;
    const server = servers[who % Math.max(1, servers.length)] as FakeTransport | undefined;
    switch (kind % (Kind.size as number)) {
      case Kind.Connect:
        this.stage.connect();
        return;
      case Kind.Request:
        if (client !== undefined) this.addRequest(client, size);
        return;
      case Kind.Garbage:
        if (client !== undefined && size % 5 === 0)
          this.pending.set(client, `${this.pending.get(client) ?? ''}\0\r\n\r\n`);
        return;
      case Kind.Bytes:
        if (client !== undefined) this.sendSome(client, size * size);
        return;
      case Kind.Step:
        client?.step(size + 1);
        server?.step(size + 1);
        return;
      case Kind.Answer:
        for (const each of servers) this.answer(each, size);
        return;
      case Kind.Refuse:
        if (server?.connecting === true) server.outcome ??= size % 2 === 0 ? 'ECONNREFUSED' : 'ETIMEDOUT';
        return;
      case Kind.Accept:
        for (const each of servers) each.outcome ??= '';
        return;
      case Kind.ClientFin:
        if (size % 3 === 0) client?.finish();
        return;
      case Kind.ClientReset:
        if (size % 3 === 0) client?.fail();
        return;
      case Kind.ServerFin:
        if (size % 3 === 0 && server?.connecting === false) server.finish();
        return;
      case Kind.ServerReset:
        if (size % 3 === 0 && server?.connecting === false) server.fail();
        return;
      case Kind.Block:
        for (const each of [client, server]) if (each !== undefined) each.writable = false;
        return;
      case Kind.Unblock:
        for (const each of [client, server]) if (each !== undefined) each.writable = true;
        return;
      case Kind.Time:
        vi.advanceTimersByTime(size * 100);
        return;
      case Kind.Settle:
        this.stage.settle();
        return;
      case Kind.Converse:
        this.converse(client, size);
        return;
      default:
    }
  }

  /** A whole request that reaches a server at once, where nothing is in its way. */
  private converse(client: FakeTransport | undefined, size: number): void {
    if (client === undefined) return;
    this.addRequest(client, size);
    this.sendSome(client, Infinity);
    this.stage.settle();
    for (const each of this.stage.servers) each.outcome ??= '';
    this.stage.settle();
  }

  private addRequest(client: FakeTransport, size: number): void {
    const mark = `m${this.nextMark++}.`;
    this.marks.set(client, [...(this.marks.get(client) ?? []), mark]);
    this.pending.set(client, (this.pending.get(client) ?? '') + REQUESTS[size % REQUESTS.length](mark));
  }

  private sendSome(client: FakeTransport, most: number): void {
    const text = this.pending.get(client) ?? '';
    client.send(text.slice(0, most));
    this.pending.set(client, text.slice(most));
  }

  /** Answers the newest request that this connection carries, once. */
  private answer(server: FakeTransport, size: number): void {
    const mark = [...server.received.matchAll(/^mark: (\S+)\r\n/gm)].at(-1)?.[1];
    const key = `${this.stage.servers.indexOf(server)} ${mark}`;
    if (mark === undefined || this.answered.has(key)) return;
    this.answered.add(key);
    const head = server.received.lastIndexOf(`mark: ${mark}`);
    const noBody = /HEAD \S+ HTTP\/1\.1\r\n(?:[^\r]+\r\n)*$/.test(server.received.slice(0, head));
    const text = RESPONSES[size % RESPONSES.length](mark);
    server.send(noBody ? text.slice(0, text.lastIndexOf('\r\n\r\n') + 4).replace(/^blah/, 'HTTP/1.0 200 OK') : text);
  }

  /** Everybody leaves. */
  end(): void {
    const { clients, servers } = this.stage;
    this.stage.settle();
    for (const each of servers) each.outcome ??= 'ECONNREFUSED';
    for (const each of [...clients, ...servers]) each.writable = true;
    for (let i = 0; i < 12; i++) {
      for (const each of servers) each.outcome ??= 'ECONNREFUSED';
      this.stage.settle();
      for (const each of clients) each.fail();
      this.stage.settle();
      vi.advanceTimersByTime(21_000);
    }
    for (const each of servers) each.fail();
    this.stage.settle();
    this.stage.close();
  }

  check(): void {
    const { stage } = this;
    expect(stage.faults).toEqual([]);
    expect(stage.leftovers()).toEqual({});
    for (const client of stage.clients) expect(client.announced).toBe(true);
    this.checkLog();
    for (const client of stage.clients) this.checkClient(client);
    for (const server of stage.servers) this.checkServer(server);
  }

  /** No request has two lines; no line speaks of a request that nobody sent. */
  private checkLog(): void {
    const seen = this.stage.lines.flatMap((line) => /\/(?:deny|wait)?(m\d+\.) HTTP/.exec(line)?.[1] ?? []);
    expect(new Set(seen).size).toBe(seen.length);
    const sent = new Set([...this.marks.values()].flat());
    for (const mark of seen) expect(sent.has(mark)).toBe(true);
  }

  /** A client receives answers to its own requests only, in order. */
  private checkClient(client: FakeTransport): void {
    const own = this.marks.get(client) ?? [];
    const order = [...client.received.matchAll(/^mark: (\S+)\r\n/gm)].map(([, mark]) => own.indexOf(mark));
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(client.received).not.toContain('secret');
    expect(client.received).not.toContain('#');
    for (const [, mark] of client.received.matchAll(/(m\d+\.)/g)) expect(own).toContain(mark);
  }

  /** What a server receives is whole requests as they were sent, the last one perhaps cut short. */
  private checkServer(server: FakeTransport): void {
    let rest = server.received;
    while (rest !== '') {
      const mark = /^mark: (\S+)\r\n/m.exec(rest)?.[1];
      if (mark === undefined) break;
      const candidates = REQUESTS.map((make) => make(mark))
        .map((text) => forms(text))
        .flat();
      const whole = candidates.find((text) => rest.startsWith(text));
      if (whole === undefined) {
        expect(candidates.some((text) => text.startsWith(rest))).toBe(true);
        return;
      }
      rest = rest.slice(whole.length);
    }
    expect('GET POST PUT HEAD '.includes(rest.slice(0, 4))).toBe(true);
  }
}

/** A request as it may reach a server: chunk extensions are dropped, the connection field is ours. */
function forms(text: string): string[] {
  const plain = text.replace(';x\r\n', '\r\n');
  const withField = (field: string): string => plain.replace('\r\n\r\n', `\r\n${field}\r\n\r\n`);
  return [withField('connection: close'), withField('connection: keep-alive'), plain];
}

/** How often each kind happens: mostly what lets exchanges go on, so that the rest meets them in every state. */
const WEIGHTS: readonly (readonly [Kind, number])[] = [
  [Kind.Connect, 4], [Kind.Request, 4], [Kind.Garbage, 1], [Kind.Bytes, 8], [Kind.Step, 6], [Kind.Answer, 16],
  [Kind.Refuse, 1], [Kind.Accept, 8], [Kind.ClientFin, 1], [Kind.ClientReset, 1], [Kind.ServerFin, 2],
  [Kind.ServerReset, 1], [Kind.Block, 1], [Kind.Unblock, 3], [Kind.Time, 1], [Kind.Settle, 12], [Kind.Converse, 12],
]; // prettier-ignore

const kind = fc.oneof(...WEIGHTS.map(([each, weight]) => ({ weight, arbitrary: fc.constant(each) })));
const action = fc.record({ kind, who: fc.nat(5), size: fc.nat(120) });

/** What all runs together have seen: a fuzz test that nothing gets through proves nothing. */
const reached = { answers: 0, reuses: 0, lines: 0 };

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
  vi.advanceTimersByTime(10_000);
});
afterAll(() => void vi.useRealTimers());

const RUNS = 150;

test.each(BACKENDS.map((back) => [back.trim().replaceAll('\n', ';'), back]))('%s', (_name, back) => {
  fc.assert(
    fc.property(fc.array(action, { minLength: 20, maxLength: 120 }), (actions) => {
      const run = new Run(back);
      run.do({ kind: Kind.Connect, who: 0, size: 0 });
      for (const each of actions) run.do(each);
      run.end();
      run.check();
      reached.answers += run.stage.clients.filter(({ received }) => received.includes('mark:')).length;
      reached.reuses += run.stage.servers.filter(({ received }) => received.split('mark:').length > 2).length;
      reached.lines += run.stage.lines.length;
    }),
    { numRuns: RUNS },
  );
});

test('the runs went deep enough', () => {
  expect(reached.answers).toBeGreaterThan(500);
  expect(reached.reuses).toBeGreaterThan(100);
  expect(reached.lines).toBeGreaterThan(2000);
});
