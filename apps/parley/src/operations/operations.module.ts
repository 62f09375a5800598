import { Module } from '@nestjs/common';
import { OperationsController } from './operations.controller.js';
import { ProjectionMetrics } from './projection-metrics.js';
import { Readiness } from './readiness.js';

@Module({ controllers: [OperationsController], providers: [Readiness, ProjectionMetrics] })
export class OperationsModule {}
