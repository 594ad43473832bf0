// Why a JSON text cannot become jsonb unchanged.

export type JsonProblem =
  | 'json-syntax'
  | 'json-nan'
  | 'json-nul'
  | 'json-surrogate'
  | 'json-duplicate-key'
  | 'json-number-range'
  | 'json-too-deep';

export class JsonError extends Error {
  readonly problem: JsonProblem;
  constructor(problem: JsonProblem, detail: string) {
    super(detail);
    this.problem = problem;
  }
}
