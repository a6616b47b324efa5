/** `note` informs, `warning` lets the server start, `error` does not. */
export type Severity = 'error' | 'warning' | 'note';

interface Entry {
  readonly severity: Severity;
  /** Half a line: what the code stands for, independent of the case at hand. */
  readonly title: string;
}

/**
 * Every code a diagnostic can carry. Codes are stable and never used again for something else.
 * The severity is the default one; `--ignore-unsupported` makes warnings of what is passed over.
 */
export const catalogue = {
  // Reading the configuration
  'file-unreadable': { severity: 'error', title: 'a configuration file cannot be read' },
  'include-missing': { severity: 'error', title: 'an Include names a file that does not exist' },
  'include-loop': {
    severity: 'error',
    title: 'a file includes itself, or a folder leads to itself',
  },
  syntax: { severity: 'error', title: 'the text is not a directive or a section' },
  'section-unclosed': { severity: 'error', title: 'a section is never closed' },
  'section-unopened': { severity: 'error', title: 'a closing tag has no matching opening one' },
  'undefined-variable': {
    severity: 'warning',
    title: 'a variable is neither defined nor in the environment',
  },
  'unknown-directive': { severity: 'error', title: 'no directive has this name' },
  'unsupported-directive': {
    severity: 'error',
    title: 'a known directive or option that is not supported yet',
  },
  'replaced-directive': {
    severity: 'error',
    title: 'an outdated directive with a modern replacement',
  },
  'directive-without-effect': {
    severity: 'note',
    title: 'accepted for compatibility, does nothing here',
  },
  'section-skipped': {
    severity: 'note',
    title: 'the condition around some lines does not hold',
  },
  'module-missing': {
    severity: 'error',
    title: 'hosts, mounts or access stand in an <IfModule> of a module that is not here',
  },
  'wrong-context': { severity: 'error', title: 'the directive cannot stand in this place' },
  'argument-count': { severity: 'error', title: 'too few or too many arguments' },
  'invalid-value': {
    severity: 'error',
    title: 'an argument is not of the form that the directive takes',
  },
  'unknown-option': {
    severity: 'error',
    title: 'a name=value option that the directive does not have',
  },
  'section-never-holds': {
    severity: 'warning',
    title: 'a section whose pattern no request can match',
  },
  'option-without-effect': {
    severity: 'warning',
    title: 'an option that is checked but not honoured yet',
  },
  'slow-pattern': {
    severity: 'warning',
    title: 'a regular expression that clients could make slow',
  },
  'duplicate-process-group': { severity: 'error', title: 'two definitions of one process group' },
  'merged-process-group': {
    severity: 'note',
    title: 'two identical definitions of one process group count as one',
  },
  // The plan
  'unknown-process-group': { severity: 'error', title: 'a process group that nothing defines' },
  'process-group-not-accessible': {
    severity: 'error',
    title: 'a process group of another virtual host',
  },
  'unused-process-group': { severity: 'warning', title: 'no mount uses the process group' },
  'shadowed-alias': {
    severity: 'error',
    title: 'an earlier alias takes every request of this one',
  },
  'alias-slash-missing': {
    severity: 'warning',
    title: 'the URL of an alias ends with a slash, its target does not',
  },
  'no-listen': { severity: 'note', title: 'nothing states where to listen' },
  'listen-duplicate': { severity: 'error', title: 'one address is listened on twice' },
  'nothing-mounted': { severity: 'warning', title: 'no application and no folder is served' },
  'access-denied-by-default': {
    severity: 'warning',
    title: 'no Require opens the folder of a script',
  },
  'script-missing': { severity: 'warning', title: 'the script of a mount does not exist' },
  'folder-missing': {
    severity: 'warning',
    title: 'the folder of an Alias or DocumentRoot does not exist',
  },
  'log-folder-open': {
    severity: 'warning',
    title: 'others may write in the folder of a log file or of PidFile',
  },
  'embedded-mode': {
    severity: 'note',
    title: 'requests without a process group run in embedded mode, in the gateway processes',
  },
  'embedding-unavailable': {
    severity: 'error',
    title: 'embedded mode needs the npm package koffi, which is not there',
  },
  'library-missing': {
    severity: 'error',
    title: 'the Python of embedded mode has no shared library',
  },
  'library-broken': {
    severity: 'error',
    title: 'the shared library of the Python of embedded mode cannot be used',
  },
  'embedded-restricted': {
    severity: 'error',
    title: 'a mount runs in embedded mode, and WSGIRestrictEmbedded forbids that',
  },
  'host-not-listened': {
    severity: 'warning',
    title: 'nothing listens on the port of a virtual host',
  },
  'path-unreachable': {
    severity: 'warning',
    title: 'a user cannot enter a folder on the way to a file that it needs',
  },
  'environment-chosen': {
    severity: 'note',
    title: 'which Python serves a script that was given without one',
  },
  'user-defaulted': { severity: 'note', title: 'root started the server and no User is stated' },
  'group-name-of-clients': {
    severity: 'warning',
    title: 'clients can make up the name of an application group or a process group',
  },
  'gateway-user-shared': {
    severity: 'warning',
    title: 'an application runs as the user of the gateways while others have users of their own',
  },
  'user-unknown': { severity: 'error', title: 'no such user or group' },
  'user-is-root': { severity: 'error', title: 'applications and gateways never run as root' },
  'user-needs-root': { severity: 'error', title: 'another user can only be switched to by root' },
  'user-switch-unavailable': {
    severity: 'error',
    title: 'the tool that switches users is missing',
  },
  'program-unreachable': {
    severity: 'error',
    title: 'a user that gateways or daemons run as cannot read venvhost itself',
  },
  'start-refused': {
    severity: 'error',
    title: 'a log, a port or another thing that the start needs is not to be had',
  },
  'socket-path-too-long': {
    severity: 'error',
    title: 'a Unix socket path has a limit of the kernel',
  },
  // Findings: interpreters and virtual environments
  'home-is-executable': {
    severity: 'error',
    title: 'python-home names bin/python instead of the root',
  },
  'home-missing': { severity: 'error', title: 'python-home does not exist' },
  'home-not-a-folder': { severity: 'error', title: 'python-home is not a folder' },
  'home-not-root': {
    severity: 'error',
    title: 'python-home is a folder inside a virtual environment or around one',
  },
  'home-unreachable': {
    severity: 'error',
    title: 'the user of the daemon cannot enter a folder on the way',
  },
  'interpreter-missing': { severity: 'error', title: 'there is no interpreter' },
  'interpreter-broken': { severity: 'error', title: 'the interpreter does not start' },
  'interpreter-too-old': { severity: 'error', title: 'this Python version is not supported' },
  'base-python-missing': {
    severity: 'error',
    title: 'the Python that the environment was made from is gone',
  },
  'environment-outdated': {
    severity: 'warning',
    title: 'the virtual environment was made for another Python version',
  },
  'interpreter-not-executable': { severity: 'error', title: 'the interpreter cannot be executed' },
  'interpreter-other-architecture': {
    severity: 'error',
    title: 'the interpreter is a program for another kind of machine',
  },
  'interpreter-killed': { severity: 'error', title: 'a signal ends the interpreter at its start' },
  'interpreter-silent': {
    severity: 'error',
    title: 'what stands in the place of the interpreter gives no answer',
  },
  'interpreter-hangs': { severity: 'error', title: 'the interpreter does not answer in time' },
  'environment-cfg-missing': {
    severity: 'warning',
    title: 'a virtual environment has lost its pyvenv.cfg',
  },
  'environment-cfg-unreadable': {
    severity: 'error',
    title: 'the user of the daemon cannot read pyvenv.cfg',
  },
  'environment-cfg-malformed': {
    severity: 'warning',
    title: 'pyvenv.cfg is not as Python reads it',
  },
  'environment-home-missing': {
    severity: 'warning',
    title: 'the home in pyvenv.cfg does not exist, though the interpreter starts',
  },
  'environment-version-differs': {
    severity: 'warning',
    title: 'pyvenv.cfg and the interpreter name different Python versions',
  },
  'environment-moved': { severity: 'warning', title: 'the environment was moved or copied' },
  'environment-nested': { severity: 'warning', title: 'one virtual environment inside of another' },
  'environment-without-pip': { severity: 'note', title: 'the environment has no pip' },
  'climbed-to-root': { severity: 'note', title: 'a path inside of an environment led to its root' },
  'packages-unreadable': {
    severity: 'error',
    title: 'the user of the daemon cannot read the installed packages',
  },
  'world-writable': {
    severity: 'warning',
    title: 'everybody on the machine can change code that an application runs',
  },
  'extension-other-version': {
    severity: 'warning',
    title: 'compiled modules for another Python version',
  },
  'system-packages-used': {
    severity: 'warning',
    title: 'packages of the main installation satisfy a requirement',
  },
  'subinterpreter-unsafe': {
    severity: 'warning',
    title: 'a package that is known to fail in sub-interpreters would run in one',
  },
  'working-folder-missing': {
    severity: 'error',
    title: 'the working folder of a process group does not exist',
  },
  'python-path-missing': { severity: 'warning', title: 'a folder of python-path does not exist' },
  'python-path-is-environment': {
    severity: 'warning',
    title: 'python-path names the packages of a virtual environment',
  },
  'python-path-shadowed': {
    severity: 'note',
    title: 'two folders of the module search path have a module of the same name',
  },
  'python-home-unneeded': { severity: 'note', title: 'nothing uses WSGIPythonHome' },
  'interpreter-untested': {
    severity: 'note',
    title: 'a Python that is newer than this version of venvhost knows',
  },
  'embedded-beside-group': {
    severity: 'warning',
    title: 'a mount runs in embedded mode although its virtual host defines a process group',
  },
  'application-group-shared': {
    severity: 'warning',
    title: 'different scripts share one interpreter',
  },
  'locale-missing': { severity: 'warning', title: 'this machine does not have the locale' },
  'selinux-enforcing': { severity: 'note', title: 'SELinux may forbid what the modes allow' },
  // Findings: scripts
  'script-unreadable': { severity: 'error', title: 'the user of the daemon cannot read a script' },
  'script-owner-mismatch': {
    severity: 'error',
    title: 'a script is not owned as script-user= or script-group= demand',
  },
  'script-syntax-error': { severity: 'error', title: 'a script is not valid Python' },
  'script-is-python2': {
    severity: 'error',
    title: 'a script for Python 2 would run under Python 3',
  },
  'script-is-python3': {
    severity: 'error',
    title: 'a script for Python 3 would run under Python 2',
  },
  'script-callable-missing': {
    severity: 'error',
    title: 'a script does not define its callable object',
  },
  'script-uses-execfile': { severity: 'error', title: 'a script calls execfile under Python 3' },
  'activate-this-missing': {
    severity: 'error',
    title: 'a script activates an environment that has no activate_this.py',
  },
  'environment-of-another-python': {
    severity: 'warning',
    title: 'a script activates an environment of another Python version than its own',
  },
  'activated-without-empty-home': {
    severity: 'warning',
    title: 'scripts activate environments beside the packages of another one',
  },
  'script-import-failed': {
    severity: 'error',
    title: 'a script raises an error when it is imported',
  },
  'script-import-timeout': {
    severity: 'error',
    title: 'the import of a script does not come to an end',
  },
  'daemon-unusable': {
    severity: 'error',
    title: 'the processes of a group do not start, though nothing is wrong with its environment',
  },
  'python-variables-ignored': {
    severity: 'note',
    title: 'PYTHONHOME or PYTHONPATH of the shell are not passed on',
  },
} as const satisfies Record<string, Entry>;

export type Code = keyof typeof catalogue;
