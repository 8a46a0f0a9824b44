import { ByteSet, POSIX, SHORTHANDS } from './regex-class.js';

/** A pattern in JavaScript's dialect. */
export interface Translation {
  readonly source: string;
  readonly flags: string;
  /** JavaScript's number of each of the pattern's groups; the first entry is the whole match. */
  readonly groups: readonly number[];
  /** True when `$` was written so that it does not hold before a final newline (see TranslateOptions). */
  readonly plainEnd: boolean;
}

interface Flags {
  i: boolean;
  s: boolean;
  m: boolean;
  x: boolean;
  /** Named groups only (`(?n)`) and swapped greediness (`(?U)`) are PCRE's too. */
  U: boolean;
}

type Fail = (reason: string, offset: number) => never;

// Groups and references are written with these marks first and numbered at the end: atomic groups, which JavaScript
// lacks, become `(?=(…))\N`, and their helper groups shift the numbers of the others.
const OPEN = '\uE000';
const REFERENCE = '\uE001';
const MARK_END = '\uE002';

/**
 * Translates PCRE to JavaScript for texts that are bytes as latin1.
 * @param strictEnd writes `$` so that it also holds before a final newline; costs a lookahead, which keeps V8 from
 *   using its linear engine, so it is asked for only when a text ends with one
 */
export function translate(pattern: string, insensitive: boolean, fail: Fail, strictEnd = false): Translation {
  const translator = new Translator(pattern, insensitive, fail, strictEnd);
  return translator.run();
}

class Translator {
  #at = 0;
  #groups = 0;
  #atomics = 0;
  #plainEnd = false;
  #references = false;
  #usesCase = false;
  readonly #names = new Map<string, number>();

  constructor(
    readonly pattern: string,
    readonly insensitive: boolean,
    readonly fail: Fail,
    readonly strictEnd: boolean,
  ) {}

