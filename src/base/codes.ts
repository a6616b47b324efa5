/** `note` informs, `warning` lets the server start, `error` does not. */
export type Severity = 'error' | 'warning' | 'note';

interface Entry {
  readonly severity: Severity;
  /** Half a line: what the code stands for, independent of the case at hand. */
  readonly title: string;
}

/**
 * Every code a diagnostic can carry. Codes are stable and never used again for something else.
 * The severity is the default one; `--ignore-unsupported` turns `unsupported-directive` into a warning.
 */
export const catalogue = {
  // Reading the configuration
  'file-unreadable': { severity: 'error', title: 'a configuration file cannot be read' },
  'include-missing': { severity: 'error', title: 'an Include names a file that does not exist' },
  'include-loop': { severity: 'error', title: 'a file includes itself' },
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
  'option-without-effect': {
    severity: 'warning',
    title: 'an option that is checked but not honoured yet',
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
  'embedded-as-daemon': {
    severity: 'note',
    title: 'requests without a process group run in a daemon of their own',
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
  'working-folder-missing': {
    severity: 'error',
    title: 'the working folder of a process group does not exist',
  },
  'python-path-missing': { severity: 'warning', title: 'a folder of python-path does not exist' },
  'python-path-is-environment': {
    severity: 'warning',
    title: 'python-path names the packages of a virtual environment',
  },
  'python-variables-ignored': {
    severity: 'note',
    title: 'PYTHONHOME or PYTHONPATH of the shell are not passed on',
  },
} as const satisfies Record<string, Entry>;

export type Code = keyof typeof catalogue;
