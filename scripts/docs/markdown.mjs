// Pieces of Markdown.

/** Text in a table's cell. */
export const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Code in a table's cell. */
export const code = (text) => (text.includes('`') ? `\`\` ${cell(text)} \`\`` : `\`${cell(text)}\``);

export function table(heads, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line), ''].join('\n');
}

export const byName = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** A page with a note that nobody should edit it. */
export const page = (title, ...parts) =>
  [`<!-- Made by \`npm run docs\` from the program. Do not edit. -->`, '', `# ${title}`, '', ...parts, ''].join('\n');
