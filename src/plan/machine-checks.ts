import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import { nearest } from '../base/nearest.js';
import type { Stated } from '../base/span.js';
import type { Config, ProcessGroup } from '../config/config.js';
import type { Facts } from './facts.js';
import { isEverywhere } from './machine-facts.js';

/** Locales, module search paths and SELinux. */
export function checkMachine(config: Config, facts: Facts): Diagnostic[] {
  return [
    ...config.processGroups.flatMap((group) => [
      ...locales(group, facts),
      ...shadowedModules(group, facts),
    ]),
    ...selinux(config, facts),
  ];
}

function locales({ options }: ProcessGroup, { machine }: Facts): Diagnostic[] {
  const known = machine?.locales;
  // A machine without the command `locale` lists none: then nothing is known.
  if (!known || known.length === 0) return [];
  return [options.lang, options.locale].flatMap((stated) =>
    stated && !isEverywhere(stated.value) && !known.some((one) => sameLocale(one, stated.value))
      ? [missingLocale(stated, known)]
      : [],
  );
}

/** `de_DE.UTF-8` is listed as `de_DE.utf8`. */
function sameLocale(a: string, b: string): boolean {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9_@.]/g, '');
  return plain(a) === plain(b);
}

function missingLocale({ value, at }: Stated<string>, known: readonly string[]): Diagnostic {
  const near = nearest(value, known)[0];
  return diagnostic('locale-missing', `this machine has no locale ${JSON.stringify(value)}`, {
    at,
    hint: `${near ? `did you mean ${near}? or ` : ''}make it: localedef -i ${value.split('.')[0]} -f UTF-8 ${value}\nor write lang=C.UTF-8`,
  });
}

/** Names that many projects have at their root and nobody imports from there. */
const harmless = new Set(['setup', 'manage', 'conftest', 'tests', 'test', 'docs', 'wsgi', 'asgi']);

function shadowedModules({ options }: ProcessGroup, { machine }: Facts): Diagnostic[] {
  const { home, pythonPath } = options;
  if (!pythonPath) return [];
  const folders = [...new Set([...(home ? [home.value] : []), ...pythonPath.value])];
  const first = new Map<string, string>();
  return folders.flatMap((folder) => {
    const hidden: { name: string; by: string }[] = [];
    for (const name of machine?.modules[folder] ?? []) {
      const by = first.get(name);
      if (by !== undefined && !harmless.has(name)) hidden.push({ name, by });
      else first.set(name, folder);
    }
    const [one] = hidden;
    if (!one) return [];
    const more = hidden.length > 1 ? ` (and ${hidden.length - 1} more)` : '';
    return [
      diagnostic(
        'python-path-shadowed',
        `module ${one.name}${more} of ${folder} cannot be imported: ${one.by} comes first and has it too`,
        { at: pythonPath.at, hint: 'change the order of python-path=, or rename one of them' },
      ),
    ];
  });
}

/** Places whose usual SELinux types most services may not execute. */
const suspicious = /^\/(home|root|tmp|var\/www)\//;

function selinux({ processGroups, global }: Config, { machine }: Facts): Diagnostic[] {
  if (!machine?.selinux) return [];
  const homes = [global.pythonHome, ...processGroups.map(({ options }) => options.pythonHome)];
  const home = homes.find((one) => one && suspicious.test(one.value));
  if (!home) return [];
  return [
    diagnostic(
      'selinux-enforcing',
      `SELinux is enforcing: where modules of ${home.value} fail with "Permission denied" although the modes are right, their context is the reason`,
      {
        at: home.at,
        hint: `see denials: ausearch -m avc -ts recent\nand give them a context: semanage fcontext -a -t bin_t "${home.value}(/.*)?" && restorecon -R ${home.value}`,
      },
    ),
  ];
}
