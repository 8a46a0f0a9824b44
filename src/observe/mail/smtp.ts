import { connect, type Socket } from 'node:net';

/** A mail to be sent. */
export interface Mail {
  /** Said with HELO. */
  readonly hostname: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly date: Date;
}

/** Where to, and how long it may take altogether, ms. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly timeout: number;
}

/** What is said, and the digits that an answer must begin with; the server's greeting comes first. */
function dialogue(mail: Mail): readonly (readonly [say: string, expect: string])[] {
  return [
    [`HELO ${mail.hostname}`, '2'],
    [`MAIL FROM:<${mail.from}>`, '2'],
    [`RCPT TO:<${mail.to}>`, '2'],
    ['DATA', '3'],
    [`${head(mail)}\r\n\r\n${stuffed(mail.text)}\r\n\r\n.`, '2'],
    ['QUIT', '2'],
  ];
}

/** HAProxy's fields, in its order. */
function head({ from, to, subject, date }: Mail): string {
  return `From: ${from}\r\nTo: ${to}\r\nDate: ${mailDate(date)}\r\nSubject: [HAProxy Alert] ${subject}`;
}

/** RFC 5321 section 4.5.2. */
const stuffed = (text: string): string => text.replaceAll(/^\./gm, '..');

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const pad = (value: number): string => String(value).padStart(2, '0');

/** `Thu, 26 Nov 2026 10:05:52 +0000 (UTC)`, local time. */
export function mailDate(date: Date): string {
  const day = `${DAYS[date.getDay()]}, ${pad(date.getDate())} ${MONTHS[date.getMonth()]} ${date.getFullYear()}`;
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  const offset = `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${pad(size % 60)}`;
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(date);
  return `${day} ${time} ${offset} (${parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''})`;
}

/** The longest answer that is read. */
const LONGEST_ANSWER = 16_384;

/** Sends one mail over SMTP, as HAProxy does it. @returns what went wrong, undefined = it was taken */
export function sendMail(mail: Mail, server: MailServer): Promise<string | undefined> {
  return new Promise((resolve) => {
    void new SmtpSession(mail, server, resolve);
  });
}

class SmtpSession {
  private readonly socket: Socket;
  private readonly steps;
  private step = -1;
  private received = '';
  private readonly deadline: NodeJS.Timeout;
  private over = false;

  constructor(
    mail: Mail,
    { host, port, timeout }: MailServer,
    private readonly done: (problem: string | undefined) => void,
  ) {
    this.steps = dialogue(mail);
    this.socket = connect({ host, port });
    this.socket.unref();
    this.deadline = setTimeout(() => this.end('timeout'), timeout).unref();
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text: string) => this.read(text));
    this.socket.on('error', (error) => this.end(error.message));
    this.socket.on('close', () => this.end('the server closed the connection'));
  }

  private read(text: string): void {
    this.received += text;
    if (this.received.length > LONGEST_ANSWER) this.end('too long an answer');
    // an answer ends with the line that has no hyphen behind its number (RFC 5321 section 4.2.1)
    const last = /^(?:\d{3}-[^\n]*\n)*(\d{3})(?:[ \r][^\n]*)?\n/.exec(this.received);
    if (last === null || this.over) return;
    this.received = this.received.slice(last[0].length);
    const expected = this.step < 0 ? '2' : this.steps[this.step][1];
    if (!last[1].startsWith(expected)) return this.end(`'${last[0].trim()}'`);
    this.step++;
    if (this.step < this.steps.length) this.socket.write(`${this.steps[this.step][0]}\r\n`, 'latin1');
    else this.end(undefined);
  }

  private end(problem: string | undefined): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.deadline);
    this.socket.destroy();
    this.done(problem);
  }
}
