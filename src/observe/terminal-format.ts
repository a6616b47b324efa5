import pico from 'picocolors';
import type { LogLevel } from '../plan/plan.js';
import type { Entry } from './entry.js';

type Paint = (text: string) => string;

/** `12:00:03 info  blog  text` for people; further lines of the text stand below the first. */
export function terminalFormat(options: { colors: boolean }): (entry: Entry) => string {
  const colors = pico.createColors(options.colors);
  const paints: Record<LogLevel, Paint> = {
    error: colors.red,
    warn: colors.yellow,
    info: colors.green,
    debug: colors.dim,
    trace: colors.dim,
  };
  return (entry) => {
    const application = entry.event.type === 'application-output';
    const label = application ? 'app' : entry.level;
    const paint = application ? colors.cyan : paints[entry.level];
    const head = `${colors.dim(clock(entry.time))} ${paint(label.padEnd(5))} ${origin(entry, colors.bold)}`;
    const [first = '', ...more] = entry.text.split('\n').map(visible);
    return `${[head + first, ...more.map((line) => `               ${line}`)].join('\n')}\n`;
  };
}

/** Events that name their group in words need no tag. */
function origin(entry: Entry, bold: Paint): string {
  const { type } = entry.event;
  if (type !== 'application-output' && type !== 'runtime-message') return '';
  const { processGroup } = entry;
  return processGroup === undefined || processGroup === '' ? '' : `${bold(`[${processGroup}]`)} `;
}

function clock(time: Date): string {
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** What applications write may hold what clients sent: escape sequences must not reach the terminal. */
export function visible(line: string): string {
  return line.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (found) => `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
