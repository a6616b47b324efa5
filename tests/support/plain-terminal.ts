import pico from 'picocolors';
import type { Terminal } from '../../src/cli/terminal.js';

/** A terminal without colours that keeps what commands say. */
export function plainTerminal(): Terminal & { output(): string; errors(): string } {
  let out = '';
  let error = '';
  return {
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
    colors: pico.createColors(false),
    output: () => out,
    errors: () => error,
  };
}
