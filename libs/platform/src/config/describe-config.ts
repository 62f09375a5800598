import { environmentPrefix } from './load-config.js';
import type { Setting } from './setting.js';
import { settings } from './settings.js';

/** The table of all settings for `--help`: variable, default with unit, meaning. */
export function describeConfig(): string {
  const rows = Object.values(settings).map((setting: Setting<unknown>) => ({
    variable: environmentPrefix + setting.variable,
    fallback:
      setting.fallback === ''
        ? '(empty)'
        : `${setting.fallback}${setting.unit === undefined ? '' : ` ${setting.unit}`}`,
    help: setting.help + (setting.secret ? ` Or ${environmentPrefix}${setting.variable}_FILE.` : ''),
  }));
  const width = (key: 'variable' | 'fallback'): number => Math.max(...rows.map((row) => row[key].length));
  return rows
    .map((row) => `  ${row.variable.padEnd(width('variable'))}  ${row.fallback.padEnd(width('fallback'))}  ${row.help}`)
    .join('\n');
}
