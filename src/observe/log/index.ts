/** Logs of proxies: sinks, formats, and what is logged when. */
export { LogReceiver } from './forward/receiver.js';
export { Logs, lostLogs } from './logs.js';
