/**
 * A second engine, which takes time in proportion to the text whatever the pattern is: RE2 knows neither lookaround nor
 * back-references, and all else gives the same matches. Loaded when a pattern is compiled that may need it.
 */

type Engine = typeof import('re2js').RE2JS;
type Program = import('re2js').RE2JS;

let engine: Engine | undefined = undefined;
let loading: Promise<void> | undefined = undefined;

/** @returns a promise for tests: until it is loaded, patterns do without it */
export function loadLinearEngine(): Promise<void> {
  loading ??= import('re2js').then(
    ({ RE2JS }) => void (engine = RE2JS),
    () => {}, // it is a help, no need
  );
  return loading;
}

/** What RegExp.exec() gives, as far as it is used. */
export interface Found {
  readonly index: number;
  readonly [group: number]: string | undefined;
}

/** A pattern of JavaScript's dialect in that engine. */
export class LinearPattern {
  constructor(private readonly program: Program) {}

  test(text: string): boolean {
    return this.program.matcher(text).find();
  }

  /** The first match at or after `from`. */
  exec(text: string, from: number): Found | null {
    const matcher = this.program.matcher(text);
    if (!matcher.find(from)) return null;
    const found: { index: number; [group: number]: string | undefined } = { index: matcher.start() };
    for (let group = 0; group <= matcher.groupCount(); group++) found[group] = matcher.group(group) ?? undefined;
    return found;
  }
}

/** @returns undefined when the engine cannot express it, or is not there (yet) */
export function linearPattern(source: string): LinearPattern | undefined {
  if (engine === undefined) return undefined;
  try {
    return new LinearPattern(engine.compile(engine.translateRegExp(source)));
  } catch {
    return undefined;
  }
}
