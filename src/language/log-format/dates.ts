/** Dates as HAProxy logs them, cached by the second since every line has one. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));
export const three = (value: number): string => (value < 10 ? `00${value}` : value < 100 ? `0${value}` : String(value));

/** One format with the last second it wrote. */
class SecondCache {
  #second = Number.NaN;
  #text = '';

  constructor(readonly write: (date: Date) => string) {}

  format(ms: number): string {
    const second = Math.floor(ms / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#text = this.write(new Date(second * 1000));
    }
    return this.#text;
  }
}

function local(date: Date): string {
  return (
    `${two(date.getDate())}/${MONTHS[date.getMonth()]}/${date.getFullYear()}:` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  );
}

function utc(date: Date): string {
  return (
    `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:` +
    `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
  );
}

function offset(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const absolute = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(absolute / 60))}${two(absolute % 60)}`;
}

const localSeconds = new SecondCache(local);
const localZone = new SecondCache((date) => `${local(date)} ${offset(date)}`);
const gmt = new SecondCache((date) => `${utc(date)} +0000`);

/** `06/Feb/2009:12:14:14.655` in local time. @param ms since the epoch */
export function dateWithMilliseconds(ms: number): string {
  return `${localSeconds.format(ms)}.${three(Math.floor(ms) % 1000)}`;
}

/** `06/Feb/2009:12:14:14 +0100` */
export function localDate(ms: number): string {
  return localZone.format(ms);
}

/** `06/Feb/2009:11:14:14 +0000` */
export function gmtDate(ms: number): string {
  return gmt.format(ms);
}
