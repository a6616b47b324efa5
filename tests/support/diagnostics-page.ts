import { catalogue, type Severity } from '../../src/base/codes.js';

/** The reference page of all diagnostics, made from the catalogue. */
export function diagnosticsPage(): string {
  const rows = Object.entries(catalogue as Record<string, { severity: Severity; title: string }>)
    .map(([code, { severity, title }]) => `| \`${code}\` | ${severity} | ${title} |`)
    .sort();
  return `# Diagnostics

What \`venvhost check\`, and every start, can say about a configuration and a machine. Each has a code that never changes its meaning. An error prevents the start; errors about one virtual environment mark its process group as broken instead, and the others start. Warnings and notes prevent nothing.

\`check --json\` prints them as data: \`code\`, \`severity\`, \`message\`, \`at\` (\`file\`, \`line\`, \`column\`, \`endColumn\`, \`text\`), \`hint\` and \`related\`.

This page is made from \`src/base/codes.ts\`.

| code | severity | what it stands for |
|---|---|---|
${rows.join('\n')}
`;
}
