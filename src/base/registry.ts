import { closest } from './closest.js';

/** Definitions by name, made from an explicit list: nothing registers itself. */
export class Registry<T extends { readonly name: string }> {
  readonly #byName = new Map<string, T>();

  /** @throws Error when two definitions share a name (a programming mistake, found at start). */
  constructor(definitions: readonly T[]) {
    for (const definition of definitions) {
      if (this.#byName.has(definition.name)) throw new Error(`'${definition.name}' is defined twice`);
      this.#byName.set(definition.name, definition);
    }
  }

  get(name: string): T | undefined {
    return this.#byName.get(name);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  names(): string[] {
    return [...this.#byName.keys()];
  }

  all(): T[] {
    return [...this.#byName.values()];
  }

  /** The registered name most like `name`, for "did you mean". */
  closestTo(name: string): string | undefined {
    return closest(name, this.#byName.keys());
  }
}
