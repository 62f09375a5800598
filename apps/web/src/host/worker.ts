import { Host } from './host.js';

/** Every tab of this origin connects here. */
const host = new Host(self.location.origin);
self.addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (port !== undefined) host.attach(port);
});
