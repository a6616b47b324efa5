import { writeFileSync } from 'node:fs';
import { directivesManual } from './manual.js';

/** Writes the reference page of the directives; run from the root of the repository. */
writeFileSync('docs/reference/directives.md', directivesManual());
