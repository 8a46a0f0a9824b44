import type { BindModel, ProxyModel, TlsWord } from '../../config/model.js';
import { certificateNames } from '../../protocol/tls/certificate.js';
import type { ServerIdentity } from '../../protocol/tls/server.js';
import { TlsProblem } from './context.js';
import type { LoadedCertificate } from './files.js';
import type { InstalledEntry, ListEntry, ListUser } from './lists.js';
import type { LiveCertificates } from './live.js';
import { type Candidate, ServerNames } from './names.js';
import { readSettings, type TlsSettings } from './settings.js';
import type { TrustFiles } from './trust.js';

/** What a bind line is made with. */
export interface BindTools {
  readonly live: LiveCertificates;
  readonly trust: TrustFiles;
  /** `ssl-default-bind-…` */
  readonly defaults: readonly TlsWord[];
  /** @param scope one for each certificate of each line: sessions of one are none of another @throws TlsProblem, FileProblem */
  identity(loaded: LoadedCertificate, settings: TlsSettings, proxy: ProxyModel, scope: string): ServerIdentity;
}

/** The certificates of one `bind` line, by the names they are for; they come and go at run time. */
export class BindLine implements ListUser {
  readonly settings: TlsSettings;
  readonly names: ServerNames;
  readonly place: string;
  /** `for bind '*:443' at [haproxy.cfg:12]` */
  readonly where: string;
  /** The first certificate, as it is now. */
  first: (() => LoadedCertificate) | undefined = undefined;

  constructor(
    private readonly bind: BindModel,
    private readonly proxy: ProxyModel,
    private readonly tools: BindTools,
  ) {
    this.settings = readSettings(tools.defaults, bind.tls);
    this.names = new ServerNames(this.settings.strictSni);
    const { file, line } = bind.span.source;
    this.place = `${file}:${line}`;
    this.where = `for bind '${bind.addresses[0]?.text ?? ''}' at [${this.place}]`;
  }

  about(message: string): string {
    return `Proxy '${this.proxy.name}': ${message} ${this.where}.`;
  }

  install({ parameters, filters, path, line }: ListEntry, loaded: LoadedCertificate): InstalledEntry {
    const settings =
      parameters === undefined ? this.settings : readSettings(this.tools.defaults, this.bind.tls, parameters);
    if (settings.verify !== undefined && settings.verify.text !== 'none' && settings.caFile === undefined) {
      throw new TlsProblem(settings.verify, 'verify is enabled but no CA file specified');
    }
    const what = parameters === undefined ? path : `${path}:${line}`;
    return this.add(loaded, settings, filters, this.names.empty, what);
  }

  /** @param fallback it is shown to those whom no other is for @throws TlsProblem, FileProblem */
  add(
    loaded: LoadedCertificate,
    settings: TlsSettings,
    filters: readonly string[],
    fallback: boolean,
    what: string,
  ): InstalledEntry {
    const { names, tools, proxy } = this;
    const scope = `${proxy.name} ${this.place} ${this.bind.addresses[0]?.text ?? ''} ${what}`;
    const make = (from: LoadedCertificate): ServerIdentity => tools.identity(from, settings, proxy, scope);
    const candidate: Candidate = { identity: make(loaded), keyType: loaded.keyType };
    if (fallback) names.addFallback(candidate);
    names.add(candidate, filters.length > 0 ? filters : certificateNames(loaded.certificate));
    let current = loaded;
    this.first ??= () => current;
    const leaveTrust = tools.trust.use(settings, () => {
      const identity = make(current);
      return () => (candidate.identity = identity);
    });
    const leaveCertificate = tools.live.use(loaded, (next) => {
      const identity = make(next);
      return () => {
        current = next;
        candidate.identity = identity;
        candidate.keyType = next.keyType;
        if (filters.length > 0) return;
        names.forget(candidate);
        names.add(candidate, certificateNames(next.certificate));
      };
    });
    return {
      get isDefault() {
        return names.isDefault(candidate);
      },
      remove() {
        names.remove(candidate);
        leaveTrust();
        leaveCertificate();
      },
    };
  }
}
