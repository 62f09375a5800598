import { readFileSync } from 'node:fs';
import type { Setting } from './setting.js';
import { type ParleyConfig, type SettingName, settings } from './settings.js';

export const environmentPrefix = 'PARLEY_';

/** All mistakes at once, one a line. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(
      `the configuration has ${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`}:\n${mistakes.map((m) => `  - ${m}`).join('\n')}`,
    );
    this.mistakes = mistakes;
  }
}

/**
 * The configuration from flags (`--heartbeat=5000`), then environment (`PARLEY_HEARTBEAT=5000`), then defaults.
 * @throws ConfigurationError naming every mistake, unknown PARLEY_ variables among them.
 */
export function loadConfig(
  environment: Readonly<Record<string, string | undefined>>,
  flags: Readonly<Record<string, string>> = {},
): ParleyConfig {
  const mistakes: string[] = [];
  const values: Record<string, unknown> = {};
  const used = new Set<string>();
  for (const [name, setting] of Object.entries(settings) as [SettingName, Setting<unknown>][]) {
    const raw = rawValue(name, setting, environment, flags, used, mistakes);
    const parsed = setting.schema.safeParse(raw.value);
    if (parsed.success) values[name] = parsed.data;
    else
      mistakes.push(
        `${raw.from}: ${parsed.error.issues.map((issue) => issue.message).join('; ')} (got ${setting.secret ? 'a secret' : JSON.stringify(raw.value)})`,
      );
  }
  for (const variable of Object.keys(environment)) {
    if (variable.startsWith(environmentPrefix) && !used.has(variable))
      mistakes.push(`${variable}: there is no such setting${nearest(variable)}`);
  }
  for (const flag of Object.keys(flags)) {
    if (!Object.values(settings).some((setting) => flagOf(setting.variable) === flag))
      mistakes.push(`--${flag}: there is no such setting`);
  }
  const config = values as unknown as ParleyConfig;
  if (mistakes.length === 0) mistakes.push(...contradictions(config));
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
  return config;
}

/** `MAX_FRAME_BYTES` is the flag `--max-frame-bytes`. */
export const flagOf = (variable: string): string => variable.toLowerCase().replaceAll('_', '-');

function rawValue(
  name: SettingName,
  setting: Setting<unknown>,
  environment: Readonly<Record<string, string | undefined>>,
  flags: Readonly<Record<string, string>>,
  used: Set<string>,
  mistakes: string[],
): { value: string; from: string } {
  const variable = environmentPrefix + setting.variable;
  const fileVariable = `${variable}_FILE`;
  used.add(variable);
  const flag = flags[flagOf(setting.variable)];
  if (flag !== undefined) return { value: flag, from: `--${flagOf(setting.variable)}` };
  const direct = environment[variable];
  if (setting.secret) {
    used.add(fileVariable);
    const path = environment[fileVariable];
    if (path !== undefined && direct !== undefined)
      mistakes.push(`${variable} and ${fileVariable}: give only one of them`);
    else if (path !== undefined) {
      try {
        return { value: readFileSync(path, 'utf8').trim(), from: fileVariable };
      } catch (error) {
        mistakes.push(`${fileVariable}: ${(error as Error).message}`);
      }
    }
  }
  if (direct !== undefined) return { value: direct, from: variable };
  if (name === 'port' && environment['PORT'] !== undefined) return { value: environment['PORT'], from: 'PORT' };
  return { value: setting.fallback, from: variable };
}

function contradictions(config: ParleyConfig): string[] {
  const found: string[] = [];
  if ((config.tlsCertFile === '') !== (config.tlsKeyFile === '')) {
    found.push('PARLEY_TLS_CERT_FILE and PARLEY_TLS_KEY_FILE: give both or neither');
  }
  if (config.presenceTtl < config.heartbeat) {
    found.push('PARLEY_PRESENCE_TTL: must be at least PARLEY_HEARTBEAT, or everybody blinks');
  }
  return found;
}

function nearest(variable: string): string {
  const name = variable.slice(environmentPrefix.length);
  const close = Object.values(settings).find(
    (setting) => setting.variable.startsWith(name.slice(0, 4)) || setting.variable.endsWith(name.slice(-6)),
  );
  return close === undefined ? '' : `; did you mean ${environmentPrefix}${close.variable}?`;
}
