import type { LogModel } from '../../config/model.js';
import { openDescriptor } from './fd-target.js';
import type { LogFormatName, LogIdentity } from './header.js';
import { JsonSink } from './json/sink.js';
import { RingLineSink, type RingWriter } from './ring/sink.js';
import { FormattedSink, type LineSink } from './sink.js';
import { StreamTarget } from './stream-target.js';
import { NoTarget } from './target.js';
import type { LogTarget } from './target.js';
import { UdpTarget } from './udp-target.js';
import { openUnix } from './unix-target.js';

const SYSLOG_PORT = 514;

/** All log targets of one process or thread. `log global` in fifty proxies opens one socket. */
export class LogSinks {
  private readonly targets = new Map<string, LogTarget>();

  constructor(
    private readonly identity: LogIdentity,
    private readonly ring: (name: string) => RingWriter | undefined = () => undefined,
  ) {}

  /** The sink for one `log` line. */
  open(model: LogModel): LineSink {
    const ring = model.target.kind === 'ring' ? this.ring(model.target.name) : undefined;
    if (ring !== undefined) return this.intoRing(model, ring);
    const key = targetKey(model);
    let target = this.targets.get(key);
    if (target === undefined) {
      target = openTarget(model);
      this.targets.set(key, target);
    }
    const opened = target;
    if (model.format === 'json') return new JsonSink(model, this.identity, (line) => opened.write(line));
    return new FormattedSink(model, effectiveFormat(model, this.identity), this.identity, target);
  }

  /** The ring says how lines look. */
  private intoRing(model: LogModel, ring: RingWriter): LineSink {
    if (ring.model.format !== 'json') return new RingLineSink(model, this.identity, ring);
    return new JsonSink(model, this.identity, (line) => ring.write(line.slice(0, -1), model.facility));
  }

  /** Lines lost on all targets (`DroppedLogs` of `show info`). */
  get dropped(): number {
    let dropped = 0;
    for (const target of this.targets.values()) dropped += target.dropped;
    return dropped;
  }

  close(): void {
    for (const target of this.targets.values()) target.close();
    this.targets.clear();
  }
}

/** Without a `format` HAProxy leaves the host out, until `log-send-hostname` asks for it. */
function effectiveFormat(model: LogModel, identity: LogIdentity): LogFormatName {
  if (model.formatGiven === true || (model.format !== 'rfc3164' && model.format !== 'local')) return model.format;
  return identity.hostname === undefined ? 'local' : 'rfc3164';
}

function targetKey(model: LogModel): string {
  const { target } = model;
  switch (target.kind) {
    case 'udp':
    case 'tcp':
      return `${target.kind} ${target.address.host} ${target.address.port} ${target.address.family}`;
    case 'unix':
      return `unix ${target.path}`;
    case 'fd':
      return `fd ${target.fd}`;
    default:
      return `ring ${target.name}`;
  }
}

function openTarget(model: LogModel): LogTarget {
  const { target } = model;
  switch (target.kind) {
    case 'udp':
      return new UdpTarget(target.address.host, target.address.port, target.address.family);
    case 'tcp':
      return openStream(target.address.host, target.address.port, target.address.family);
    case 'unix':
      return openUnix(target.path);
    case 'fd':
      return openDescriptor(target.fd);
    default:
      // a ring that no section describes was refused when the configuration was checked
      return new NoTarget();
  }
}

function openStream(host: string, port: number, family: 4 | 6 | undefined): LogTarget {
  return new StreamTarget({ host: host || '127.0.0.1', port: port === 0 ? SYSLOG_PORT : port, family: family ?? 0 });
}
