/** How far one member is. */
export interface MemberMarks {
  delivered: number;
  read: number;
  /** Sequence of the last message they sent. */
  sent: number;
  member: boolean;
}

/** Reading implies delivery, and sending implies both. */
export const readOf = (marks: MemberMarks): number => Math.max(marks.read, marks.sent);
const deliveredOf = (marks: MemberMarks): number => Math.max(marks.delivered, marks.read, marks.sent);

const maxSteps = 16;

/** The receipts view: at least so many members have come so far, newest first. */
export function receiptsJson(conversationId: string, everybody: Iterable<MemberMarks>): string {
  const members = [...everybody].filter((marks) => marks.member);
  return JSON.stringify({
    conversationId,
    memberCount: members.length,
    delivered: steps(members.map(deliveredOf)),
    read: steps(members.map(readOf)),
  });
}

/** `[sequence, how many are there or beyond]`; the lowest step is kept when there are too many: it says what all have. */
export function steps(sequences: readonly number[]): readonly (readonly [number, number])[] {
  const falling = sequences.filter((sequence) => sequence > 0).sort((a, b) => b - a);
  const all: [number, number][] = [];
  for (const [index, sequence] of falling.entries()) {
    const last = all.at(-1);
    if (last?.[0] === sequence) last[1] = index + 1;
    else all.push([sequence, index + 1]);
  }
  return all.length <= maxSteps ? all : [...all.slice(0, maxSteps - 1), ...all.slice(-1)];
}

/** Of a conversation that nobody has received anything in yet. */
export const emptyReceiptsJson = (conversationId: string, memberCount: number): string =>
  JSON.stringify({ conversationId, memberCount, delivered: [], read: [] });
