// A run that asks in its middle, for test/cli/questions.test.ts to start in a terminal: the real screen and the real question, events
// made by hand. Writes its process id, and in the end the answer or the code of the error, into files of the folder it is given.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askOnScreen, questionPage } from '../../src/commands/asking.js';
import { openScreen } from '../../src/commands/live.js';
import type { Session } from '../../src/commands/session.js';
import { listenForSignals } from '../../src/commands/signals.js';
import { Settings } from '../../src/config/settings.js';
import { WizardError } from '../../src/errors.js';
import type { EventBody } from '../../src/events.js';
import { openWriter } from '../../src/output/writer.js';
import { reduce } from '../../src/reduce.js';
import { EMPTY_VIEW } from '../../src/view.js';
import { record } from '../output/recorded-run.js';
import { started } from '../screens/runs.js';

const [, , folder = '.'] = process.argv;
writeFileSync(join(folder, 'pid'), String(process.pid));
const [out, err] = [openWriter(process.stdout), openWriter(process.stderr)];
const hangUp = new AbortController();
const { stop, abort } = listenForSignals({
  say: () => undefined,
  hungUp: () => hangUp.abort(),
  end: (code) => process.exit(code),
});
const session: Session = {
  flags: {},
  env: process.env,
  stdout: process.stdout,
  out,
  err,
  isTerminal: true,
  stop,
  abort,
  hangUp: hangUp.signal,
  secrets: [],
  log: undefined,
  isFailureShown: false,
  screen: undefined,
};

const screen = await openScreen(session, new Settings());
if (screen === undefined) throw new Error('this is no terminal');
let view = EMPTY_VIEW;
function emit(...bodies: EventBody[]): void {
  for (const event of record(bodies)) {
    view = reduce(view, event);
    screen?.sink(event, view);
  }
}

emit(
  started,
  { type: 'step.started', step: 'preflight', title: 'Check everything' },
  { type: 'step.completed', step: 'preflight', summary: '13 checks', elapsedMs: 1200 },
  { type: 'step.started', step: 'backup', title: 'Make the snapshot' },
);
await new Promise((resolve) => setTimeout(resolve, 400));
let ending: string;
try {
  const page = questionPage('stop-application', 'Is the application stopped?', 'moon', false);
  ending = `answered ${(await askOnScreen(session, screen, page)).id}`;
} catch (error) {
  ending = error instanceof WizardError ? `${error.code} ${error.exitCode}` : String(error);
}
await new Promise((resolve) => setTimeout(resolve, 400));
emit({ type: 'step.completed', step: 'backup', summary: ending, elapsedMs: 900 });
emit({
  type: 'run.completed',
  exitCode: 0,
  message: 'over',
  totals: { tables: 0, rows: 0, bytes: 0, quarantined: 0 },
  elapsedMs: 2500,
});
screen.unmount();
writeFileSync(join(folder, 'ending'), ending);
process.exit(0);
