import type { Script } from '../logs/script.js';
import { type GroupModel, modelOf } from '../model/group-model.js';
import { type Move, movesOf } from '../model/moves.js';

/** A log on stage: a group conversation whose end is known from the beginning. */
export class Group {
  readonly title: string;
  readonly keeper: string;
  readonly model: GroupModel;
  readonly moves: readonly Move[];
  /** Known once it was started. */
  conversationId = '';
  /** Lines that were accepted so far. */
  accepted = 0;
  /** Who is a member now. */
  readonly here = new Set<string>();
  /** What it waits for, to be told when nothing moves any more. */
  doing = 'nothing yet';

  constructor(
    readonly index: number,
    script: Script,
  ) {
    this.title = script.title;
    this.keeper = keeperOf(index);
    this.model = modelOf(script, this.keeper);
    this.moves = movesOf(script);
  }
}

/** Who starts a group, lets people in and says nothing, as ChanServ does. */
const keeperOf = (index: number): string => `keeper-${index + 1}`;
