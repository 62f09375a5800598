/** Data centre of SimpleSnitch: clients name it for LOCAL_QUORUM. */
const RING = {
  1: ['0'],
  3: ['-9223372036854775808', '-3074457345618258603', '3074457345618258602'],
};

/** What Cassandra 5.0 reaches into on Java 17; without these it stops at the start. */
const EXPORTS = [
  'java.base/jdk.internal.misc',
  'java.base/java.lang.ref',
  'java.management.rmi/com.sun.jmx.remote.internal.rmi',
  'java.management/com.sun.jmx.remote.security',
  'java.rmi/sun.rmi.registry',
  'java.rmi/sun.rmi.server',
  'java.rmi/sun.rmi.transport.tcp',
  'java.sql/java.sql',
  'jdk.unsupported/sun.misc',
  'jdk.attach/sun.tools.attach',
  'jdk.compiler/com.sun.tools.javac.file',
];
const OPENS = [
  'java.base/java.io',
  'java.base/java.lang',
  'java.base/java.lang.module',
  'java.base/java.lang.reflect',
  'java.base/java.math',
  'java.base/java.net',
  'java.base/java.nio',
  'java.base/java.util',
  'java.base/java.util.concurrent',
  'java.base/java.util.concurrent.atomic',
  'java.base/jdk.internal.loader',
  'java.base/jdk.internal.math',
  'java.base/jdk.internal.module',
  'java.base/jdk.internal.ref',
  'java.base/jdk.internal.reflect',
  'java.base/jdk.internal.util.jar',
  'java.base/sun.nio.ch',
  'jdk.compiler/com.sun.tools.javac',
  'jdk.management/com.sun.management.internal',
];

export const MODULE_FLAGS = [
  ...EXPORTS.map((name) => `--add-exports=${name}=ALL-UNNAMED`),
  ...OPENS.map((name) => `--add-opens=${name}=ALL-UNNAMED`),
  '-Djdk.attach.allowAttachSelf=true',
  '-Dio.netty.tryReflectionSetAccessible=true',
  '-Djava.net.preferIPv4Stack=true',
  '-Djava.awt.headless=true',
];

export const LOGGING = `<configuration>
  <appender name="console" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%date{ISO8601} %level %logger{0}: %msg%n</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="console"/></root>
</configuration>
`;

/**
 * What is acknowledged survives a crash: in a ring because a quorum has it; a single node has to write it to its disk
 * first. (Otherwise even the end of the process alone loses what was acknowledged in its last tenth of a second.)
 */
const durability = (nodes) =>
  nodes === 1 ? { commitlog_sync: 'batch' } : { commitlog_sync: 'periodic', commitlog_sync_period: '10000ms' };

/** The node's configuration. JSON is YAML: no writer is needed. */
export function cassandraYaml(plan, node, data) {
  const small = plan.smallDiskMiB !== undefined;
  const settings = {
    cluster_name: 'parley',
    partitioner: 'org.apache.cassandra.dht.Murmur3Partitioner',
    endpoint_snitch: 'SimpleSnitch',
    num_tokens: 1,
    initial_token: RING[plan.nodes.length][node.id - 1],
    auto_bootstrap: false,
    seed_provider: [
      {
        class_name: 'org.apache.cassandra.locator.SimpleSeedProvider',
        parameters: [{ seeds: `${plan.nodes[0].host}:${plan.nodes[0].ports.storage}` }],
      },
    ],
    listen_address: node.host,
    rpc_address: node.host,
    // Drivers learn the addresses of the other members from this one.
    broadcast_rpc_address: node.advertised.host,
    storage_port: node.ports.storage,
    native_transport_port: node.ports.client,
    start_native_transport: true,
    data_file_directories: [`${data}/data`],
    commitlog_directory: `${data}/commitlog`,
    saved_caches_directory: `${data}/saved_caches`,
    hints_directory: `${data}/hints`,
    cdc_raw_directory: `${data}/cdc_raw`,
    ...durability(plan.nodes.length),
    commitlog_segment_size: small ? '4MiB' : '16MiB',
    commitlog_total_space: small ? '32MiB' : '256MiB',
    disk_failure_policy: 'stop',
    commit_failure_policy: 'stop',
    auto_snapshot: false,
    // Few threads, as each of them also looks for work while there is none.
    concurrent_reads: 4,
    concurrent_writes: 4,
    concurrent_counter_writes: 4,
    concurrent_compactors: 1,
    native_transport_max_threads: 8,
    key_cache_size: '8MiB',
    file_cache_size: '64MiB',
    memtable_heap_space: small ? '32MiB' : '128MiB',
    memtable_allocation_type: 'heap_buffers',
    // Wide limits: a small machine that runs everything at once pauses now and then.
    request_timeout: '20000ms',
    read_request_timeout: '10000ms',
    range_request_timeout: '20000ms',
    write_request_timeout: '10000ms',
    cas_contention_timeout: '5000ms',
    truncate_request_timeout: '60000ms',
  };
  return `${JSON.stringify(settings, undefined, 2)}\n`;
}
