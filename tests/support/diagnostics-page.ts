import { type Code, catalogue } from '../../src/base/codes.js';
import { explanationOf } from '../../src/base/explanations.js';

/** The reference page of all diagnostics, made from the catalogue. */
export function diagnosticsPage(): string {
  const codes = (Object.keys(catalogue) as Code[]).sort();
  return `# Diagnostics

What \`venvhost check\`, \`venvhost venv\`, and every start, can say about a configuration and a machine. Each has a code that never changes its meaning; \`venvhost explain CODE\` shows what stands here. An error prevents the start; errors about one virtual environment mark its process group as broken instead, and the others start; errors in one script leave the other scripts alone. Warnings and notes prevent nothing.

\`check --json\` prints them as data: \`code\`, \`severity\`, \`message\`, \`file\`, \`line\`, \`column\`, \`endColumn\`, \`excerpt\`, \`hint\`, \`related\` and \`includedFrom\`.

The codes that answer what goes wrong most often with mod_wsgi are in [the table of troubles](troubles.md).

This page is made from \`src/base/codes.ts\` and \`src/base/explanations/\`.

| code | severity | what it stands for |
|---|---|---|
${codes.map((code) => `| [\`${code}\`](#${code}) | ${catalogue[code].severity} | ${catalogue[code].title} |`).join('\n')}

${codes.map(section).join('\n')}`;
}

function section(code: Code): string {
  const { severity, title } = catalogue[code];
  const { cause, happens, remedy, example } = explanationOf(code);
  return `## ${code}

${severity}: ${title}

* Cause: ${escaped(cause)}
* What happens: ${escaped(happens)}
* What to do: ${escaped(remedy)}
${example === undefined ? '' : `\n\`\`\`\n${example}\n\`\`\`\n`}`;
}

/** Words in angle brackets would be taken for HTML. */
function escaped(text: string): string {
  return text.replaceAll('<', '\\<');
}
