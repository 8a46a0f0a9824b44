/** One class of registered keywords that `-dK` can print. */
export interface KeywordClass {
  /** `cfg` */
  readonly name: string;
  /** `configuration keywords`, as in "# List of registered configuration keywords:". */
  readonly title: string;
  /** What `-dKhelp` says instead of the title. */
  readonly help?: string;
  /** The lines below the title, in the form of HAProxy's own dump. Called only when they are printed. */
  lines(): readonly string[];
}

/**
 * What `-dK` prints: the form of HAProxy's, so that the difference between two programs is one `diff`.
 * @param wanted names of classes, `all`, or `help`
 * @returns the text, and what was asked for but does not exist
 */
export function keywordDump(
  wanted: readonly string[],
  classes: readonly KeywordClass[],
): { readonly text: string; readonly unknown: readonly string[] } {
  const lines: string[] = [];
  if (wanted.includes('help')) {
    lines.push('# List of supported keyword classes:', 'all: list all keywords');
    lines.push(...classes.map(({ name, title, help = title }) => `${name}: ${help}`));
  }
  for (const one of classes) {
    if (!wanted.includes('all') && !wanted.includes(one.name)) continue;
    lines.push(`# List of registered ${one.title}:`, ...one.lines());
  }
  const unknown = wanted.filter(
    (name) => name !== 'all' && name !== 'help' && !classes.some((one) => one.name === name),
  );
  return { text: lines.map((line) => `${line}\n`).join(''), unknown };
}
