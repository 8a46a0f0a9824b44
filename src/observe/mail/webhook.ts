import { createRequire } from 'node:module';

/** What is posted when something happens to a server. */
export interface Notice {
  /** RFC 3339 */
  readonly time: string;
  readonly level: string;
  readonly host: string;
  readonly proxy: string;
  readonly message: string;
}

type Undici = typeof import('undici');

const require = createRequire(import.meta.url);
const FIRST_ERROR = 300;

/** Posts a notice as JSON. undici is loaded with the first one: most configurations have none. @param timeout ms */
export async function post(url: string, notice: Notice, timeout: number): Promise<string | undefined> {
  try {
    const { request } = require('undici') as Undici;
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'tsproxy' },
      body: JSON.stringify(notice),
      signal: AbortSignal.timeout(timeout),
    });
    await body.dump();
    return statusCode < FIRST_ERROR ? undefined : `status ${statusCode}`;
  } catch (error) {
    return error instanceof Error ? error.message || error.name : String(error);
  }
}
