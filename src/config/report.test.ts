import { expect, test } from 'vitest';
import { Diagnostics, renderDiagnostic, type SourceLine, type Span } from './diagnostics.js';
import { checkVerdict, report, type Reporter } from './report.js';

const source: SourceLine = { file: 'x.cfg', line: 3, text: '\tmaxcon 10' };
const span: Span = { source, column: 2, length: 6 };
const reporter: Reporter = {
  pid: 7,
  version: '1.2.3',
  executable: '/bin/tsproxy',
  diagnosticMode: false,
  zeroWarning: false,
};
const HEAD = '[NOTICE]   (7) : tsproxy version is 1.2.3\n[NOTICE]   (7) : path to executable is /bin/tsproxy\n';

test('the first line is what tools look for, the caret stands below the word', () => {
  const text = renderDiagnostic({ severity: 'alert', message: "unknown keyword 'maxcon'", span, hint: 'a hint' }, 7);
  expect(text.split('\n')).toEqual([
    "[ALERT]    (7) : config : parsing [x.cfg:3] : unknown keyword 'maxcon'",
    '  --> x.cfg:3:2',
    '   | \tmaxcon 10',
    '   | \t^^^^^^',
    '   = a hint',
  ]);
});

test('a valid configuration says nothing', () => {
  const result = report(new Diagnostics(), reporter);
  expect(result).toEqual({ text: '', fatal: false, warned: false });
  expect(checkVerdict(result, 1, false)).toEqual({ text: 'Configuration file is valid\n', exitCode: 0 });
  expect(checkVerdict(result, 1, true)).toEqual({ text: '', exitCode: 0 });
  expect(checkVerdict(result, 0, false).exitCode).toBe(2);
});

test('notices come before the introduction, and alone without it', () => {
  const diagnostics = new Diagnostics();
  diagnostics.notice(undefined, 'hello');
  expect(report(diagnostics, reporter).text).toBe('[NOTICE]   (7) : config : hello\n');
  diagnostics.warning(undefined, 'careful');
  const result = report(diagnostics, reporter);
  expect(result.text).toBe(`[NOTICE]   (7) : config : hello\n${HEAD}[WARNING]  (7) : config : careful\n`);
  expect(checkVerdict(result, 1, false).text).toBe('Warnings were found.\nConfiguration file is valid\n');
});

test('alerts end with the files they are in', () => {
  const diagnostics = new Diagnostics();
  diagnostics.alert(span, 'bad');
  diagnostics.alert({ ...span, source: { ...source, file: 'y.cfg' } }, 'bad');
  diagnostics.alert(undefined, 'worse');
  const result = report(diagnostics, reporter);
  expect(result.text.split('\n').slice(-4)).toEqual([
    '[ALERT]    (7) : config : Error(s) found in configuration file : x.cfg',
    '[ALERT]    (7) : config : Error(s) found in configuration file : y.cfg',
    '[ALERT]    (7) : config : Fatal errors found in configuration.',
    '',
  ]);
  expect(checkVerdict(result, 1, false)).toEqual({ text: '', exitCode: 1 });
});

test('-dW makes a warning fatal, -dD shows what is suspicious without that', () => {
  const diagnostics = new Diagnostics();
  diagnostics.diag(undefined, 'odd');
  expect(report(diagnostics, reporter).text).toBe('');
  const strict = { ...reporter, diagnosticMode: true, zeroWarning: true };
  expect(report(diagnostics, strict)).toEqual({ text: '[DIAG]     (7) : config : odd\n', fatal: false, warned: false });
  diagnostics.warning(undefined, 'careful');
  expect(report(diagnostics, strict).fatal).toBe(true);
});
