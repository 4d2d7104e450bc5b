// AWS's CDK Toolkit Library, which `cdk deploy` is made of. One JSON object a line says what to do and what happens.
//
//   it is told:  {"expect": "changes"}                       to load what it takes to compare templates
//                {"publish": [stacks], "assembly": folder}   their files, in advance; what fails, "deploy" meets again
//                {"deploy": [stacks], "assembly": folder, "tags": [{Key, Value}],
//                 "interval": milliseconds between two looks at a stack}
//                {"wake": true}                               whether it is still there, before it is used again
//   it tells:    {"event": {count, status, type, name}}      a resource is made, changed or deleted
//                {"said": text}                              a warning or an error
//                {"done": true}, {"failed": text}            of "deploy"
//                {"awake": true}                             of "wake"
//
// It ends with its standard input, or when it was told nothing for a minute after a deployment.
import https from 'node:https';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(`${process.cwd()}/`);
const { StackSelectionStrategy, Toolkit } = require('@aws-cdk/toolkit-lib');

const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

function notify({ code, data, level, message }) {
  if (code === 'CDK_TOOLKIT_I5502') {
    const { event, metadata, progress } = data;
    const id = event.LogicalResourceId;
    const name = metadata?.constructPath ? `${metadata.constructPath} (${id})` : id;
    const count = progress.formatted.trim();
    tell({ event: { count, status: event.ResourceStatus, type: event.ResourceType, name } });
  } else if (level === 'error' || level === 'warn') {
    tell({ said: message });
  }
}

function reasons(error) {
  return error?.cause ? `${error.message}: ${reasons(error.cause)}` : String(error?.message ?? error);
}

// As the command line does: through the proxy that the environment names; but not to a cloud of this machine's own.
const here = process.env.AWS_ENDPOINT_URL?.startsWith('http:');
const proxied = here ? undefined : (process.env.HTTPS_PROXY ?? process.env.https_proxy);
const agent = proxied ? new https.Agent({ keepAlive: true, proxyEnv: process.env }) : undefined;

const toolkit = new Toolkit({
  color: false,
  emojis: false,
  ioHost: { notify: async (message) => notify(message), requestResponse: async (message) => message.defaultResponse },
  sdkConfig: { httpOptions: { agent } },
  unstableFeatures: ['publish-assets'],
});

// The toolkit compares what is with what will be, to ask whether one wants it; nobody is asked here, but it compares.
function compareOnce() {
  const queue = (Properties) => ({ Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties } } });
  require('@aws-cdk/cloudformation-diff').fullDiff(queue({ DelaySeconds: 1 }), queue({ DelaySeconds: 2 }));
}

async function obey({ assembly, expect, publish, deploy, tags, interval, wake }) {
  if (wake) {
    return tell({ awake: true });
  }
  if (expect) {
    return compareOnce();
  }
  const source = await toolkit.fromAssemblyDirectory(assembly);
  const strategy = StackSelectionStrategy.PATTERN_MUST_MATCH;
  const stacks = { strategy, patterns: publish ?? deploy, expand: 'none' };
  if (publish) {
    await toolkit.publishAssets(source, { stacks });
  } else {
    const deploymentMethod = { method: 'direct' };
    await toolkit.deploy(source, { stacks, deploymentMethod, tags, stackEventPollingInterval: interval });
    tell({ done: true });
  }
}

const IDLE = 60_000; // milliseconds
let idle;

let work = Promise.resolve();
createInterface({ input: process.stdin })
  .on('line', (line) => {
    clearTimeout(idle);
    const order = JSON.parse(line);
    work = work.then(() => obey(order)).catch((error) => order.deploy && tell({ failed: reasons(error) }));
    if (order.deploy) {
      work = work.then(() => (idle = setTimeout(() => process.exit(), IDLE)));
    }
  })
  .on('close', () => process.exit()); // nobody listens any more; CloudFormation finishes what it has begun
