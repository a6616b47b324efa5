/**
 * A mistake of ours in one line; the stack only for who asks for it with VENVHOST_DEBUG.
 * Ends in a newline.
 */
export function internalErrorText(
  error: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const debug = environment['VENVHOST_DEBUG'];
  const lines = [
    `venvhost: internal error, ${name}: ${message.split('\n')[0]}`,
    debug
      ? (stack ?? '')
      : '  hint: this is a mistake of venvhost; please report it with what VENVHOST_DEBUG=1 prints for the same command',
  ];
  return `${lines.join('\n')}\n`;
}

/** Errors that only our own code can cause. */
export function isInternal(error: unknown): boolean {
  return (
    !(error instanceof Error) ||
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof ReferenceError ||
    error.name === 'AssertionError'
  );
}
