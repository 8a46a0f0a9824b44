/**
 * The only file of the harness that reads the environment.
 *
 *   TSPROXY_SUBJECT=haproxy   runs every scenario against the real haproxy instead: proves the scenario itself
 *   TSPROXY_NODE=/path/node   runs tsproxy with another Node
 *   TSPROXY_TRANSPORT=socket  forces a transport (read by tsproxy itself)
 *   TSPROXY_MAIN=/x/main.js   another build than dist/main.js
 *   CI                        a missing program is a failure, not a skip
 */
export const subjectName: 'haproxy' | 'tsproxy' = process.env.TSPROXY_SUBJECT === 'haproxy' ? 'haproxy' : 'tsproxy';
export const nodePath: string = process.env.TSPROXY_NODE ?? process.execPath;
export const mainPath: string = process.env.TSPROXY_MAIN ?? 'dist/main.js';
export const inCi: boolean = process.env.CI !== undefined && process.env.CI !== '';
/** What a started program inherits; the test runner's own variables stay out. */
export const inherited: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST') && name !== 'NODE_ENV' && name !== 'TEST'),
);
/** The socket transport hides its handles, which some things need. */
export const onSocketTransport: boolean = process.env.TSPROXY_TRANSPORT === 'socket';
