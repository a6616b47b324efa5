import { breaksGroup, type Explanation, nothing, refuses } from './explanation.js';

const makeAgain = 'Make the environment again, and install its packages.';
const again =
  '/srv/venvs/blog/bin/python -m pip freeze > requirements.txt\npython3 -m venv --clear /srv/venvs/blog\n/srv/venvs/blog/bin/python -m pip install -r requirements.txt';

/** Findings about interpreters and virtual environments. */
export const environments = {
  'home-is-executable': {
    cause: 'python-home names the interpreter; the root of the environment is meant.',
    happens: refuses,
    remedy: 'Write the folder that has bin and lib in it.',
    example: 'WSGIDaemonProcess blog python-home=/srv/venvs/blog',
  },
  'home-missing': {
    cause: 'The folder does not exist: a misspelt name, or it was never made on this machine.',
    happens: breaksGroup,
    remedy: 'Correct the path, or make the environment.',
    example: 'python3 -m venv /srv/venvs/blog',
  },
  'home-not-a-folder': {
    cause: 'python-home names a file.',
    happens: breaksGroup,
    remedy: 'Write what sys.prefix is when the environment is active.',
    example: 'python -c "import sys; print(sys.prefix)"',
  },
  'home-not-root': {
    cause:
      'python-home names lib, site-packages or another folder of an environment, or the project around it.',
    happens: refuses,
    remedy: 'Write the root, as the hint has it.',
    example: 'WSGIDaemonProcess blog python-home=/srv/blog/venv',
  },
  'home-unreachable': {
    cause:
      'The user of the daemon cannot enter a folder on the way to the environment or to the Python it was made from.',
    happens: breaksGroup,
    remedy: 'Move the environment to a place that everybody can enter, or open the folder.',
    example: 'chmod o+x /home/alice',
  },
  'interpreter-missing': {
    cause: 'The folder has no bin/python.',
    happens: breaksGroup,
    remedy: 'Name a virtual environment, or make one there.',
    example: 'python3 -m venv /srv/venvs/blog',
  },
  'interpreter-broken': {
    cause:
      'The interpreter ends with an error before it does anything, often because its standard library is gone.',
    happens: breaksGroup,
    remedy: makeAgain,
    example: again,
  },
  'interpreter-not-executable': {
    cause:
      'The file lacks the permission to be executed, or its file system is mounted with noexec.',
    happens: breaksGroup,
    remedy: 'Give the permission, or move the environment.',
    example: 'chmod a+rx /srv/venvs/blog/bin/python',
  },
  'interpreter-other-architecture': {
    cause:
      'The environment was copied from a machine with another processor, or is part of an image for one.',
    happens: breaksGroup,
    remedy: 'Make it on this machine.',
    example: again,
  },
  'interpreter-killed': {
    cause:
      'A signal ends the interpreter at once: a damaged file, a library that does not fit, or too little memory.',
    happens: breaksGroup,
    remedy:
      'Start it by hand as the user of the daemon, and reinstall that Python if it dies there too.',
    example: 'runuser -u www-data -- /srv/venvs/blog/bin/python -c pass',
  },
  'interpreter-silent': {
    cause:
      'Something else stands in the place of bin/python: it ends in order, but does not run Python code.',
    happens: breaksGroup,
    remedy: makeAgain,
    example: again,
  },
  'interpreter-hangs': {
    cause:
      'The interpreter did not answer within ten seconds: a wrapper that waits, or a network file system that does.',
    happens: breaksGroup,
    remedy: 'Start it by hand and see what it waits for.',
    example: 'time /srv/venvs/blog/bin/python -c pass',
  },
  'interpreter-too-old': {
    cause: 'The runtime works on 2.7 and from 3.6 on.',
    happens: breaksGroup,
    remedy: 'Make the environment with a newer Python.',
  },
  'interpreter-untested': {
    cause: 'This Python came out after this version of venvhost.',
    happens: 'It will most likely work.',
    remedy: 'Look for a newer venvhost if something fails.',
  },
  'base-python-missing': {
    cause: 'bin/python is a link to a Python that is gone, often after an upgrade of the system.',
    happens: breaksGroup,
    remedy: makeAgain,
    example: again,
  },
  'environment-outdated': {
    cause:
      'The Python that the environment links to was upgraded: its packages are in the folder of the old version.',
    happens: 'The interpreter starts, and no package of the environment can be imported.',
    remedy: makeAgain,
    example: again,
  },
  'environment-version-differs': {
    cause: 'bin/python was replaced, or pyvenv.cfg was copied from another environment.',
    happens: 'The interpreter decides: packages compiled for the other version fail to import.',
    remedy: 'Upgrade the environment in place.',
    example: 'python3.12 -m venv --upgrade /srv/venvs/blog',
  },
  'environment-cfg-missing': {
    cause:
      'The folder looks like a virtual environment, but pyvenv.cfg is gone, for example after a copy.',
    happens: 'The interpreter believes to be the main installation and does not see the packages.',
    remedy: 'Make it again over what is there; the packages stay.',
    example: 'python3 -m venv /srv/venvs/blog',
  },
  'environment-cfg-unreadable': {
    cause: 'The mode of pyvenv.cfg does not let the user of the daemon read it.',
    happens: breaksGroup,
    remedy: 'Let everybody read it.',
    example: 'chmod a+r /srv/venvs/blog/pyvenv.cfg',
  },
  'environment-cfg-malformed': {
    cause: 'pyvenv.cfg has a line that is not key = value, or no home.',
    happens: 'Python may not find its own modules or the packages.',
    remedy: 'Make it again over what is there; the packages stay.',
    example: 'python3 -m venv /srv/venvs/blog',
  },
  'environment-home-missing': {
    cause:
      'The Python that the environment was made from has moved; a copy of the interpreter still starts.',
    happens: 'Parts of the standard library may be missing or of another version.',
    remedy: makeAgain,
    example: again,
  },
  'environment-moved': {
    cause: 'An environment has its own path written into activate and all of its scripts.',
    happens:
      'Applications run, but bin/pip and other scripts work on the old place: packages go to where nobody looks.',
    remedy: 'Make it again where it is. Until then, use bin/python -m pip.',
    example: again,
  },
  'environment-nested': {
    cause: 'One virtual environment was made inside of another.',
    happens: 'It works, until somebody removes the outer one.',
    remedy: 'Make it beside the other.',
    example: 'python3 -m venv /srv/venvs/blog',
  },
  'environment-without-pip': {
    cause: 'It was made with --without-pip, or by uv.',
    happens: 'bin/python -m pip does not work in it.',
    remedy: 'Put pip in, or install with uv.',
    example:
      '/srv/venvs/blog/bin/python -m ensurepip\nuv pip install --python /srv/venvs/blog/bin/python Django',
  },
  'climbed-to-root': {
    cause:
      'The path is bin/python, site-packages, or another one inside of the environment, or the folder around it.',
    happens: nothing,
    remedy: 'In a configuration, write the root.',
    example: 'WSGIDaemonProcess blog python-home=/srv/venvs/blog',
  },
  'packages-unreadable': {
    cause:
      'The mode of site-packages does not let the user of the daemon read it, often after an installation with umask 077.',
    happens: breaksGroup,
    remedy: 'Let everybody read the packages.',
    example: 'chmod -R a+rX /srv/venvs/blog/lib',
  },
  'world-writable': {
    cause: 'A script, its folder or a folder of packages has a mode that lets everybody write.',
    happens: 'It runs; but every user of the machine can make the application do what they like.',
    remedy: 'Take the permission away.',
    example: 'chmod o-w /srv/blog/app.wsgi',
  },
  'extension-other-version': {
    cause:
      'site-packages has compiled modules for another Python version only, often after an upgrade or a copy.',
    happens: 'Their import fails with ModuleNotFoundError or ImportError.',
    remedy: 'Install the packages again with the pip of this environment.',
    example: '/srv/venvs/blog/bin/python -m pip install --force-reinstall cryptography',
  },
  'system-packages-used': {
    cause:
      'The environment sees the packages of the main installation, and something in it needs one of those.',
    happens: 'An upgrade of the system changes the version that the application gets.',
    remedy: 'Install the package in the environment, or make it without the system packages.',
    example: 'python3 -m venv --clear /srv/venvs/blog',
  },
  'subinterpreter-unsafe': {
    cause:
      'An application group other than %{GLOBAL} is a sub-interpreter, and the environment has a package that is known to fail there.',
    happens: 'Its import fails, or requests hang or crash the process.',
    remedy: 'Use the main interpreter, or a process for each application group.',
    example: 'WSGIApplicationGroup %{GLOBAL}\nWSGIDaemonProcess blog application-isolation=process',
  },
  'python-path-missing': {
    cause: 'A folder of python-path= or WSGIPythonPath does not exist.',
    happens: 'Modules are not found there.',
    remedy: 'Correct or remove it.',
  },
  'python-path-is-environment': {
    cause:
      'python-path adds the site-packages of a virtual environment to another Python, an old habit.',
    happens: 'Packages of both are mixed, and compiled ones fail where the versions differ.',
    remedy: 'Name the environment instead.',
    example: 'WSGIDaemonProcess blog python-home=/srv/venvs/blog',
  },
  'python-path-shadowed': {
    cause:
      'Two folders of python-path, or home= and one of them, have a module or package of the same name.',
    happens: 'The first folder wins, and the module in the second can never be imported.',
    remedy: 'Change the order, or rename one of the modules.',
    example: 'WSGIDaemonProcess blog python-path=/srv/blog:/srv/common',
  },
  'python-home-unneeded': {
    cause:
      'WSGIPythonHome is stated, but every process group has a python-home of its own and nothing runs in embedded mode.',
    happens: nothing,
    remedy: 'Remove WSGIPythonHome.',
  },
  'python-variables-ignored': {
    cause: 'PYTHONHOME or PYTHONPATH is set where venvhost was started.',
    happens: 'Applications do not see it: it would break every environment but one.',
    remedy: 'Use python-home= and python-path=.',
    example: 'WSGIDaemonProcess blog python-path=/srv/blog',
  },
} as const satisfies Record<string, Explanation>;
