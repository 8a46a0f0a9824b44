/**
 * Environment variables as a configuration sees them: names and values are byte strings (latin1), like every word of
 * a file, and `setenv` and its kin change them while the file is read.
 */
export type Environment = Map<string, string | undefined>;

/** The process's variables, which Node decodes from UTF-8, back as bytes. */
export function environmentOf(variables: Readonly<Record<string, string | undefined>>): Environment {
  const environment: Environment = new Map();
  for (const [name, value] of Object.entries(variables)) {
    if (value !== undefined) environment.set(toBytes(name), toBytes(value));
  }
  return environment;
}

/** A string as bytes, one code unit each. */
export function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Bytes as text for people: UTF-8 where they are that, else unchanged. */
export function toText(bytes: string): string {
  if (!/[\x80-\xff]/.test(bytes) || /[^\0-\xff]/.test(bytes)) return bytes;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return bytes;
  }
}
