export { migrate } from './migrate.js';
export { settingsOf } from './settings.js';
export {
  type App,
  type Cluster,
  type ClusterOptions,
  type EngineSettings,
  type Member,
  startCluster,
} from './cluster.js';
