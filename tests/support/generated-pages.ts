import { directivesManual } from '../../src/config/manual.js';
import { diagnosticsPage } from './diagnostics-page.js';

/** A page of the documentation that is made from declarations in the code. */
export interface GeneratedPage {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: () => string;
}

/** What `npm run docs` writes; a test holds that the committed pages are these. */
export const generatedPages: readonly GeneratedPage[] = [
  { path: 'docs/reference/directives.md', text: directivesManual },
  { path: 'docs/reference/diagnostics.md', text: diagnosticsPage },
];
