export { projectorModule } from './projector-module.js';
export { ProjectorModule } from './projector.module.js';
