const NAME = /(?<=\n)[^:\r\n]+(?=:)/g;

/**
 * Gives names of fields the case that the table says, for those who depend on it (manual 3.1 `h1-case-adjust`).
 * @param text a head, with or without a body behind it, or fields of one
 * @param names lower-case names and what they are to be
 */
export function adjustCase(text: string, names: ReadonlyMap<string, string>): string {
  const end = text.indexOf('\r\n\r\n');
  const head = end < 0 ? text : text.slice(0, end);
  const adjusted = head.replace(NAME, (name) => names.get(name.toLowerCase()) ?? name);
  return end < 0 ? adjusted : adjusted + text.slice(end);
}
