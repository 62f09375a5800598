export { startCluster } from './cluster.js';
export { migrate } from './migrate.js';
export { settingsOf } from './settings.js';
