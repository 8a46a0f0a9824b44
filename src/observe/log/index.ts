/** Logs of proxies: sinks, formats, and what is logged when. */
export { LogReceiver } from './forward/receiver.js';
export { type LoggingModel, Logs, lostLogs } from './logs.js';
