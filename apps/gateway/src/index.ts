export { GatewayModule } from './gateway.module.js';
export { serveWebSite } from './web/web-site.js';
