import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { javaProgram } from '../java.mjs';
import { folder } from '../layout.mjs';
import { mavenFolder } from '../maven.mjs';
import { CONSISTENCY, cqlResult } from '../probes/cassandra.mjs';
import { launch } from '../processes.mjs';
import { cassandraYaml, LOGGING, MODULE_FLAGS } from './cassandra-settings.mjs';

const PACKAGE = {
  name: 'cassandra-5.0.8',
  artifacts: ['org.apache.cassandra:cassandra-all:5.0.8'],
  // Cassandra's own choice of this one refers to a snapshot that Maven Central does not have.
  pinned: ['net.openhft:affinity:3.23.3'],
  excluded: ['com.sun:tools', 'jdk.tools:jdk.tools', 'org.antlr:antlr'],
};

/** One node waits for nobody; in a ring, clients are let in when the schema of the others had time to arrive. */
const waiting = (nodes) =>
  nodes === 1
    ? ['-Dcassandra.skip_wait_for_gossip_to_settle=0']
    : ['-Dcassandra.gossip_settle_min_wait_ms=2000', '-Dcassandra.gossip_settle_poll_interval_ms=500'];

/** A read of a table that every node of a ring of up to three holds. */
const READ_EVERYWHERE =
  "SELECT status FROM system_distributed.view_build_status WHERE keyspace_name = 'none' AND view_name = 'none'";
const LEVELS = [CONSISTENCY.one, CONSISTENCY.one, CONSISTENCY.quorum, CONSISTENCY.all];

/**
 * Its worker threads look for work between naps of some microseconds. With timers of a coarser grain, which threads
 * inherit (timerslack_ns in proc(5)), they nap longer: a thousand reads a second cost half a core instead of three
 * quarters, and take no longer.
 */
const withCoarseTimers = (command) =>
  process.platform === 'linux'
    ? ['sh', '-c', '{ echo 200000 > /proc/self/timerslack_ns; } 2>/dev/null; exec "$0" "$@"', ...command]
    : command;

/** Cassandra 5.0, one node or a ring of three. */
export const cassandra = {
  name: 'cassandra',
  standardPorts: { client: 9042, storage: 7000 },
  nodeCounts: [1, 3],
  /** Members of a ring start one after the other: the first is the seed of the others. */
  oneByOne: true,
  needs: { java: true, maven: PACKAGE.name },
  memoryMiB: (nodes) => (nodes === 1 ? 1_000 : 800 * nodes),
  install: ({ layout, tell }) => mavenFolder(layout, PACKAGE, tell),

  async launchNode(context, node) {
    const { layout, plan } = context;
    const jars = await mavenFolder(layout, PACKAGE, context.tell);
    const conf = folder(layout.conf, node.name);
    const data = folder(layout.data, node.data);
    // Native libraries are unpacked here: the folder must not be mounted noexec.
    const temporary = folder(conf, 'tmp');
    const yaml = join(conf, 'cassandra.yaml');
    const logging = join(conf, 'logback.xml');
    writeFileSync(yaml, cassandraYaml(plan, node, data));
    writeFileSync(logging, LOGGING);
    const meter = readdirSync(jars).find((name) => name.startsWith('jamm-'));
    const heap = plan.heapMiB ?? (plan.nodes.length === 1 ? 1_024 : 640);
    const args = [
      ...MODULE_FLAGS,
      '-Xms256m',
      `-Xmx${heap}m`,
      '-XX:MaxDirectMemorySize=512m',
      '-Xss512k',
      '-XX:+ExitOnOutOfMemoryError',
      '-XX:+UseG1GC',
      '-XX:MaxGCPauseMillis=300',
      '-XX:-UsePerfData',
      ...plan.javaOptions,
      `-javaagent:${join(jars, meter)}`,
      `-Djava.io.tmpdir=${temporary}`,
      `-Djna.tmpdir=${temporary}`,
      `-Dcassandra.config=${pathToFileURL(yaml).href}`,
      `-Dcassandra.storagedir=${data}`,
      `-Dcassandra.logdir=${data}`,
      `-Dlogback.configurationFile=${logging}`,
      '-Dcassandra-foreground=yes',
      '-Dcassandra.libjemalloc=-',
      '-Dcassandra.superuser_setup_delay_ms=0',
      '-Dcassandra.ring_delay_ms=1000',
      '-Dcassandra.shutdown_announce_in_ms=500',
      '-Dcassandra.consistent.rangemovement=false',
      ...waiting(plan.nodes.length),
      '-cp',
      `${jars}/*`,
      'org.apache.cassandra.service.CassandraDaemon',
    ];
    const [program, ...rest] = withCoarseTimers([await javaProgram(), ...args]);
    return launch(layout, node.name, program, rest, { cwd: data, env: { MALLOC_ARENA_MAX: '4' } });
  },

  /**
   * Ready when all members that run see each other (a read at a level that needs every one of them succeeds) and agree
   * on the schema: a statement sent earlier would reach a member that still takes itself for the whole ring.
   */
  async isReady(plan, _node, running) {
    const level = plan.nodes.length === 1 ? CONSISTENCY.one : LEVELS[running.length];
    const versions = await Promise.all(
      running.map(async ({ host, ports }) => {
        await cqlResult(host, ports.client, READ_EVERYWHERE, level);
        const version = await cqlResult(host, ports.client, 'SELECT schema_version FROM system.local');
        return version.toString('hex');
      }),
    );
    return new Set(versions).size === 1;
  },

  environment: (addresses) => ({
    CASSANDRA_URL: `cassandra://${addresses.map(({ host }) => host).join(',')}:${addresses[0].port}/parley?dc=datacenter1`,
  }),
};
