import { spawn } from 'node:child_process';
import { linkSync, mkdtempSync, rmSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** Echoes on descriptor 3, after saying where it listens. */
const PROGRAM = `
import { chooseTransport } from './index.js';
const spec = { address: '', port: 0, path: '', fd: 3, backlog: 10, v6only: false };
const nothing = () => undefined;
const listener = await chooseTransport(process.argv[2]).listen(spec, (transport) => {
  transport.owner = { onConnect: nothing, onDrain: nothing, onEnd: () => transport.end(), onClose: () => process.exit(0),
    onData: (buffer, length) => transport.write(buffer, 0, length) };
  transport.start();
});
console.log(JSON.stringify({ ...listener.local, fd: listener.fd }));
`;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inherited-'));
  buildSync({
    stdin: { contents: PROGRAM, resolveDir: import.meta.dirname },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: join(folder, 'echo.mjs'),
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A listening socket made by somebody else, and its descriptor. */
async function listening(where: net.ListenOptions): Promise<{ server: net.Server; fd: number }> {
  const server = net.createServer().listen(where);
  await new Promise((done) => server.once('listening', done));
  const handle: unknown = Reflect.get(server, '_handle');
  if (typeof handle !== 'object' || handle === null) throw new Error('no handle');
  return { server, fd: Number(Reflect.get(handle, 'fd')) };
}

describe.each(['handle', 'socket'])('an inherited descriptor, %s transport', (name) => {
  test.each(['TCP', 'UNIX'])('%s', async (kind) => {
    const path = join(folder, `${name}.socket`);
    const { server, fd } = await listening(kind === 'UNIX' ? { path } : { port: 0, host: '127.0.0.1' });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const child = spawn(process.execPath, [join(folder, 'echo.mjs'), name], {
      stdio: ['ignore', 'pipe', 'inherit', fd],
    });
    const said = await new Promise<string>((done) =>
      child.stdout?.once('data', (text: Buffer) => done(text.toString())),
    );
    const expected = kind === 'UNIX' ? { address: '', port: 0, family: 0 } : { address: '127.0.0.1', port, family: 4 };
    expect(JSON.parse(said)).toEqual({ ...expected, fd: 3 });
    // The parent would accept as well, so its copy goes; closing removes the file, hence the second name.
    if (kind === 'UNIX') linkSync(path, `${path}.kept`);
    server.close();
    const client = net.connect(kind === 'UNIX' ? { path: `${path}.kept` } : { port, host: '127.0.0.1' });
    const exited = new Promise((done) => child.once('exit', done));
    client.end('hello');
    const echoed = await new Promise<string>((done) => client.once('data', (text: Buffer) => done(text.toString())));
    expect(echoed).toBe('hello');
    expect(await exited).toBe(0);
  });
});
