import colors from 'picocolors';

/** Counts what the tests say and prints it: a line per stage, every failure in full, every skip with its reason. */
export interface Report {
  beginStage(name: string): void;
  endStage(): void;
  pass(name: string): void;
  fail(name: string, details: string): void;
  skip(name: string, reason: string): void;
  /** Something to read beside the results, such as what a failing file printed. */
  note(title: string, text: string): void;
  failed(): number;
  /** Prints the totals and sets the exit status. */
  finish(partial: boolean): void;
}

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export function createReport(write = (text: string) => process.stdout.write(text)): Report {
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: string[] = [];
  let stage = '';
  let counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  let started = 0;
  const live = process.stdout.isTTY === true;

  return {
    beginStage(name) {
      stage = name;
      counts = { passed: 0, failed: 0, skipped: 0 };
      started = performance.now();
      write(live ? `${name} …` : `${name}\n`);
    },
    endStage() {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      const mark = counts.failed > 0 ? colors.red('failed') : colors.green('ok');
      const line = `${stage}: ${mark}, ${words(counts)} (${seconds} s)`;
      write(live ? `\r\x1b[K${line}\n` : `${line}\n`);
      add(total, counts);
    },
    pass(name) {
      counts.passed++;
      if (live) write(`\r\x1b[K${stage} … ${counts.passed} ${name.slice(0, 60)}`);
    },
    fail(name, details) {
      counts.failed++;
      failures.push(name);
      write(`${live ? '\r\x1b[K' : ''}${colors.red('not ok')} ${stage}: ${name}\n`);
      write(`${indent(details)}\n`);
    },
    skip(name, reason) {
      counts.skipped++;
      write(`${live ? '\r\x1b[K' : ''}${colors.yellow('skipped')} ${stage}: ${name}: ${reason}\n`);
    },
    note(title, text) {
      write(`${live ? '\r\x1b[K' : ''}  ${title}:\n${indent(text)}\n`);
    },
    failed: () => total.failed,
    finish(partial) {
      if (failures.length > 0)
        write(`\n${colors.red('failed:')}\n${failures.map((name) => `  ${name}\n`).join('')}`);
      if (partial) write('(a part of the tests was chosen)\n');
      write(`${words(total)}\n`);
      process.exitCode = total.failed > 0 ? 1 : 0;
    },
  };
}

function words(counts: Counts): string {
  return `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
}

function add(to: Counts, counts: Counts): void {
  to.passed += counts.passed;
  to.failed += counts.failed;
  to.skipped += counts.skipped;
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}
