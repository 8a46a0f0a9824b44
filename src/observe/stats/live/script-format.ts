/**
 * Script of the live view, first part: numbers and pictures. It runs in the browser: plain text here, ASCII only, without
 * anything of the configuration in it. test/stats/live-browser.test.ts runs it.
 */
export const FORMAT_SCRIPT = String.raw`
const POINTS = 60;
const byId = (id) => document.getElementById(id);

/** Writes only what changed: most rows of a big site stand still. */
function put(node, text) {
  if (node.shown !== text) node.textContent = node.shown = text;
}
function scaled(value, units, base) {
  let unit = 0;
  while (value >= base * 0.9995 && unit < units.length - 1) { value /= base; unit++; }
  const digits = value < 10 && (unit > 0 || value % 1 !== 0) ? 1 : 0;
  return value.toFixed(digits).replace(/\.0$/, '') + units[unit];
}
const number = (value) => scaled(value, ['', 'k', 'M', 'G', 'T'], 1000);
const bytes = (value) => scaled(value, [' B', ' kB', ' MB', ' GB', ' TB'], 1000);
const millis = (value) => value < 1000 ? Math.round(value) + ' ms' : (value / 1000).toFixed(value < 10000 ? 1 : 0) + ' s';
/** The two greatest units. */
function duration(seconds) {
  const s = Math.floor(seconds);
  if (s < 60) return s + 's';
  if (s < 3600) return Math.floor(s / 60) + 'm' + (s % 60) + 's';
  if (s < 86400) return Math.floor(s / 3600) + 'h' + Math.floor(s % 3600 / 60) + 'm';
  return Math.floor(s / 86400) + 'd' + Math.floor(s % 86400 / 3600) + 'h';
}

function remember(history, value) {
  history.push(value);
  if (history.length > POINTS) history.shift();
}
/** A filled line, newest point at the right edge; its corners lie outside of the picture. Nothing when nothing was. */
function outline(history, max) {
  if (!history.some((value) => value > 0)) return '';
  let x = POINTS - history.length;
  let path = 'M' + x + ' 22';
  for (const value of history) path += 'L' + x++ + ' ' + (20 - 18 * value / max).toFixed(1);
  return path + 'L' + (POINTS + 1) + ' ' + (20 - 18 * history[history.length - 1] / max).toFixed(1) + 'V22';
}
function draw(path, history, max) {
  const d = outline(history, max);
  if (path.drawn !== d) path.setAttribute('d', path.drawn = d);
}
const highest = (history, least) => Math.max(least, ...history);
`;
