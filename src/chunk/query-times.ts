// How a query is timed, on either side: the first run, and the median of three more, unless the first took long enough to count as it is.
import type { QueryAnswer } from './jobs.js';

/** A query whose first run takes longer is not run again: the figure is large enough to need no median. */
const REPEATED_BELOW_MS = 1000;
const WARM_RUNS = 3;

type Answer = Omit<QueryAnswer, 'times'>;

/** The answer of the first run, and the times of all of them; `clock` is in milliseconds. */
export async function timeAnswer(
  run: () => Answer | Promise<Answer>,
  clock: () => number = () => performance.now(),
): Promise<QueryAnswer> {
  const timed = async (): Promise<[Answer, number]> => {
    const startedAt = clock();
    const answer = await run();
    return [answer, clock() - startedAt];
  };
  const [answer, firstMs] = await timed();
  const warm: number[] = [];
  while (firstMs <= REPEATED_BELOW_MS && warm.length < WARM_RUNS) warm.push((await timed())[1]);
  const ms = warm.sort((a, b) => a - b)[Math.floor(warm.length / 2)] ?? firstMs;
  return { ...answer, times: { firstMs, ms, warmRuns: warm.length } };
}
