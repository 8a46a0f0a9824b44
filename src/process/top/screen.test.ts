import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import type { Snapshot } from './parse.js';
import { Screen } from './screen.js';

class Keyboard extends EventEmitter {
  raw = false;
  setRawMode(raw: boolean): void {
    this.raw = raw;
  }
  resume(): void {}
  pause(): void {}
}
class Display extends EventEmitter {
  columns = 80;
  rows = 8;
  written = '';
  write(text: string): void {
    this.written += text;
  }
  /** First words of the rows in the last picture. */
  get shown(): string[] {
    const picture = this.written.split('\x1b[H').at(-1) ?? '';
    return picture.split('\r\n').slice(3).map((line) => line.trim().split(' ')[0]); // prettier-ignore
  }
}

const rows = Array.from(
  { length: 20 },
  (_, i) => new Map(Object.entries({ svname: `s${i}`, type: '2', status: 'UP' })),
);
const snapshot = (pid: string, at: number): Snapshot => ({ info: new Map([['Pid', pid]]), rows, at });

function open(): { keyboard: Keyboard; display: Display; screen: Screen; quits: () => number } {
  const keyboard = new Keyboard();
  const display = new Display();
  let quits = 0;
  const screen = new Screen(keyboard, display, false, () => quits++);
  screen.open();
  screen.show(snapshot('1', 0));
  return { keyboard, display, screen, quits: () => quits };
}

test.each([
  ['j', 's1'],
  ['jjjk', 's2'],
  ['\x1b[B\x1b[B\x1b[A', 's1'],
  [' ', 's5'],
  ['\x1b[6~\x1b[6~\x1b[5~', 's5'],
  ['G', 's15'],
  ['Gjk', 's14'],
  ['Gg', 's0'],
  ['kkkx\x1b', 's0'],
])('%j shows %s first', (keys, first) => {
  const { keyboard, display } = open();
  keyboard.emit('data', Buffer.from(keys));
  expect(display.shown[0]).toBe(first);
  expect(display.shown).toHaveLength(5);
});

test.each(['q', '\x03', 'jq'])('%j quits', (keys) => {
  const { keyboard, quits } = open();
  keyboard.emit('data', Buffer.from(keys));
  expect(quits()).toBe(1);
});

test('a larger terminal shows more', () => {
  const { keyboard, display } = open();
  keyboard.emit('data', 'G');
  display.rows = 40;
  display.emit('resize');
  expect(display.shown).toHaveLength(20);
});

test('another process is no basis for rates', () => {
  const { display, screen } = open();
  screen.show(snapshot('1', 1000));
  expect(display.written.split('\x1b[H').at(-1)).toContain('ERR/s');
  screen.show(snapshot('2', 2000));
  expect(display.written.split('\x1b[H').at(-1)).toContain('ERRORS');
});

test('trouble keeps the last figures', () => {
  const { display, screen } = open();
  screen.complain('no answer');
  expect(display.written.split('\x1b[H').at(-1)).toContain('no answer');
  expect(display.shown[0]).toBe('s0');
});

test('the terminal is given back as it was', () => {
  const { keyboard, display, screen } = open();
  expect(keyboard.raw).toBe(true);
  expect(display.written).toContain('\x1b[?1049h');
  screen.close();
  expect(keyboard.raw).toBe(false);
  expect(display.written.endsWith('\x1b[?25h\x1b[?1049l')).toBe(true);
  expect(keyboard.listenerCount('data') + display.listenerCount('resize')).toBe(0);
});
