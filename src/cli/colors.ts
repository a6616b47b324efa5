import type pico from 'picocolors';

export type Colors = ReturnType<typeof pico.createColors>;

/** Colours the text of diagnostics for a terminal: severity, hint and what the carets point with. */
export function paintDiagnostics(text: string, colors: Colors): string {
  if (!colors.isColorSupported) return text;
  return text
    .split('\n')
    .map((line) => paintLine(line, colors))
    .join('\n');
}

function paintLine(line: string, colors: Colors): string {
  const head = /^(\S.*?: )??(error|warning|note)(: )(.*?)( \[[a-z-]+\])?$/.exec(line);
  if (head && !line.startsWith(' ')) {
    const [, place = '', severity = '', colon = '', message = '', code = ''] = head;
    const paint = { error: colors.red, warning: colors.yellow, note: colors.cyan }[severity]!;
    const strong = severity === 'note' ? message : colors.bold(message);
    return `${place}${paint(`${severity}${colon}`)}${strong}${colors.dim(code)}`;
  }
  if (/^ +\^+$/.test(line)) return colors.green(line);
  return line.replace(/^ {2}hint:/, (hint) => colors.green(hint));
}
