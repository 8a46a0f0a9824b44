// Head parsing: nanoseconds per head, whole heads and what a proxy does with them. `node bench/h1-parser.mjs`
import { build } from 'esbuild';

const { outputFiles } = await build({
  stdin: {
    contents: `export * from './src/protocol/h1/head.ts'; export * from './src/protocol/h1/parser.ts';
      export * from './src/protocol/h1/writer.ts'; export * from './src/protocol/h1/body.ts';`,
    resolveDir: new URL('..', import.meta.url).pathname,
  },
  bundle: true,
  format: 'esm',
  platform: 'node',
  write: false,
});
const h1 = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);

const options = { acceptInvalid: false, maxHeaders: 101, maxHeadSize: 15360 };
const SMALL = 'GET /index.html HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: wrk\r\n\r\n';
const BROWSER =
  'GET /shop/item?id=4711&lang=en HTTP/1.1\r\nHost: www.example.com\r\n' +
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36\r\n' +
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n' +
  'Accept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nReferer: https://www.example.com/shop/\r\n' +
  'Cookie: session=0123456789abcdef0123456789abcdef; theme=dark; consent=1\r\nUpgrade-Insecure-Requests: 1\r\n' +
  'Cache-Control: max-age=0\r\nConnection: keep-alive\r\n\r\n';
const RESPONSE =
  'HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Type: text/html\r\n' +
  'Content-Length: 14\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\nConnection: keep-alive\r\nETag: "6-1"\r\nAccept-Ranges: bytes\r\n\r\n';

const chunks = Buffer.from(('400\r\n' + 'x'.repeat(1024) + '\r\n').repeat(15) + '0\r\n\r\n');

/** Median over rounds of the time of one call, in nanoseconds. */
function measure(name, run) {
  const rounds = [];
  for (let round = 0; round < 9; round++) {
    const calls = 100_000;
    const begin = performance.now();
    for (let i = 0; i < calls; i++) run();
    rounds.push(((performance.now() - begin) * 1e6) / calls);
  }
  rounds.sort((a, b) => a - b);
  console.log(`${name.padEnd(44)} ${rounds[4].toFixed(0).padStart(6)} ns`);
}

function request(text, use) {
  const head = new h1.H1Request();
  const original = Buffer.from(text, 'latin1');
  const buffer = Buffer.alloc(16384);
  return () => {
    // every read brings fresh bytes: lower-casing must not find its work done
    buffer.set(original);
    head.reset();
    if (h1.parseRequest(head, buffer, 0, original.length, options) !== 1) throw new Error(head.error);
    use(head);
  };
}

function response(text, use) {
  const head = new h1.H1Response();
  const original = Buffer.from(text, 'latin1');
  const buffer = Buffer.alloc(16384);
  return () => {
    buffer.set(original);
    head.reset();
    if (h1.parseResponse(head, buffer, 0, original.length, options) !== 1) throw new Error(head.error);
    use(head);
  };
}

const nothing = () => {};
measure(
  'copy of a small head (in all below)',
  (
    (b, o) => () =>
      b.set(o)
  )(Buffer.alloc(16384), Buffer.from(SMALL)),
);
measure('request, small', request(SMALL, nothing));
measure('request, browser', request(BROWSER, nothing));
measure(
  'request, browser: target and host as strings',
  request(BROWSER, (head) => head.target.length + head.headers.get('host').length),
);
measure(
  'request, browser: sent without connection',
  request(BROWSER, (head) => h1.requestHeadText(head, 0)),
);
measure(
  'request, browser: one field added, sent',
  request(BROWSER, (head) => (head.headers.add('x-forwarded-for', '127.0.0.1'), h1.requestHeadText(head, 0))),
);
measure('response, 8 fields', response(RESPONSE, nothing));
measure(
  'response, 8 fields: sent without connection',
  response(RESPONSE, (head) => h1.responseHeadText(head, 0)),
);
const reader = new h1.BodyReader();
measure('chunked body, 15 chunks of 1 KiB', () => {
  reader.start(2, -1, 101, 15360);
  reader.feed(chunks, 0, chunks.length);
});
