/** Logs of proxies: sinks, formats, and what is logged when. */
export { Logs, lostLogs } from './logs.js';
