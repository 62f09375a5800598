import { environmentPrefix, flagOf, type Setting, settings } from '@parley/platform';
import { code, pageOf, table } from './markdown.js';

/** Every setting with its default and unit. */
export function configurationReference(): Promise<string> {
  const rows = Object.values(settings).map(({ variable, fallback, unit, help, secret }: Setting<unknown>) => [
    code(environmentPrefix + variable),
    code(`--${flagOf(variable)}`),
    fallback === '' ? '' : `${code(fallback)}${unit === undefined ? '' : ` ${unit}`}`,
    help + (secret === true ? ` Or ${code(`${environmentPrefix}${variable}_FILE`)}: a file that holds it.` : ''),
  ]);
  return pageOf(
    'Configuration',
    'A flag wins over the environment, the environment over the default. All mistakes are told at once at the start, unknown `PARLEY_` variables among them.',
    table(['Variable', 'Flag', 'Default', 'Meaning'], rows),
  );
}
