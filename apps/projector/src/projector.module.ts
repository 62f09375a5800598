import { Module } from '@nestjs/common';
import { ProjectionAdminController } from './admin/projection-admin.controller.js';

/** The read-model side as operators see it. The projections themselves run in a thread of their own. */
@Module({ controllers: [ProjectionAdminController] })
export class ProjectorModule {}
