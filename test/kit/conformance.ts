import { isDeepStrictEqual } from 'node:util';
import { type ErrorCode, errors, errorsOf, problemSchema, type Route, serverFrame } from '@parley/protocol';

type Schema = NonNullable<Route['response']>;

/** What came back from a route. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** As sent. */
  readonly text: string;
  /** Parsed, when it is JSON. */
  readonly body: unknown;
}

/** How the answer differs from what the documents say of the route; empty: it conforms. */
export function answerMistakes(route: Route, answer: Answer): readonly string[] {
  const where = `${route.id} ${answer.status}`;
  const mistakes =
    answer.status === route.status
      ? successMistakes(route, route.response, answer)
      : answer.status in (route.otherResponses ?? {})
        ? successMistakes(route, route.otherResponses?.[answer.status], answer)
        : problemMistakes(route, answer);
  return mistakes.map((mistake) => `${where}: ${mistake}`);
}

function successMistakes(route: Route, schema: Schema | undefined, answer: Answer): readonly string[] {
  const type = mediaTypeOf(answer);
  if (schema === undefined) return answer.text === '' ? [] : ['a body came where none is documented'];
  const expected = route.mediaType ?? 'application/json';
  if (type === 'text/event-stream' && route.otherMediaTypes?.includes(type) === true) {
    return dataLinesOf(answer.text).flatMap((data) => schemaMistakes(schema, JSON.parse(data)));
  }
  if (type !== expected) return [`the media type is ${type}, documented is ${expected}`];
  if (expected === 'application/x-ndjson') {
    return linesOf(answer.text).flatMap((line) => schemaMistakes(schema, JSON.parse(line)));
  }
  return schemaMistakes(schema, expected === 'application/json' ? answer.body : answer.text);
}

function problemMistakes(route: Route, answer: Answer): readonly string[] {
  if (mediaTypeOf(answer) !== 'application/problem+json') return [`neither documented nor a problem: ${answer.text}`];
  const mistakes = [...schemaMistakes(problemSchema, answer.body)];
  if (mistakes.length > 0) return mistakes;
  const { code, status } = answer.body as { code: ErrorCode; status: number };
  if (!errorsOf(route).includes(code)) mistakes.push(`the code ${code} is not documented for this route`);
  if (status !== answer.status || errors[code].status !== answer.status) mistakes.push(`${code} with another status`);
  if (status === 429 && answer.headers.get('Retry-After') === null) mistakes.push('429 without Retry-After');
  if (status === 503 && answer.headers.get('Retry-After') === null) mistakes.push('503 without Retry-After');
  if (status === 401 && answer.headers.get('WWW-Authenticate') === null) mistakes.push('401 without WWW-Authenticate');
  return mistakes;
}

/** How the frame differs from the AsyncAPI document; empty: it conforms. */
export const frameMistakes = (frame: unknown): readonly string[] => schemaMistakes(serverFrame, frame);

/** Fields that the schema does not know are mistakes too: the documents must be complete. */
function schemaMistakes(schema: Schema, value: unknown): readonly string[] {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    return parsed.error.issues.map(({ path, message }) => `/${path.join('/')}: ${message} in ${brief(value)}`);
  }
  if (isDeepStrictEqual(parsed.data, value)) return [];
  return [`undocumented fields: ${brief(value)} became ${brief(parsed.data)}`];
}

const brief = (value: unknown): string => JSON.stringify(value).slice(0, 1_000);
const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');
const dataLinesOf = (text: string): readonly string[] =>
  linesOf(text).flatMap((line) => (line.startsWith('data: ') ? [line.slice('data: '.length)] : []));
const mediaTypeOf = ({ headers }: Answer): string => headers.get('Content-Type')?.split(';')[0] ?? 'nothing';
