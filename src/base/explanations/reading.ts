import { type Explanation, nothing, refuses } from './explanation.js';

/** Codes of reading a configuration. */
export const reading = {
  'file-unreadable': {
    cause:
      'A file named with -f, or found by Include, could not be opened, or is a folder, a device or a pipe. Only -f reads from a pipe.',
    happens: refuses,
    remedy: 'Correct the name, or let the user who starts venvhost read the file.',
  },
  'include-missing': {
    cause: 'An Include without wildcards names a file that is not there.',
    happens: refuses,
    remedy: 'Correct the path, or write IncludeOptional where the file may be absent.',
    example: 'IncludeOptional sites-enabled/*.conf',
  },
  'include-loop': {
    cause:
      'A file includes itself, directly or through others; or a folder has a link to itself or to one around it.',
    happens: refuses,
    remedy: 'Remove one of the Include lines that the message shows, or the link.',
  },
  syntax: {
    cause:
      'A line is neither a directive, a comment nor a section tag; often a quote is not closed.',
    happens: refuses,
    remedy: 'Correct the line at the marked place.',
  },
  'section-unclosed': {
    cause: 'A section such as <VirtualHost> has no closing tag before the end of its file.',
    happens: refuses,
    remedy: 'Add the closing tag.',
    example: '<Directory /srv/blog>\n    Require all granted\n</Directory>',
  },
  'section-unopened': {
    cause: 'A closing tag stands where no section of this name is open.',
    happens: refuses,
    remedy: 'Remove it, or add the opening tag above.',
  },
  'undefined-variable': {
    cause:
      'The text has a variable, dollar and braces, and neither Define, -D nor the environment gives it a value.',
    happens: 'It stays in the text as it stands, which is seldom meant.',
    remedy: 'Add a Define line, or start with -D NAME=VALUE.',
    example: 'Define LOG_DIR /var/log/blog',
  },
  'unknown-directive': {
    cause: 'No module of Apache that venvhost knows has a directive of this name.',
    happens: refuses,
    remedy: 'Correct the spelling, or remove the line.',
  },
  'section-skipped': {
    cause:
      'An <IfModule> names a module that venvhost does not have, or another condition does not hold and takes hosts or mounts out.',
    happens: 'Its lines do not count. Files that they would have made programs are not sent.',
    remedy: 'Nothing, if they are not wanted; else state what the condition asks for.',
    example: 'venvhost check -f site.conf -D SSL',
  },
  'module-missing': {
    cause:
      'The lines count in Apache, where the module is loaded, and not here: what they mount would be missing, and what they close would be open.',
    happens: refuses,
    remedy:
      'Take the lines out of the condition, or skip them on purpose. With --ignore-unsupported the server starts without them, and what they guard answers 403.',
    example: '<IfModule !venvhost_module>',
  },
  'unsupported-directive': {
    cause: 'The directive exists, and would change what requests get, but is not supported yet.',
    happens: refuses,
    remedy:
      'Remove the line, or start with --ignore-unsupported: it is then passed over, and what it may guard answers 403.',
  },
  'replaced-directive': {
    cause: 'The directive belongs to a version of Apache or mod_wsgi that is long gone.',
    happens: refuses,
    remedy: 'Write what the hint says.',
    example: 'Require all granted',
  },
  'directive-without-effect': {
    cause: 'The directive means something for Apache only.',
    happens: nothing,
    remedy: 'Leave it, so that the file still works with Apache.',
  },
  'wrong-context': {
    cause: 'The directive is known but may not stand in this section, or only inside of one.',
    happens: refuses,
    remedy: 'Move it to where the message says.',
  },
  'argument-count': {
    cause:
      'The directive takes another number of arguments; often quotes around a value are missing.',
    happens: refuses,
    remedy: 'Compare with the syntax that the message shows.',
  },
  'invalid-value': {
    cause:
      'An argument is not a number, path, name or switch of the form that the directive takes.',
    happens: refuses,
    remedy: 'Write a value as the hint shows.',
    example: 'WSGIDaemonProcess blog processes=2 threads=15',
  },
  'unknown-option': {
    cause: 'A name=value option that the directive does not have; often it is misspelt.',
    happens: refuses,
    remedy: 'Correct or remove it.',
  },
  'section-never-holds': {
    cause:
      'The pattern is compared as it is written, and no URL or file name is like that. Apache says nothing about it.',
    happens: 'The server starts; what the section was meant to close is open.',
    remedy: 'Write the pattern as the hint shows.',
    example: '<Location "/admin">',
  },
  'option-without-effect': {
    cause: 'The option is known and its value is checked, but it is not honoured yet.',
    happens: 'The server runs as if it were not there.',
    remedy: 'Remove it if the application can do without.',
  },
  'slow-pattern': {
    cause:
      'Regular expressions are matched in time proportional to the text. Lookaround such as (?=…), back-references such as \\1, and counts beyond 1,000 rule that out, and the pattern can match in so many ways that a text made for it would take long.',
    happens:
      'It works. A request for which the pattern takes more than 20 ms gets 400, and others wait meanwhile. For up to 80 ms after that, requests with long texts for the same pattern get 400 at once.',
    remedy:
      'Begin the pattern with "^", avoid repetitions one after or within the other, or write it without what the message names.',
    example: 'SetEnvIf User-Agent "^Mozilla/[0-9]" browser',
  },
  'duplicate-process-group': {
    cause: 'Two WSGIDaemonProcess lines have the same name and different options.',
    happens: refuses,
    remedy: 'Give one of them another name, or the same options to both.',
    example: 'WSGIDaemonProcess blog-test threads=5',
  },
  'merged-process-group': {
    cause: 'Two WSGIDaemonProcess lines are identical, as certbot leaves them for port 80 and 443.',
    happens: 'They count as one group, which both hosts use.',
    remedy: 'Nothing needs to be done.',
  },
} as const satisfies Record<string, Explanation>;
