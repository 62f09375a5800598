import { readModelsContract } from '../../contract/read-models.contract.js';
import { openCassandraModels } from './models.js';

readModelsContract('Cassandra', openCassandraModels);
