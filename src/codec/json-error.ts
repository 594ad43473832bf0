// Why a JSON text cannot become jsonb unchanged.

export type JsonProblem =
  | 'json-syntax'
  | 'json-nan'
  | 'json-nul'
  | 'json-surrogate'
  | 'json-duplicate-key'
  | 'json-number-range'
  | 'json-too-deep'
  | 'json-too-large';

export class JsonError extends Error {
  readonly problem: JsonProblem;
  /** The message without what only this document has. */
  readonly kind: string;
  constructor(problem: JsonProblem, detail: string, kind = detail) {
    super(detail);
    this.problem = problem;
    this.kind = kind;
  }
}

/** The error for Python's way of writing what is not a number, when `text` begins with it. */
export function nanError(text: string): JsonError | undefined {
  const token = /^-?(?:NaN|Infinity)/.exec(text)?.[0];
  return token === undefined
    ? undefined
    : new JsonError('json-nan', `has ${token}, which is not a JSON number`);
}
