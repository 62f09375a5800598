import { cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { javaHome } from '../java.mjs';
import { folder } from '../layout.mjs';
import { mavenFolder } from '../maven.mjs';
import { elasticsearchAnswers } from '../probes/elasticsearch.mjs';
import { launch } from '../processes.mjs';

const VERSION = '8.19.16';
const NOBODY = 65_534;

/** The small distribution that Elastic publishes for the tests of plugins: the server without optional modules. */
const PACKAGE = {
  name: `elasticsearch-${VERSION}`,
  artifacts: [`org.elasticsearch.distribution.integ-test-zip:elasticsearch:${VERSION}`],
  excluded: ['*:*'],
  type: 'zip',
};

/**
 * The server refuses to run as root. Root starts it as nobody, who keeps the right to enter every folder
 * (CAP_DAC_OVERRIDE), as a clone in root's own home is closed to others. Without `no_setuid_fixup` the question whether a
 * file may be read (access(2)) would be answered as if that right were not there.
 */
function unprivileged(command) {
  if (process.getuid() !== 0) return command;
  const capability = '-all,+dac_override';
  const identity = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--securebits=+no_setuid_fixup'];
  return ['setpriv', ...identity, `--inh-caps=${capability}`, `--ambient-caps=${capability}`, ...command];
}

function serverSettings(plan, node, data, logs) {
  const settings = {
    'cluster.name': 'parley',
    'node.name': node.name,
    'discovery.type': 'single-node',
    'network.host': node.host,
    'http.port': node.ports.client,
    'transport.port': node.ports.transport,
    'path.data': data,
    'path.logs': logs,
    'bootstrap.memory_lock': false,
    'node.store.allow_mmap': false,
    'xpack.security.enabled': false,
    'action.destructive_requires_name': false,
    // A developer's disk is often nearly full; only a disk of its own is watched.
    'cluster.routing.allocation.disk.threshold_enabled': plan.smallDiskMiB !== undefined,
    'cluster.info.update.interval': '10s',
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('');
}

async function install({ layout, tell }) {
  const home = join(await mavenFolder(layout, PACKAGE, tell), `elasticsearch-${VERSION}`);
  for (const name of ['plugins', 'logs']) folder(home, name);
  return home;
}

/** Elasticsearch 8.19, one node. */
export const elasticsearch = {
  name: 'elasticsearch',
  standardPorts: { client: 9200, transport: 9300 },
  nodeCounts: [1],
  needs: { java: true, maven: PACKAGE.name, setpriv: true },
  memoryMiB: () => 950,
  install,

  async launchNode(context, node) {
    const { layout, plan } = context;
    const home = await install(context);
    const conf = folder(layout.conf, node.name);
    const temporary = folder(conf, 'tmp');
    const data = folder(layout.data, node.data);
    const logs = folder(layout.logs, `${node.name}.d`);
    for (const name of readdirSync(join(home, 'config'))) {
      if (!existsSync(join(conf, name))) cpSync(join(home, 'config', name), join(conf, name), { recursive: true });
    }
    folder(conf, 'jvm.options.d');
    writeFileSync(join(conf, 'elasticsearch.yml'), serverSettings(plan, node, data, logs));
    const heap = plan.heapMiB ?? 512;
    const options = [`-Xms${heap}m`, `-Xmx${heap}m`, '-XX:-UsePerfData', ...plan.javaOptions];
    const env = {
      ES_JAVA_HOME: await javaHome(),
      ES_PATH_CONF: conf,
      ES_TMPDIR: temporary,
      ES_JAVA_OPTS: options.join(' '),
      HOME: temporary,
      LC_ALL: 'C.UTF-8',
    };
    const [program, ...args] = unprivileged(['bash', join(home, 'bin', 'elasticsearch')]);
    return launch(layout, node.name, program, args, { cwd: home, env });
  },

  isReady: (_plan, node) => elasticsearchAnswers(node.host, node.ports.client),
  environment: ([{ host, port }]) => ({ ELASTICSEARCH_URL: `http://${host}:${port}` }),
};
