export type { PeopleChanges, PersonChange } from './people-changes.js';
export { CassandraPeopleReader } from './people-reader.js';
export { PeopleWriter } from './people-writer.js';
export { peopleTables } from './people-tables.js';
