import type { Explanation } from './explanation.js';

const requestsFail = 'The server starts, and every request for the script gets 500.';

/** Findings about WSGI scripts. They are compiled by the interpreter of their group, never executed. */
export const scripts = {
  'script-unreadable': {
    cause: 'The mode of the script does not let the user of the daemon read it.',
    happens: requestsFail,
    remedy: 'Let that user read it.',
    example: 'chmod a+r /srv/blog/app.wsgi',
  },
  'script-owner-mismatch': {
    cause: 'script-user= or script-group= demands an owner that the script file does not have.',
    happens: 'Requests for the script get 403.',
    remedy: 'Change the owner of the file, or the option.',
    example: 'chown blog:blog /srv/blog/app.wsgi',
  },
  'script-syntax-error': {
    cause: 'The interpreter of the group cannot compile the script.',
    happens: requestsFail,
    remedy: 'Correct the line that the message shows.',
  },
  'script-is-python2': {
    cause: 'The script is written in Python 2, and its group runs Python 3.',
    happens: requestsFail,
    remedy: 'Port the script, or give its group an environment of Python 2.7.',
    example: 'WSGIDaemonProcess old python-home=/srv/venvs/old-python2',
  },
  'script-is-python3': {
    cause: 'The script is written in Python 3, and its group runs Python 2.7.',
    happens: requestsFail,
    remedy: 'Give its group an environment of Python 3.',
    example: 'WSGIDaemonProcess blog python-home=/srv/venvs/blog',
  },
  'script-callable-missing': {
    cause: 'Nothing in the script defines the name that the mount calls, usually application.',
    happens: requestsFail,
    remedy: 'Define it, or name the one that is there.',
    example: 'WSGIScriptAlias / /srv/blog/wsgi.py callable-object=app',
  },
  'script-uses-execfile': {
    cause:
      'execfile is a function of Python 2; old guides use it to activate an environment in the script.',
    happens: requestsFail,
    remedy: 'Remove the activation and state python-home=, or use exec.',
    example: "exec(open(activate_this).read(), {'__file__': activate_this})",
  },
  'activate-this-missing': {
    cause: 'Only virtualenv puts activate_this.py into bin; python -m venv does not.',
    happens: requestsFail,
    remedy:
      'Remove the activation and state python-home=, or add the packages with site.addsitedir.',
    example:
      "WSGIDaemonProcess blog python-home=/srv/venvs/blog\n\nimport site\nsite.addsitedir('/srv/venvs/blog/lib/python3.11/site-packages')",
  },
  'environment-of-another-python': {
    cause:
      'A script activates a virtual environment by itself, and the environment was made by another version of Python than the one that runs the script.',
    happens:
      'Its packages are not found, or are found and fail: compiled modules of one version cannot be loaded by another.',
    remedy:
      'Remove the activation, and give the script a process group with that environment as python-home. Its own Python runs it then.',
    example: 'WSGIDaemonProcess old python-home=/srv/venvs/old',
  },
  'activated-without-empty-home': {
    cause:
      'Scripts activate virtual environments by themselves, in a process group whose own Python has packages too.',
    happens:
      'Packages of both are seen. One that is missing in the environment may be found elsewhere in a wrong version, and with site.addsitedir those of the environment are hidden.',
    remedy:
      'Give each application a process group with its own python-home, or state an environment without any package as python-home of the common group.',
    example: 'WSGIDaemonProcess apps python-home=/srv/venvs/empty',
  },
  'script-import-failed': {
    cause:
      'venvhost check --import imported the script as the user of its group, and an error was raised.',
    happens: requestsFail,
    remedy:
      'Correct what the first error of the traceback names. For a missing module of your own, name its folder with python-path=; one of others is installed with the pip of the environment, under the name that its documentation gives, which need not be that of the module.',
    example: 'WSGIDaemonProcess blog python-path=/srv/blog',
  },
  'script-import-timeout': {
    cause:
      'The import did not end in time: it waits for a network, a lock or a package that hangs in this interpreter.',
    happens: 'Requests for the script wait until a timeout ends them.',
    remedy: 'Move what waits out of the import.',
  },
} as const satisfies Record<string, Explanation>;
