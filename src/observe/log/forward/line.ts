import type { LogFormatName, LogHostMode } from '../../../config/model.js';
import { clockMonth, MONTHS, type LogHeader } from '../header.js';

/**
 * A log line that somebody sent, taken apart (RFC 3164, RFC 5424, as HAProxy 2.6 reads them). '' = it has none.
 */
export interface ReceivedLine {
  /** undefined = the line names none; the levels below are then 0 */
  readonly priority: number | undefined;
  /** 0..7 */
  readonly level: number;
  /** It came as RFC 5424 says. */
  readonly modern: boolean;
  /** RFC 3339, or `-` where a line of RFC 5424 has none. */
  readonly time: string;
  /** `Mmm dd hh:mm:ss` */
  readonly date: string;
  readonly host: string;
  /** What is written in the host's place; undefined = the host. */
  readonly shownHost?: string;
  readonly tag: string;
  readonly pid: string;
  readonly messageId: string;
  readonly structured: string;
  readonly text: string;
}

const PRIORITY = /^<(\d*)>/;
const TIME = String.raw`(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)|-)`;
const STRUCTURED = String.raw`-|(?:\[(?:[^"\]]|"(?:[^"\\]|\\.)*")*\])+`;
/** RFC 5424 section 6: version, time, host, program, process, message id, structured data, text. */
const MODERN = new RegExp(String.raw`^1 (${TIME}) (\S+) (\S+) (\S+) (\S+) (${STRUCTURED})(?: |$)`, 's');
/** RFC 3164 section 4.1.2: date and host. */
const OLD = /^((?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d) ([^ ]+) /;
/** `program[process]: `; section 4.1.3 */
const TAG = /^(?:([^ :[]+)\[([^ :\]]*)\]|([^ :]*)): /;

const NOTHING = {
  modern: false,
  time: '',
  date: '',
  host: '',
  tag: '',
  pid: '',
  messageId: '',
  structured: '',
} as const;
const MOST_PRIORITY_DIGITS = 10;

/** @param bytes the line, latin1. Newlines and NULs at its end do not count. @param parsed false: its head is text */
export function parseLine(bytes: string, parsed = true): ReceivedLine {
  const line = bytes.replace(/[\n\0]+$/, '');
  const found = parsed ? PRIORITY.exec(line) : null;
  if (found === null || found[1].length > MOST_PRIORITY_DIGITS) {
    return { ...NOTHING, priority: undefined, level: 0, text: line };
  }
  const priority = Number(found[1]);
  const rest = line.slice(found[0].length);
  return { ...NOTHING, priority, level: priority % 8, ...(modern(rest) ?? old(rest) ?? { text: rest }) };
}

function modern(rest: string): Omit<ReceivedLine, 'priority' | 'level'> | undefined {
  const found = MODERN.exec(rest);
  if (found === null) return undefined;
  const [head, time, host, tag, pid, messageId, structured] = found;
  return {
    modern: true,
    time,
    date: dateOf(time),
    host: given(host),
    tag: given(tag),
    pid: given(pid),
    messageId: given(messageId),
    structured: given(structured),
    text: rest.slice(head.length),
  };
}

const given = (field: string): string => (field === '-' ? '' : field);

function old(rest: string): Omit<ReceivedLine, 'priority' | 'level'> | undefined {
  const found = OLD.exec(rest);
  if (found === null) return undefined;
  const [head, date, host] = found;
  const text = rest.slice(head.length);
  const named = TAG.exec(text);
  return {
    ...NOTHING,
    date,
    time: timeOf(date),
    host,
    tag: named?.[1] ?? named?.[3] ?? '',
    pid: named?.[2] ?? '',
    text: text.slice(named?.[0].length ?? 0),
  };
}

/** `Nov 26 10:03:03` of this year; its zone is not known, which RFC 3339 writes as -00:00. */
function timeOf(date: string): string {
  const month = String(MONTHS.indexOf(date.slice(0, 3)) + 1).padStart(2, '0');
  return `${new Date().getFullYear()}-${month}-${date.slice(4, 6).replace(' ', '0')}T${date.slice(7)}-00:00`;
}

/** As written, whatever its zone; '' for one that does not exist. */
function dateOf(time: string): string {
  const month = MONTHS[Number(time.slice(5, 7)) - 1];
  return time === '-' || month === undefined ? '' : clockMonth(month, time.slice(8, 10), time.slice(11, 19));
}

/** @param source the sender's address, '' = it has none */
export function hostFrom(line: ReceivedLine, mode: LogHostMode, source: string): ReceivedLine {
  if (source === '' || mode === 'keep' || (mode === 'fill' && line.host !== '')) return line;
  return { ...line, shownHost: mode === 'append' && line.host !== '' ? `${line.host},${source}` : source };
}

/**
 * The format that a line came in, as HAProxy finds it: a host is in RFC 5424 and RFC 3164 only, a tag without one in
 * what programs write to /dev/log.
 */
function formatOf(line: ReceivedLine): LogFormatName {
  if (line.host !== '') return line.modern ? 'rfc5424' : 'rfc3164';
  if (line.tag !== '') return 'local';
  return line.priority === undefined ? 'raw' : 'priority';
}

/**
 * The head of a line that is passed on.
 * @param format undefined = its own. @param level to be shown. @param facility for lines that name none
 * @param here knows the time of this machine, and its name
 */
export function forwardedHead(
  line: ReceivedLine,
  format: LogFormatName | undefined,
  level: number,
  facility: number,
  here: LogHeader,
): string {
  const priority = (line.priority === undefined ? facility * 8 : line.priority - (line.priority % 8)) + level;
  const time = line.time === '' || line.time === '-' ? here.isoDate() : line.time;
  const host = line.shownHost ?? line.host;
  switch (format ?? formatOf(line)) {
    case 'short':
      return `<${level}>`;
    case 'priority':
      return `<${priority}>`;
    case 'timed':
      return `<${level}>${time} `;
    case 'iso':
      return `${time} `;
    case 'rfc3164':
      return `<${priority}>${line.date || here.syslogDate()} ${host || here.host} ${program(line)}`;
    case 'local':
      return `<${priority}>${line.date || here.syslogDate()} ${program(line)}`;
    case 'rfc5424':
      return `<${priority}>1 ${line.time || time} ${host || here.givenHost} ${fieldsOf(line)} `;
    default:
      return '';
  }
}

const program = ({ tag, pid }: ReceivedLine): string => (tag === '' ? '' : `${tag}${pid === '' ? '' : `[${pid}]`}: `);

const fieldsOf = ({ tag, pid, messageId, structured }: ReceivedLine): string =>
  `${tag || '-'} ${pid || '-'} ${messageId || '-'} ${structured || '-'}`;
