// Asks the application for its pages, and says so as long as it gives no good answer.
import { type Probed, type ProbeOptions, probe } from '../../src/app/probe.js';
import type { StepContext } from '../../src/run/step.js';
import { tellWhile } from '../../src/run/tell-while.js';

/** As `probe`. */
export function probeTelling(
  { emit }: Pick<StepContext, 'emit'>,
  baseUrl: string,
  paths: readonly string[],
  options: ProbeOptions,
): Promise<readonly Probed[]> {
  // A password in the URL is not for the screen.
  const place = URL.canParse(baseUrl) ? new URL(baseUrl).origin : 'the application';
  const what = `a good answer of ${place}${paths[0] ?? '/'}`;
  const remedies = [`curl -i '${place}${paths[0] ?? '/'}'`, 'journalctl -u UNIT -n 50'];
  return tellWhile(
    emit,
    () => ({ what, remedies }),
    () => probe(baseUrl, paths, options),
  );
}
