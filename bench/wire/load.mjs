// The load generators: wrk where it is installed, else autocannon (slower, so its own CPU may be what is measured);
// h2load for HTTP/2.
import { spawn } from 'node:child_process';
import autocannon from 'autocannon';
import { installed } from './processes.mjs';

/**
 * @param {{connections: number, headers?: string[], path: string}} scenario
 * @returns {Promise<{requests: number, rate: number, p50: string, p99: string, errors: string}>}
 */
export function drive(scenario, port, seconds, core) {
  if (scenario.streams !== undefined) return h2load(scenario, port, seconds, core);
  if (scenario.handshakes) return handshakes(port, seconds, core);
  const url = `${scenario.port === 'tls' ? 'https' : 'http'}://127.0.0.1:${port}${scenario.path}`;
  return installed('wrk') ? wrk(scenario, url, seconds, core) : cannon(scenario, url, seconds);
}

function wrk({ connections, headers = [] }, url, seconds, core) {
  const fields = headers.flatMap((header) => ['-H', header]);
  const args = ['-c', String(core), 'wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--latency', ...fields, url];
  return new Promise((resolve) => {
    const child = spawn('taskset', args);
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.once('exit', () => resolve(readWrk(output)));
  });
}

/** HTTP/2 in clear text, `streams` requests at once on each connection. */
function h2load({ connections, streams, path }, port, seconds, core) {
  const url = `http://127.0.0.1:${port}${path}`;
  const args = ['-c', String(core), 'h2load', '-t1', `-c${connections}`, `-m${streams}`, `-D${seconds}`, url];
  return new Promise((resolve) => {
    const child = spawn('taskset', args);
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.once('exit', () => {
      const number = (pattern) => Number(pattern.exec(output)?.[1] ?? Number.NaN);
      const failed = number(/(\d+) failed/) + number(/(\d+) errored/);
      resolve({
        requests: number(/(\d+) done/),
        rate: number(/([\d.]+) req\/s/),
        p50: /time for request:\s+\S+\s+\S+\s+(\S+)/.exec(output)?.[1] ?? '-',
        p99: '-',
        errors: failed > 0 ? `${failed} failed` : '',
      });
    });
  });
}

/** Full handshakes, one after the other: `openssl s_time` resumes nothing and asks for nothing. */
function handshakes(port, seconds, core) {
  const args = [
    '-c',
    String(core),
    'openssl',
    's_time',
    '-new',
    '-connect',
    `127.0.0.1:${port}`,
    '-time',
    String(seconds),
  ];
  return new Promise((resolve) => {
    const child = spawn('taskset', args);
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.once('exit', () => {
      const requests = Number(/(\d+) connections in \d+ real seconds/.exec(output)?.[1] ?? Number.NaN);
      resolve({ requests, rate: requests / seconds, p50: '-', p99: '-', errors: '' });
    });
  });
}

function readWrk(output) {
  const number = (pattern) => Number(pattern.exec(output)?.[1] ?? Number.NaN);
  const errors = /Socket errors: (.*)/.exec(output)?.[1] ?? '';
  return {
    requests: number(/(\d+) requests in/),
    rate: number(/Requests\/sec:\s+([\d.]+)/),
    p50: /50%\s+(\S+)/.exec(output)?.[1] ?? '-',
    p99: /99%\s+(\S+)/.exec(output)?.[1] ?? '-',
    errors: errors + (/Non-2xx.*/.exec(output)?.[0] ?? ''),
  };
}

async function cannon({ connections, headers = [] }, url, seconds) {
  const fields = Object.fromEntries(headers.map((header) => header.split(/:\s*(.*)/s).slice(0, 2)));
  const result = await autocannon({ url, connections, duration: seconds, headers: fields });
  return {
    requests: result.requests.total,
    rate: result.requests.average,
    p50: `${result.latency.p50}ms`,
    p99: `${result.latency.p99}ms`,
    errors: result.errors + result.non2xx === 0 ? '' : `${result.errors} errors, ${result.non2xx} not 2xx`,
  };
}
