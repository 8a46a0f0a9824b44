/** Asks name servers for rules (`do-resolve`). */
export interface NameResolver {
  /**
   * @param section a `resolvers` section
   * @param family the one that is preferred; an address of the other is better than none
   * @param done called once, now or later; undefined = there is none
   * @returns what gives up waiting: `done` is not called any more then
   */
  resolve(section: string, name: string, family: 4 | 6, done: (address: string | undefined) => void): () => void;
}

/** Until somebody who can ask is there, no name has an address. */
export const NO_NAMES: NameResolver = {
  resolve(_section, _name, _family, done) {
    done(undefined);
    return () => undefined;
  },
};

/** Names for rules: `resolver` is there before traffic comes. */
export interface NameService {
  resolver: NameResolver;
  /** Whether there is a `resolvers` section of that name. */
  has(section: string): boolean;
}
