// Talking to a running HAProxy over its stats socket: one command a connection, the answer ends with the connection.
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** @throws Error where HAProxy does not answer within two seconds. */
export async function command(statsPort, line) {
  const socket = connect({ host: '127.0.0.1', port: statsPort });
  socket.setTimeout(2_000, () => socket.destroy(new Error('the balancer gave no answer in 2 s')));
  socket.write(`${line}\n`);
  return text(socket);
}

/** The gateways as HAProxy sees them. */
export async function gatewayStates(statsPort) {
  const [head = '', ...rows] = (await command(statsPort, 'show stat gateways 4 -1')).trim().split('\n');
  const names = head.replace(/^# /, '').split(',');
  return rows
    .map((row) => Object.fromEntries(row.split(',').map((value, index) => [names[index], value])))
    .map((row) => ({
      name: row['svname'],
      // UP, NOLB (not ready), DOWN, DRAIN, MAINT; a state on the way to another one is told like `UP 1/2`.
      state: row['status'].split(' ')[0],
      connections: Number(row['scur']),
      total: Number(row['stot']),
      lastCheck: [row['check_status'], row['last_chk']].filter((value) => value).join(': '),
    }));
}
