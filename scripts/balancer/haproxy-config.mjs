/** What a gateway is asked before it gets connections; anything but 200 takes it out. */
const HEALTH_PATH = '/readyz';

/**
 * Configuration of HAProxy: connections (REST and sockets alike) go to the gateway that has the fewest. A gateway that says
 * it is not ready gets no new ones; those it has it keeps, as it ends them itself when it drains. One that does not answer
 * two checks in a row is gone or stands still: its connections are ended, so that nobody waits for it.
 * @param {{ listen: { host: string, port: number }, statsPort: number, gateways: { host: string, port: number }[] }} of
 */
export function haproxyConfig({ listen, statsPort, gateways }) {
  const servers = gateways.map(({ host, port }, index) => `    server gateway-${index + 1} ${host}:${port} check`);
  return `global
    stats socket ipv4@127.0.0.1:${statsPort} level admin
    stats timeout 10s
    nbthread 1
    fd-hard-limit 65536

defaults
    mode tcp
    timeout connect 2s
    timeout check 1s
    # Sockets ping each other far more often than this.
    timeout client 1h
    timeout server 1h
    timeout client-fin 10s
    # A gateway that refuses is tried again, then the other one.
    retries 3
    option redispatch 1

frontend clients
    bind ${listen.host}:${listen.port}
    default_backend gateways

backend gateways
    balance leastconn
    option httpchk
    http-check send meth GET uri ${HEALTH_PATH} ver HTTP/1.1 hdr Host balancer hdr Connection close
    http-check expect status 200 error-status L7OKC
    default-server inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
${servers.join('\n')}
`;
}
