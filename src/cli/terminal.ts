import pico from 'picocolors';
import type { Colors } from './colors.js';

/** What commands say and where: results go to standard output, everything about them to standard error. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  /** Colours for what goes to standard error. */
  readonly colors: Colors;
}

export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
  colors: pico.createColors(process.stderr.isTTY === true && pico.isColorSupported),
};

/** Exit statuses of all commands. */
export const exitStatus = { fine: 0, errors: 1, usage: 2 } as const;
