/** What a filter looks at. */
interface FilterSubject {
  readonly stream: string;
  readonly type: string;
}

export type EventFilter = (subject: FilterSubject) => boolean;

export interface FilterExpression {
  readonly on: 'stream' | 'type';
  /** Not empty: a regular expression, searched for anywhere in the name. It wins over the prefixes. */
  readonly regex: string;
  readonly prefixes: readonly string[];
}

const EPOCHS = '$epoch-information';
const GROUPS_ON_ALL = '$persistentsubscription-$all::';

/** In force in every read of $all, filtered or not: what only the node itself is interested in. */
export const internalEventsLeftOut: EventFilter = ({ stream }) => {
  if (!stream.startsWith('$')) return true;
  if (stream === EPOCHS) return false;
  return !(stream.startsWith(GROUPS_ON_ALL) && (stream.endsWith('-checkpoint') || stream.endsWith('-parked')));
};

/** Names repeat far more often than they differ: each is judged once, up to this many. */
const REMEMBERED = 100_000;

/** @throws SyntaxError when the regular expression is none */
export function compileFilter(expression: FilterExpression): EventFilter {
  const { prefixes } = expression;
  const pattern = expression.regex === '' ? null : new RegExp(expression.regex);
  const judge =
    pattern === null
      ? (name: string): boolean => prefixes.some((prefix) => name.startsWith(prefix))
      : (name: string): boolean => pattern.test(name);
  const judged = new Map<string, boolean>();
  return (subject) => {
    if (!internalEventsLeftOut(subject)) return false;
    const name = expression.on === 'stream' ? subject.stream : subject.type;
    let passes = judged.get(name);
    if (passes === undefined) {
      if (judged.size >= REMEMBERED) judged.clear();
      passes = judge(name);
      judged.set(name, passes);
    }
    return passes;
  };
}
