/** `{name}` in a configuration: a lower-case word in braces without blanks, not a variable nor a log format. */
const PLACEHOLDER = /(?<![$%])\{([a-z][a-z0-9]*)\}/g;

/** Names used in a text, in order of appearance, each once. */
export function placeholders(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(PLACEHOLDER), ([, name]) => name))];
}

/** @throws Error for a name without a value */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(PLACEHOLDER, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for {${name}}`);
    return String(value);
  });
}

const MODERN: readonly (readonly [RegExp, string])[] = [
  [/^(\s*)contimeout\b/gm, '$1timeout connect'],
  [/^(\s*)clitimeout\b/gm, '$1timeout client'],
  [/^(\s*)srvtimeout\b/gm, '$1timeout server'],
  [/^\s*nbproc\b.*$/gm, ''],
];

/** The tutorial's directives as HAProxy 2.6 still takes them: to run the same file with the real one. */
export function modernised(text: string): string {
  return MODERN.reduce((result, [old, modern]) => result.replace(old, modern), text);
}
