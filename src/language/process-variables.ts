import type { Sample } from '../core/sample.js';

/** Variables of the whole process (manual 7.3.1, scope `proc`): each thread has all of them and tells what it changes. */
export class ProcessVariables extends Map<string, Sample> {
  /** Called with what changed here; undefined = unset. */
  onChange: ((name: string, value: Sample | undefined) => void) | undefined = undefined;

  override set(name: string, value: Sample): this {
    super.set(name, value);
    this.onChange?.(name, value);
    return this;
  }

  override delete(name: string): boolean {
    const known = super.delete(name);
    if (known) this.onChange?.(name, undefined);
    return known;
  }

  /** Another thread changed it. */
  apply(name: string, value: Sample | undefined): void {
    if (value === undefined) super.delete(name);
    else super.set(name, value);
  }
}
