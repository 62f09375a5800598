export * from './commands/command-server.js';
export * from './commands/remote-commands.js';
export * from './ring/rendezvous.js';
