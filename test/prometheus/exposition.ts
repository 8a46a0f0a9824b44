/** Scrapes, taken apart for comparison. */

/** A line without its `HELP`, which tsproxy has in words of its own. */
export function metricLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('# HELP '))
    .map((line) => line.replace(/version="[^"]*"/, 'version="…"'));
}

/** Series with their values: `haproxy_server_weight{proxy="b",server="s"}` -> `1`. */
export function series(text: string): Map<string, string> {
  return new Map(
    metricLines(text)
      .filter((line) => !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]),
  );
}

export function names(text: string): string[] {
  return [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
}
