export type Mode = 'daemon' | 'embedded';

export interface Scenario {
  readonly number: number;
  /** In examples/guide. */
  readonly folder: string;
  readonly title: string;
  readonly modes: readonly Mode[];
}

/** Every scenario of the guide, and the folder that shows it. */
export const scenarios: readonly Scenario[] = [
  daemon(1, 'find-the-location', 'the location of an activated environment is its python-home'),
  daemon(2, 'interpreter-as-python-home', 'bin/python as python-home'),
  daemon(3, 'closed-home-folder', 'an environment that the user of the daemon cannot reach'),
  both(4, 'another-python-version', 'an environment of another Python version'),
  daemon(5, 'one-application', 'one application, no environment'),
  daemon(6, 'one-application-in-its-venv', 'one application in its environment'),
  daemon(7, 'several-applications', 'several applications, one environment'),
  daemon(8, 'folder-of-applications', 'a folder of applications, one environment'),
  daemon(9, 'activate-this', 'an environment each, by activate_this.py'),
  daemon(10, 'add-site-folder', 'an environment each, by site.addsitedir'),
  daemon(11, 'add-site-folder-in-front', 'an environment each, in front of sys.path'),
  daemon(12, 'without-the-empty-venv', 'an environment each, without an empty one: warned of'),
  daemon(13, 'two-django-projects', 'two Django projects in one process'),
  embedded(14, 'embedded-one-application', 'embedded mode, one application'),
  embedded(15, 'embedded-in-a-virtual-host', 'embedded mode in a virtual host'),
  embedded(16, 'embedded-several-applications', 'embedded mode, several applications'),
  embedded(17, 'embedded-a-venv-each', 'embedded mode, an environment each'),
  both(18, 'more-folders-for-modules', 'more folders for modules'),
  daemon(19, 'a-script-changes-the-path', 'a script that changes sys.path'),
  daemon(20, 'site-packages-in-python-path', 'site-packages in python-path: warned of'),
  daemon(21, 'different-pythons', 'different Python versions in one server'),
];

export function scenarioByNumber(number: number): Scenario {
  const found = scenarios.find((one) => one.number === number);
  if (!found) throw new Error(`the guide has no scenario ${number}`);
  return found;
}

function daemon(number: number, name: string, title: string): Scenario {
  return { number, folder: folderOf(number, name), title, modes: ['daemon'] };
}

function embedded(number: number, name: string, title: string): Scenario {
  return { number, folder: folderOf(number, name), title, modes: ['embedded'] };
}

function both(number: number, name: string, title: string): Scenario {
  return { number, folder: folderOf(number, name), title, modes: ['daemon', 'embedded'] };
}

function folderOf(number: number, name: string): string {
  return `${String(number).padStart(2, '0')}-${name}`;
}
