import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { javaProgram } from '../java.mjs';
import { folder } from '../layout.mjs';
import { mavenFolder } from '../maven.mjs';
import { kafkaMetadata } from '../probes/kafka.mjs';
import { launch } from '../processes.mjs';

const run = promisify(execFile);
const LOG4J = '2.24.3';

const PACKAGE = {
  name: 'kafka-4.1.1',
  artifacts: [
    'org.apache.kafka:kafka_2.13:4.1.1',
    // The broker's pom names no log backend; the release archive of Kafka adds this one.
    ...['api', 'core', 'slf4j-impl'].map((part) => `org.apache.logging.log4j:log4j-${part}:${LOG4J}`),
  ],
};

const LOGGING = `<Configuration status="WARN">
  <Appenders><Console name="console"><PatternLayout pattern="%d %p %c{1}: %m%n"/></Console></Appenders>
  <Loggers>
    <Logger name="org.apache.kafka.common.config" level="ERROR"/>
    <Root level="INFO"><AppenderRef ref="console"/></Root>
  </Loggers>
</Configuration>
`;

/** Broker and controller in one process; small pools, as the machine has other work too. */
function serverProperties({ plan, layout }, node) {
  const replicas = Math.min(plan.nodes.length, 3);
  const inSync = replicas >= 3 ? 2 : 1;
  const { client, replication, controller } = node.ports;
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.voters': plan.nodes.map(({ id, host, ports }) => `${id}@${host}:${ports.controller}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'REPLICATION',
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,REPLICATION:PLAINTEXT,CONTROLLER:PLAINTEXT',
    listeners: [
      `CLIENT://${node.host}:${client}`,
      `REPLICATION://${node.host}:${replication}`,
      `CONTROLLER://${node.host}:${controller}`,
    ].join(','),
    // Clients are sent to the proxy, where there is one; brokers talk to each other past it.
    'advertised.listeners': `CLIENT://${node.advertised.host}:${node.advertised.port},REPLICATION://${node.host}:${replication}`,
    'log.dirs': join(layout.data, node.data, 'log'),
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 3,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 3,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    'auto.create.topics.enable': false,
    // The standard is one minute; where several engines start at once on a busy machine that is not enough.
    'initial.broker.registration.timeout.ms': 600_000,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1_000,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'log.segment.bytes': plan.smallDiskMiB === undefined ? 64 * 1024 * 1024 : 4 * 1024 * 1024,
    'log.cleaner.threads': 1,
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** One id for all nodes of a home: 16 random bytes. A leading hyphen would be taken for an option. */
function clusterId(layout) {
  const file = join(folder(layout.data), 'kafka.cluster-id');
  if (!existsSync(file)) writeFileSync(file, `A${randomBytes(16).toString('base64url').slice(1)}`);
  return readFileSync(file, 'utf8');
}

async function format(java, common, context, node, properties) {
  if (existsSync(join(context.layout.data, node.data, 'log', 'meta.properties'))) return;
  const tool = ['kafka.tools.StorageTool', 'format', '--ignore-formatted'];
  const options = ['-t', clusterId(context.layout), '-c', properties];
  await run(java, ['-Xmx128m', '-XX:TieredStopAtLevel=1', ...common, ...tool, ...options], { timeout: 60_000 });
}

/** Kafka 4.1 in KRaft mode, one node or three. */
export const kafka = {
  name: 'kafka',
  standardPorts: { client: 9092, replication: 9093, controller: 9094 },
  nodeCounts: [1, 3],
  needs: { java: true, maven: PACKAGE.name },
  memoryMiB: (nodes) => 350 * nodes,
  install: ({ layout, tell }) => mavenFolder(layout, PACKAGE, tell),

  async launchNode(context, node) {
    const { layout, plan } = context;
    const jars = await mavenFolder(layout, PACKAGE, context.tell);
    const java = await javaProgram();
    const conf = folder(layout.conf, node.name);
    const properties = join(conf, 'server.properties');
    const logging = join(conf, 'log4j2.xml');
    writeFileSync(properties, serverProperties(context, node));
    writeFileSync(logging, LOGGING);
    const common = [`-Dlog4j2.configurationFile=${logging}`, '-Djava.net.preferIPv4Stack=true', '-cp', `${jars}/*`];
    await format(java, common, context, node, properties);
    const memory = ['-Xms128m', `-Xmx${plan.heapMiB ?? 512}m`, '-XX:+ExitOnOutOfMemoryError'];
    const collector = ['-XX:+UseG1GC', '-XX:MaxGCPauseMillis=50', '-XX:-UsePerfData'];
    const args = [...memory, ...collector, ...plan.javaOptions, ...common, 'kafka.Kafka', properties];
    return launch(layout, node.name, java, args, { cwd: folder(layout.data, node.data) });
  },

  /** Ready when this broker knows the controller and as many brokers as run. */
  async isReady(_plan, node, running) {
    const { brokers, controller } = await kafkaMetadata(node.host, node.ports.client);
    return controller >= 0 && running.every(({ id }) => brokers.some((broker) => broker.id === id));
  },

  environment: (addresses) => ({ KAFKA_BROKERS: addresses.map(({ host, port }) => `${host}:${port}`).join(',') }),
};
