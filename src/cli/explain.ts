import type { Command } from 'commander';
import { type Code, catalogue, type Severity } from '../base/codes.js';
import { type Explanation, explanationOf } from '../base/explanations.js';
import { didYouMean } from '../base/nearest.js';
import { exitStatus, type Terminal } from './terminal.js';

/** `venvhost explain CODE`: what a code of a message means; without a code, the list of them. */
export function addExplain(
  program: Command,
  terminal: Terminal,
  done: (status: number) => void,
): void {
  program
    .command('explain')
    .summary('explain the code of a message')
    .description(
      'Explains a code that stands in brackets at the end of a message: its severity, the cause, what happens,\nand what to do. Without a code, lists all.',
    )
    .argument('[code]', 'such as home-missing')
    .option('--json', 'print it as JSON')
    .addHelpText('after', '\nExample:\n  venvhost explain home-missing')
    .action((code: string | undefined, { json }: { json?: boolean }) => {
      if (code === undefined) {
        terminal.out(json ? `${JSON.stringify(asList(), null, 2)}\n` : listText());
        return done(exitStatus.fine);
      }
      const name = code.replace(/^\[|\]$/g, '').toLowerCase();
      if (!isCode(name)) {
        const near = didYouMean(name, Object.keys(catalogue));
        terminal.error(
          `error: there is no code ${JSON.stringify(code)}\n  hint: ${near ?? 'venvhost explain lists all'}\n`,
        );
        return done(exitStatus.usage);
      }
      terminal.out(json ? `${JSON.stringify(asData(name), null, 2)}\n` : explanationText(name));
      done(exitStatus.fine);
    });
}

function isCode(name: string): name is Code {
  return Object.hasOwn(catalogue, name);
}

const codes = (Object.keys(catalogue) as Code[]).sort();

function asData(code: Code): { code: Code; severity: Severity; title: string } & Explanation {
  return { code, ...catalogue[code], ...explanationOf(code) };
}

function asList() {
  return codes.map((code) => ({ code, ...catalogue[code] }));
}

function listText(): string {
  const width = Math.max(...codes.map((code) => code.length));
  return codes
    .map((code) => {
      const { severity, title } = catalogue[code];
      return `${code.padEnd(width)}  ${severity.padEnd(7)}  ${title}\n`;
    })
    .join('');
}

function explanationText(code: Code): string {
  const { severity, title, cause, happens, remedy, example } = asData(code);
  return [
    `${code}: ${severity}`,
    title,
    '',
    `cause:         ${cause}`,
    `what happens:  ${happens}`,
    `what to do:    ${remedy}`,
    ...(example === undefined
      ? []
      : ['example:', ...example.split('\n').map((line) => `    ${line}`)]),
    '',
  ].join('\n');
}
