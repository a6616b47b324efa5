import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedPages } from './generated-pages.js';
import { repository } from './run-folder.js';

/** `npm run docs` */
for (const { path, text } of generatedPages) {
  writeFileSync(join(repository, path), text());
  console.log(path);
}
