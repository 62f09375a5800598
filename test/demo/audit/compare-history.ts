import type { MessageView } from '@parley/protocol';
import { sees, sequencesOf, type Span } from '../model/group-model.js';

export interface ReadFaults {
  readonly mismatches: number;
  readonly unauthorised: number;
}

/**
 * A person's whole history of one group, as its pages brought it, against what they were there for. A message that is
 * missing, comes twice, stands in the wrong place or is not as written counts as one mismatch each.
 */
export function compareHistory(
  messages: Iterable<MessageView>,
  spans: readonly Span[],
  isRight: (message: MessageView) => boolean,
): ReadFaults {
  const missing = new Set(sequencesOf(spans));
  let mismatches = 0;
  let unauthorised = 0;
  let before = 0;
  for (const message of messages) {
    const { sequence } = message;
    if (!sees(spans, sequence)) unauthorised++;
    else if (!missing.delete(sequence) || sequence < before || !isRight(message)) mismatches++;
    before = sequence;
  }
  return { mismatches: mismatches + missing.size, unauthorised };
}