  run(): Translation {
    const body = this.#alternation({ i: this.insensitive, s: false, m: false, x: false, U: false });
    if (this.#at < this.pattern.length) this.fail('unmatched closing parenthesis', this.#at);
    const groups = [0];
    const numbers = new Map<string, number>();
    let count = 0;
    const opened = body.replaceAll(/\uE000([a0-9]+)\uE002/g, (_, name: string) => {
      numbers.set(name, ++count);
      if (!name.startsWith('a')) groups[Number(name)] = count;
      return '(';
    });
    const source = opened.replaceAll(/\uE001([a0-9]+)\uE002/g, (_, name: string) => {
      const number = numbers.get(name);
      if (number === undefined) this.fail('reference to non-existent subpattern', this.pattern.length);
      return `(?:\\${number})`;
    });
    return { source, flags: this.#references && this.#usesCase ? 'gi' : 'g', groups, plainEnd: this.#plainEnd };
  }

  #peek(): string {
    return this.pattern[this.#at] ?? '';
  }

  #take(text: string): boolean {
    if (!this.pattern.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  /** @param flags inherited; inline changes last until the group ends */
  #alternation(inherited: Flags): string {
    const flags = { ...inherited };
    let output = '';
    while (this.#at < this.pattern.length && this.#peek() !== ')') {
      if (this.#take('|')) output += '|';
      else output += this.#quantified(flags);
    }
    return output;
  }

  #quantified(flags: Flags): string {
    const start = this.#at;
    const atom = this.#atom(flags);
    if (flags.x) this.#skipBlanks();
    const quantifier = this.#quantifier();
    if (quantifier === '') return atom;
    if (atom === '' || isAssertion(atom)) {
      if (atom === '') this.fail('quantifier does not follow a repeatable item', start);
      return `(?:${atom})${quantifier}`;
    }
    const body = atom + quantifier;
    if (this.#take('+')) return this.#atomic(body);
    if (this.#take('?') !== flags.U) return `${body}?`;
    return body;
  }

  #quantifier(): string {
    const simple = /[*+?]/y;
    const counted = /\{(\d+)(,(\d*))?\}/y;
    simple.lastIndex = this.#at;
    counted.lastIndex = this.#at;
    if (simple.test(this.pattern)) return this.pattern[this.#at++];
    const found = counted.exec(this.pattern);
    if (found === null) return '';
    const [text, low, , high] = found;
    if (Number(low) > 65535 || Number(high ?? 0) > 65535)
      this.fail('number too big in {} quantifier', this.#at + text.length);
    if (high !== undefined && high !== '' && Number(high) < Number(low)) {
      this.fail('numbers out of order in {} quantifier', this.#at + text.length);
    }
    this.#at += text.length;
    return text;
  }

  #atomic(body: string): string {
    const name = `a${++this.#atomics}`;
    return `(?:(?=${OPEN}${name}${MARK_END}${body}))${REFERENCE}${name}${MARK_END})`;
  }

  #atom(flags: Flags): string {
    if (flags.x) this.#skipBlanks();
    const char = this.#peek();
    switch (char) {
      case '':
      case ')':
      case '|':
        return '(?:)';
      case '\\':
        return this.#escape(flags);
      case '[':
        return this.#class(flags);
      case '(':
        return this.#group(flags);
      case '.':
        this.#at++;
        return flags.s ? '[^]' : '[^\\n]';
      case '^':
        this.#at++;
        return flags.m ? '(?<![^\\n])' : '^';
      case '$':
        this.#at++;
        return this.#end(flags.m);
      case '*':
      case '+':
      case '?':
        return this.fail('quantifier does not follow a repeatable item', this.#at);
      default:
        this.#at++;
        return this.#literal(char.charCodeAt(0), flags);
    }
  }

  #end(multiline: boolean): string {
    if (multiline) return '(?![^\\n])';
    if (this.strictEnd) return '(?=\\n?$)';
    this.#plainEnd = true;
    return '$';
  }

  #literal(code: number, flags: Flags): string {
    if (code > 255) this.fail('character code point value in \\x{} or \\o{} is too large', this.#at);
    const set = ByteSet.of([code, code]);
    if (flags.i) this.#fold(set);
    return set.toSource();
  }

  #fold(set: ByteSet): void {
    this.#usesCase = true;
    set.foldCase();
  }

  #skipBlanks(): void {
    for (;;) {
      if (/\s/.test(this.#peek())) this.#at++;
      else if (this.#peek() === '#') {
        const end = this.pattern.indexOf('\n', this.#at);
        this.#at = end < 0 ? this.pattern.length : end + 1;
      } else return;
    }
  }

  #group(flags: Flags): string {
    const start = this.#at++;
    if (this.#peek() === '*') this.fail('verbs such as (*UTF) are not supported', start);
    if (!this.#take('?')) return this.#capture(undefined, flags);
    const named = /P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)'/y;
    named.lastIndex = this.#at;
    const name = named.exec(this.pattern);
    if (name !== null) {
      this.#at += name[0].length;
      return this.#capture(name[1] ?? name[2], flags);
    }
    for (const prefix of ['<=', '<!', '=', '!', ':']) {
      if (this.#take(prefix)) return this.#wrap(`(?${prefix}`, flags);
    }
    if (this.#take('>')) return this.#atomic(this.#close(this.#alternation(flags)));
    if (this.#take('#')) return this.#comment();
    if (this.#take('P=')) return this.#reference(this.#until(')'), flags);
    if (/^(?:R|[+-]?\d|&|P>)/.test(this.pattern.slice(this.#at))) this.fail('recursion is not supported', start);
    if (this.#peek() === '(') this.fail('conditional groups are not supported', start);
    if (this.#peek() === '|') this.fail('branch reset groups are not supported', start);
    return this.#inlineFlags(flags, start);
  }

  #inlineFlags(flags: Flags, start: number): string {
    const found = /^([ismxUJ]*)(?:-([ismxU]*))?([:)])/.exec(this.pattern.slice(this.#at));
    if (found === null) return this.fail('unrecognized character after (? or (?-', start + 2);
    this.#at += found[0].length;
    const target = found[3] === ':' ? { ...flags } : flags;
    const set = (letters: string, value: boolean): void => {
      for (const letter of letters) if (letter !== 'J') target[letter as keyof Flags] = value;
    };
    set(found[1], true);
    set(found[2] ?? '', false);
    return found[3] === ':' ? this.#wrap('(?:', target) : '(?:)';
  }

  #comment(): string {
    this.#until(')');
    return '(?:)';
  }

  #until(close: string): string {
    const end = this.pattern.indexOf(close, this.#at);
    if (end < 0) this.fail('missing closing parenthesis', this.pattern.length);
    const text = this.pattern.slice(this.#at, end);
    this.#at = end + close.length;
    return text;
  }

  #capture(name: string | undefined, flags: Flags): string {
    const number = ++this.#groups;
    if (name !== undefined) this.#names.set(name, number);
    return this.#wrap(`${OPEN}${number}${MARK_END}`, flags);
  }

  #wrap(open: string, flags: Flags): string {
    return `${open}${this.#close(this.#alternation(flags))})`;
  }

  #close(body: string): string {
    if (!this.#take(')')) this.fail('missing closing parenthesis', this.pattern.length);
    return body;
  }

  #reference(to: string, flags: Flags): string {
    const number = this.#names.get(to) ?? (/^-\d+$/.test(to) ? this.#groups + 1 + Number(to) : Number(to));
    if (!Number.isInteger(number) || number < 1) this.fail('reference to non-existent subpattern', this.#at);
    this.#references = true;
    if (flags.i) this.#usesCase = true;
    return `${REFERENCE}${number}${MARK_END}`;
  }

  #escape(flags: Flags): string {
    const start = this.#at++;
    const letter = this.#peek();
    if (letter === '') this.fail('\\ at end of pattern', this.pattern.length);
    this.#at++;
    if (letter in SHORTHANDS) return SHORTHANDS[letter].toSource();
    switch (letter) {
      case 'b':
      case 'B':
        return `\\${letter}`;
      case 'A':
        return '^';
      case 'z':
        return '$';
      case 'Z':
        return this.#end(false);
      case 'R':
        return '(?:\\r\\n|[\\n-\\r\\x85])';
      case 'Q':
        return this.#quoted(flags);
      case 'E':
        return '(?:)';
      case 'g':
      case 'k':
        return this.#namedReference(flags);
    }
    if (/[1-9]/.test(letter)) return this.#numeric(letter, start, flags);
    this.#at = start;
    return this.#literal(this.#characterEscape(), flags);
  }

  #numeric(first: string, start: number, flags: Flags): string {
    const digits = /^\d+/.exec(this.pattern.slice(start + 1))?.[0] ?? first;
    // As PCRE: up to \9, or to as many groups as the pattern has, it is a reference; else octal.
    const total = this.pattern.match(/(?<!\\)\((?!\?)|\(\?P?<(?![=!])|\(\?'/g)?.length ?? 0;
    if (digits.length === 1 || Number(digits) <= total) {
      this.#at = start + 1 + digits.length;
      return this.#reference(digits, flags);
    }
    this.#at = start;
    return this.#literal(this.#characterEscape(), flags);
  }

  #namedReference(flags: Flags): string {
    const found = /^(?:\{([^}]*)\}|<([^>]*)>|'([^']*)'|(-?\d+))/.exec(this.pattern.slice(this.#at));
    if (found === null) return this.fail('a numbered reference must not be zero', this.#at);
    this.#at += found[0].length;
    return this.#reference(found[1] ?? found[2] ?? found[3] ?? found[4], flags);
  }

  #quoted(flags: Flags): string {
    const end = this.pattern.indexOf('\\E', this.#at);
    const text = this.pattern.slice(this.#at, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.pattern.length : end + 2;
    const output = Array.from(text, (char) => this.#literal(char.charCodeAt(0), flags)).join('');
    return `(?:${output})`;
  }

  /** A backslash and what makes one character of it, in and outside of classes. @returns the byte */
  #characterEscape(): number {
    const rest = this.pattern.slice(this.#at + 1);
    const hex = /^x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{0,2}))/.exec(rest);
    if (hex !== null) {
      this.#at += 1 + hex[0].length;
      return Number.parseInt(hex[1] ?? (hex[2] === '' ? '0' : hex[2]), 16);
    }
    const octal = /^[0-7]{1,3}/.exec(rest)?.[0];
    if (octal !== undefined) {
      this.#at += 1 + octal.length;
      return Number.parseInt(octal, 8) & 255;
    }
    const letter = rest[0] ?? '';
    if (letter === '') return this.fail('\\ at end of pattern', this.pattern.length);
    this.#at += 2;
    const control = 'abefnrt'.includes(letter) ? { a: 7, b: 8, e: 27, f: 12, n: 10, r: 13, t: 9 }[letter] : undefined;
    if (control !== undefined) return control;
    if (letter === 'c') return (this.pattern[this.#at++] ?? '').toUpperCase().charCodeAt(0) ^ 64;
    if (/[A-Za-z]/.test(letter)) {
      const known = /[CGKXpPuUlL]/.test(letter) ? `\\${letter} is not supported` : 'unrecognized character follows \\';
      this.fail(known, this.#at - 1);
    }
    return letter.charCodeAt(0);
  }

  #class(flags: Flags): string {
    const start = this.#at++;
    const inverted = this.#take('^');
    const set = new ByteSet();
    for (let first = true; first || this.#peek() !== ']'; first = false) {
      if (this.#peek() === '') this.fail('missing terminating ] for character class', this.pattern.length);
      this.#classItem(set, start);
    }
    this.#at++;
    if (flags.i) this.#fold(set);
    return (inverted ? set.invert() : set).toSource();
  }

  #classItem(set: ByteSet, start: number): void {
    const posix = /^\[:(\^?)(\w+):\]/.exec(this.pattern.slice(this.#at));
    if (posix !== null) {
      const named = POSIX[posix[2]];
      if (named === undefined) this.fail('unknown POSIX class name', this.#at);
      set.addSet(posix[1] === '' ? named : named.invert());
      this.#at += posix[0].length;
      return;
    }
    const from = this.#classCharacter();
    if (typeof from !== 'number') {
      set.addSet(from);
      return;
    }
    if (this.#peek() !== '-' || /^-(?:\]|$)/.test(this.pattern.slice(this.#at))) {
      set.addRange(from, from);
      return;
    }
    this.#at++;
    const to = this.#classCharacter();
    if (typeof to !== 'number') {
      set.addRange(from, from);
      set.addRange(45, 45);
      set.addSet(to);
      return;
    }
    if (to < from) this.fail('range out of order in character class', Math.max(start, this.#at - 1));
    set.addRange(from, to);
  }

  #classCharacter(): number | ByteSet {
    const char = this.#peek();
    if (char !== '\\') {
      this.#at++;
      return char.charCodeAt(0) & 255;
    }
    const letter = this.pattern[this.#at + 1] ?? '';
    if (letter in SHORTHANDS && letter !== 'N') {
      this.#at += 2;
      return SHORTHANDS[letter];
    }
    return this.#characterEscape() & 255;
  }
}

/** `^`, `$` and `\b` cannot be repeated in JavaScript without a group around them. */
function isAssertion(atom: string): boolean {
  return atom === '^' || atom === '$' || atom === '\\b' || atom === '\\B' || /^\(\?(?:<?[=!])/.test(atom);
}
