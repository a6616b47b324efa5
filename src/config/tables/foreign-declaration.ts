import { type Declaration, everywhere } from '../declaration.js';
import { passOver, titleOf } from '../pass-over.js';
import { foreignModuleOf } from './foreign.js';

/** A directive or section of a module that is not here, named with its module. */
export function foreignDeclaration(
  kind: Declaration['kind'],
  name: string,
): Declaration | undefined {
  const found = foreignModuleOf(name);
  return (
    found && {
      name,
      kind,
      family: 'foreign',
      syntax: '…',
      contexts: everywhere,
      words: 'raw',
      text: '',
      effect: (call) =>
        passOver(
          call,
          'unsupported-directive',
          `${titleOf(call.node)} of ${found.module} is not supported`,
          { at: call.nameAt },
        ),
    }
  );
}
