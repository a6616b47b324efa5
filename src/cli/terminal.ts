/** What commands say and where: results go to standard output, everything about them to standard error. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
}

export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
};

/** Exit statuses of all commands. */
export const exitStatus = { fine: 0, errors: 1, usage: 2 } as const;
