/** Names of the machines that Linux servers are made of, by `e_machine` of the ELF header. */
const machines: Readonly<Record<number, string>> = {
  3: 'i386',
  8: 'mips',
  20: 'ppc',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'x86_64',
  183: 'aarch64',
  243: 'riscv64',
  258: 'loongarch64',
};

/** The architecture that an executable is made for; undefined for scripts and everything that is not ELF. */
export function elfMachine(head: Uint8Array): string | undefined {
  if (
    head.length < 20 ||
    head[0] !== 0x7f ||
    head[1] !== 0x45 ||
    head[2] !== 0x4c ||
    head[3] !== 0x46
  )
    return undefined;
  const big = head[5] === 2;
  const number = big ? (head[18]! << 8) | head[19]! : head[18]! | (head[19]! << 8);
  return machines[number] ?? `machine ${number}`;
}

/** What Node calls this machine, in the words of `uname -m`. */
export function machineName(arch: string): string {
  const names: Readonly<Record<string, string>> = {
    x64: 'x86_64',
    arm64: 'aarch64',
    ia32: 'i386',
    arm: 'arm',
  };
  return names[arch] ?? arch;
}
