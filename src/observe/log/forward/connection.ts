import type { Transport, TransportOwner } from '../../../core/transport.js';
import type { LineFraming } from './framing.js';

/** Somebody who sends log lines over TCP. */
export class SyslogConnection implements TransportOwner {
  private idle: NodeJS.Timeout | undefined = undefined;

  /**
   * @param transport not started yet
   * @param timeout `timeout client` in ms, 0 = none
   */
  constructor(
    private readonly transport: Transport,
    private readonly framing: LineFraming,
    timeout: number,
    private readonly gone: (connection: SyslogConnection) => void,
  ) {
    transport.owner = this;
    if (timeout > 0) this.idle = setTimeout(() => transport.destroy(), timeout).unref();
    transport.start();
  }

  /** With TLS: the handshake is over. */
  onConnect(): void {}

  onData(buffer: Buffer, length: number): void {
    this.idle?.refresh();
    if (!this.framing.push(buffer.latin1Slice(0, length))) this.transport.destroy();
  }

  onEnd(): void {
    this.transport.destroy();
  }

  onDrain(): void {}

  onClose(): void {
    clearTimeout(this.idle);
    this.gone(this);
  }

  abort(): void {
    this.transport.destroy();
  }
}
