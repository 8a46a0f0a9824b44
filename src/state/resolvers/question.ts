import { isAskable, type AddressRecord } from '../../protocol/dns/message.js';
import { chooseAddress } from './choice.js';
import type { Requester, Resolution } from './resolution.js';
import type { ResolversSection } from './section.js';

/** One answer for a rule (manual 4.2 `http-request do-resolve`). */
export class NameQuestion implements Requester {
  #resolution: Resolution | undefined = undefined;

  constructor(
    private readonly section: ResolversSection,
    private readonly name: string,
    private readonly family: 4 | 6,
    private readonly done: (address: string | undefined) => void,
  ) {}

  /** What others asked lately counts too, for `hold valid`. */
  ask(): void {
    const { section, name, family } = this;
    if (section.nameservers.length === 0 || !section.hasRoom || !isAskable(name)) {
      this.done(undefined);
      return;
    }
    const resolution = section.follow(name, family === 4 ? 'A' : 'AAAA', this);
    this.#resolution = resolution;
    const { status, lastEnded } = resolution;
    const fresh = lastEnded !== undefined && section.clock.now() < lastEnded + section.model.hold.valid;
    if (status === 'valid' && fresh) this.answered();
    else resolution.start();
  }

  cancel(): void {
    if (this.#resolution !== undefined) this.section.leave(this.#resolution, this);
    this.#resolution = undefined;
  }

  answered(): void {
    const records = this.#resolution?.records ?? [];
    const addresses = records.filter((record): record is typeof record & AddressRecord => record.kind === 'address');
    const wish = { family: this.family, networks: undefined, sharing: true };
    const chosen = chooseAddress(
      addresses,
      wish,
      () => false,
      () => false,
    );
    this.#conclude(chosen?.address);
  }

  failed(): void {
    this.#conclude(undefined);
  }

  #conclude(address: string | undefined): void {
    this.cancel();
    this.done(address);
  }
}
