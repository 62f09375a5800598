import { describeConfig } from '@parley/platform';

const usage = `Parley: an event-sourced messaging server.

Usage: parley <command> [flags]        (from a clone: npm start -- [flags])

Commands
  serve                           Starts the server (also without a command). Ctrl+C or SIGTERM: drains and stops.
  migrate                         Makes or updates the keyspace of PARLEY_CASSANDRA_URL; harmless to run again.
  projections [list]              How far each projection is, its size and its parked events.
  projections rebuild <name>      Builds it anew beside the old one, compares, switches, while the server serves.
  projections parked              Events that a projection could not apply, and why.
  projections retry <name> <position>   Applies a parked event again.
  verify [--json] [--examples 20] Folds the log by code of its own and holds all rows against it; the server may run.
  verify --repair                 Builds the projections anew whose rows differ, while the server serves.
  doctor [--json]                 Looks at everything a server needs, and says how to mend what is wrong.
  backup --to DIR                 Copies log and accounts, checked, while the server serves.
  restore --from DIR              Makes the data folder of a backup.
  chat <user name> [--to <user name>]   A person at the terminal.
  token create --scopes events:read[,content:read][,admin] [--days 30]
                                  Makes a token for analysts and operators.
  help                            This text.

Every setting is an environment variable, or a flag: PARLEY_MAX_FRAME_BYTES=4096 is --max-frame-bytes=4096.
`;

export function help(print: (text: string) => void = console.log): number {
  print(`${usage}\nSettings (variable, default, meaning)\n${describeConfig()}`);
  return 0;
}
