import type { ProjectorReport, ProjectorReports } from '@parley/ports';
import type { CassandraClient } from '../client/index.js';

/** A process that says nothing for so long is taken for gone. */
const keptSeconds = 10;
const slot = 'projectors';

/** A row a process, written again and again, that ends by itself. */
export class CassandraProjectorReports implements ProjectorReports {
  constructor(private readonly client: CassandraClient) {}

  async tell(reports: readonly ProjectorReport[]): Promise<void> {
    const [first] = reports;
    if (first === undefined) return;
    const query = `INSERT INTO projector_reports (slot, node, report) VALUES (?, ?, ?) USING TTL ${keptSeconds}`;
    await this.client.write({ query, params: [slot, first.node, JSON.stringify(reports)] });
  }

  async read(): Promise<readonly ProjectorReport[]> {
    const query = 'SELECT report FROM projector_reports WHERE slot = ?';
    const rows = await this.client.read<{ report: string }>(query, [slot]);
    return rows.flatMap(({ report }) => JSON.parse(report) as ProjectorReport[]);
  }
}
