import { Module } from '@nestjs/common';
import { DocumentsModule } from './documents/documents.module.js';
import { LiveGateway } from './gateway.provider.js';

/** The edge as clients see it: the socket, live push and every query. Its ports come from the composition root. */
@Module({ imports: [DocumentsModule], providers: [LiveGateway] })
export class GatewayModule {}
