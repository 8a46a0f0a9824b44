import { get, RawClient } from './raw-client.js';

/** One row of `;csv` by column name. */
export type StatsRow = Readonly<Record<string, string>>;

/** Reads the statistics of a proxy that serves them as `stats uri /` on `port`. Keyed by `proxy/service`. */
export async function readStats(port: number, path = '/;csv'): Promise<Map<string, StatsRow>> {
  const client = await RawClient.connect(port);
  client.send(get(path, 'connection: close\r\n'));
  const { ending } = await client.closed();
  client.close();
  const text = client.received;
  const body = text.slice(text.indexOf('# pxname'));
  if (ending !== 'eof' || !text.includes('# pxname')) throw new Error(`no statistics: ${text.slice(0, 300)}`);
  const [heads, ...lines] = body.replace(/^# /, '').trimEnd().split('\n');
  const names = heads.split(',');
  const rows = lines
    .filter((line) => line.includes(','))
    .map((line): [string, StatsRow] => {
      const cells = line.split(',');
      return [`${cells[0]}/${cells[1]}`, Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']))];
    });
  return new Map(rows);
}
