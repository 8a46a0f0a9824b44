/** Logs of proxies: sinks, formats, and what is logged when. */
export { LogSinks } from './sinks.js';
export type { LogIdentity } from './header.js';
export { logProblem } from './problem.js';
export { createProxyLogger } from './proxy-logger.js';
export type { ProxyLoggerSettings } from './proxy-logger.js';
