import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { TracingEnvironment } from './options.js';

/**
 * As OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG say; by default whatever nobody before has decided against.
 * @param warn told of what cannot be meant, in whose place the default is taken
 */
export function samplerOf(environment: TracingEnvironment, warn: (what: string) => void): Sampler {
  const name = environment['OTEL_TRACES_SAMPLER'] ?? 'parentbased_always_on';
  const root = rootSampler(name.replace(/^parentbased_/, ''), environment['OTEL_TRACES_SAMPLER_ARG'], warn);
  if (root === null) {
    warn(`there is no sampler ${name} (OTEL_TRACES_SAMPLER): everything is recorded`);
    return new ParentBasedSampler({ root: new AlwaysOnSampler() });
  }
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

function rootSampler(name: string, argument: string | undefined, warn: (what: string) => void): Sampler | null {
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratioOf(argument, warn));
    default:
      return null;
  }
}

function ratioOf(argument: string | undefined, warn: (what: string) => void): number {
  if (argument === undefined || argument === '') return 1;
  const ratio = Number(argument);
  if (ratio >= 0 && ratio <= 1) return ratio;
  warn(`OTEL_TRACES_SAMPLER_ARG is a ratio from 0 to 1, not ${argument}: everything is recorded`);
  return 1;
}
