import { type Build, type BuildRegistry, isUnderWay, type ProjectionName } from '@parley/ports';
import { randomUUID } from 'node:crypto';
import { type CassandraClient, settled } from '../client/index.js';

/** One build at a time: one row. */
const slot = 'build';

interface BuildRow {
  readonly id: string;
  readonly beat: number;
  readonly state: string;
}

type State = Omit<Build, 'id' | 'beat'>;

/** The build under way as one row that only changes by lightweight transactions: who changes it knows what it was. */
export class CassandraBuildRegistry implements BuildRegistry {
  constructor(private readonly client: CassandraClient) {}

  current(): Promise<Build | null> {
    return this.#read(false);
  }

  ask(projection: ProjectionName, version: number): Promise<Build> {
    const id = randomUUID();
    const state: State = {
      projection,
      version,
      phase: 'asked',
      generation: null,
      old: null,
      done: 0,
      total: 0,
      eventsPerSecond: 0,
      report: null,
      error: null,
    };
    return settled(async () => {
      const before = await this.#read(true);
      if (before !== null && (before.id === id || isUnderWay(before))) return before;
      const { applied } = await this.client.conditional(
        before === null
          ? 'INSERT INTO projection_builds (slot, id, beat, state) VALUES (?, ?, 0, ?) IF NOT EXISTS'
          : 'UPDATE projection_builds SET id = ?, beat = 0, state = ? WHERE slot = ? IF id = ? AND beat = ?',
        before === null ? [slot, id, JSON.stringify(state)] : [id, JSON.stringify(state), slot, before.id, before.beat],
      );
      if (applied) return { id, beat: 0, ...state };
      const found = await this.#read(true);
      if (found === null) throw new Error('the record of builds was emptied by somebody else');
      return found;
    });
  }

  advance({ id, beat, ...before }: Build, change: Partial<Omit<Build, 'id' | 'projection' | 'beat'>>) {
    const state = JSON.stringify({ ...before, ...change });
    return settled(async (again): Promise<Build | null> => {
      const { applied } = await this.client.conditional(
        'UPDATE projection_builds SET beat = ?, state = ? WHERE slot = ? IF id = ? AND beat = ?',
        [beat + 1, state, slot, id, beat],
      );
      const next = { id, beat: beat + 1, ...before, ...change };
      if (applied) return next;
      // The answer of an earlier attempt may have got lost.
      const found = again ? await this.#read(true) : null;
      const isOurs = found?.id === id && found.beat === next.beat && JSON.stringify(found) === JSON.stringify(next);
      return isOurs ? next : null;
    });
  }

  /** `serial`: settles what is under way. */
  async #read(serial: boolean): Promise<Build | null> {
    const query = 'SELECT id, beat, state FROM projection_builds WHERE slot = ?';
    const row = await this.client.readOne<BuildRow>(query, [slot], { serial });
    return row === null ? null : { id: row.id, beat: row.beat, ...(JSON.parse(row.state) as State) };
  }
}
