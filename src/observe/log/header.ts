import type { LogFormatName } from '../../config/model.js';

/** What stands before the message, for each of HAProxy's formats (manual 4.2, `log`). */

export type { LogFormatName } from '../../config/model.js';

/** What the header says about this program. */
export interface LogIdentity {
  /** The global `log-tag`; HAProxy's default is its own name, and filters of operators wait for it. */
  readonly tag: string;
  readonly pid: number;
  /** `log-send-hostname`: the name to send, undefined = none. */
  readonly hostname: string | undefined;
  /** Date.now() */
  readonly now: () => number;
}

export const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Makes headers. Everything that stays the same within a second is made once per second, level and tag.
 *
 *      local     <150>Nov 23 08:45:09 haproxy[23127]:
 *      rfc3164   <150>Nov 23 08:45:09 host haproxy[23127]:
 *      rfc5424   <150>1 2026-11-23T08:45:09.361150+00:00 host haproxy 23127 - -
 *      priority  <150>      short <6>      timed <6>2026-…      iso 2026-…      raw
 */
export class LogHeader {
  private second = -1;
  private date = '';
  private zone = '';
  private readonly cached: string[] = Array.from({ length: 8 }, () => '');
  private cachedTag = '';

  constructor(
    private readonly format: LogFormatName,
    private readonly facility: number,
    private readonly identity: LogIdentity,
  ) {}

  /**
   * @param level 0..7
   * @param tag '' = the program's
   */
  text(level: number, tag: string, structured: string): string {
    switch (this.format) {
      case 'raw':
        return '';
      case 'short':
        return `<${level}>`;
      case 'priority':
        return `<${this.facility * 8 + level}>`;
      case 'local':
      case 'rfc3164':
        return this.syslog(level, tag);
      case 'iso':
        return `${this.isoDate()} `;
      case 'timed':
        return `<${level}>${this.isoDate()} `;
      default:
        return (
          `<${this.facility * 8 + level}>1 ${this.isoDate()} ${this.givenHost} ` +
          `${tag || this.identity.tag} ${this.identity.pid} - ${structured || '-'} `
        );
    }
  }

  /** This machine's name for RFC 3164, which has no word for an unknown one. */
  get host(): string {
    return this.identity.hostname ?? 'localhost';
  }

  /** The same for RFC 5424. */
  get givenHost(): string {
    return this.identity.hostname ?? '-';
  }

  /** `Mmm dd HH:MM:SS`, now. */
  syslogDate(): string {
    return syslogDate(new Date(this.identity.now()));
  }

  private syslog(level: number, tag: string): string {
    const second = Math.floor(this.identity.now() / 1000);
    if (second !== this.second || tag !== this.cachedTag) {
      if (second !== this.second) {
        this.second = second;
        this.date = syslogDate(new Date(second * 1000));
      }
      this.cachedTag = tag;
      this.cached.fill('');
    }
    return (this.cached[level] ||= this.syslogParts(level, tag));
  }

  private syslogParts(level: number, tag: string): string {
    const host = this.format === 'rfc3164' ? `${this.host} ` : '';
    const priority = this.facility * 8 + level;
    return `<${priority}>${this.date} ${host}${tag || this.identity.tag}[${this.identity.pid}]: `;
  }

  /** RFC 3339 with microseconds; a JavaScript clock gives milliseconds, so the last three digits are 0. */
  isoDate(): string {
    const now = this.identity.now();
    const second = Math.floor(now / 1000);
    if (second !== this.second) {
      const date = new Date(second * 1000);
      this.second = second;
      this.date = isoSeconds(date);
      this.zone = zoneOf(date);
    }
    return `${this.date}.${pad(now - second * 1000, 3)}000${this.zone}`;
  }
}

/** `Mmm dd HH:MM:SS` in local time, the day padded with a space (RFC 3164 section 4.1.2). */
function syslogDate(date: Date): string {
  return clockMonth(MONTHS[date.getMonth()], String(date.getDate()), clockTime(date));
}

/** @param day one or two digits */
export function clockMonth(month: string, day: string, time: string): string {
  return `${month} ${day.replace(/^0/, '').padStart(2)} ${time}`;
}

function isoSeconds(date: Date): string {
  return `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1, 2)}-${pad(date.getDate(), 2)}T${clockTime(date)}`;
}

function clockTime(date: Date): string {
  return `${pad(date.getHours(), 2)}:${pad(date.getMinutes(), 2)}:${pad(date.getSeconds(), 2)}`;
}

/** `+00:00` */
function zoneOf(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60), 2)}:${pad(size % 60, 2)}`;
}

function pad(value: number, width: number): string {
  return String(Math.floor(value)).padStart(width, '0');
}
