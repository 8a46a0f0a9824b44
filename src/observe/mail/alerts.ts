import { hostname as machineName } from 'node:os';
import { LEVELS } from '../../config/keywords/log-target.js';
import type { EmailAlertModel, MailersModel, ProxyModel } from '../../config/model.js';
import type { LogLevel } from '../../core/log.js';
import type { Backend } from '../../state/backend.js';
import { Outbox } from './outbox.js';
import { sendMail, type Mail } from './smtp.js';
import { post, type Notice } from './webhook.js';

/** HAProxy's for mails; the same for what is posted. */
const WEBHOOK_TIMEOUT = 10_000;

/** `email-alert` of one proxy: tells mail servers, and a webhook, what happens to its servers (manual 4.2, 3.6). */
class ProxyAlerts {
  private readonly mails: Outbox<Mail>[] = [];
  private readonly notices: Outbox<Notice> | undefined = undefined;
  private readonly hostname: string;

  constructor(
    private readonly proxy: ProxyModel,
    private readonly model: EmailAlertModel,
    mailers: MailersModel | undefined,
    complain: (text: string) => void,
    private readonly now: () => number,
  ) {
    this.hostname = model.myhostname ?? machineName();
    const about = (receiver: string) => (problem: string) =>
      complain(`email-alert of proxy '${proxy.name}': ${receiver}: ${problem}.`);
    for (const { name, host, port } of mailers?.mailers ?? []) {
      const server = { host, port, timeout: mailers?.timeout ?? 0 };
      this.mails.push(new Outbox((mail) => sendMail(mail, server), about(`mailer '${name}' (${host}:${port})`)));
    }
    const { webhook } = model;
    if (webhook !== undefined) {
      this.notices = new Outbox((notice) => post(webhook, notice, WEBHOOK_TIMEOUT), about(`webhook '${webhook}'`));
    }
  }

  /** @param message as it is logged */
  tell(level: LogLevel, message: string): void {
    const number: number = level;
    if (number > this.model.level) return;
    const text = message.replace(/\.$/, '');
    const date = new Date(this.now());
    const { from = '', to = '' } = this.model;
    for (const box of this.mails) box.add({ hostname: this.hostname, from, to, subject: text, text, date });
    this.notices?.add({
      time: date.toISOString(),
      level: LEVELS[level],
      host: this.hostname,
      proxy: this.proxy.name,
      message: text,
    });
  }

  stop(): void {
    for (const box of this.mails) box.stop();
    this.notices?.stop();
  }
}

/**
 * Has the backends of a configuration tell their alerts.
 * @param complain says that something could not be sent
 * @returns ends it
 */
export function sendAlerts(
  backends: readonly Backend[],
  mailers: readonly MailersModel[],
  complain: (text: string) => void,
  now: () => number = Date.now,
): () => void {
  const all: ProxyAlerts[] = [];
  for (const backend of backends) {
    const { emailAlert } = backend.model;
    const section = mailers.find(({ name }) => name === emailAlert.mailers?.text);
    const complete = section !== undefined && emailAlert.from !== undefined && emailAlert.to !== undefined;
    if (!complete && emailAlert.webhook === undefined) continue;
    const alerts = new ProxyAlerts(backend.model, emailAlert, complete ? section : undefined, complain, now);
    backend.alert = (level, message) => alerts.tell(level, message);
    all.push(alerts);
  }
  return () => {
    for (const alerts of all) alerts.stop();
  };
}
