/**
 * The only file that knows koffi, which calls C functions. It is an optional dependency: without it everything
 * but embedded mode works.
 */

/** A function of a C library. Pointers are buffers, or what `allocate` and other functions give. */
export type Foreign = (...values: unknown[]) => unknown;

export interface ForeignLibrary {
  has(symbol: string): boolean;
  /** @param prototype C declaration, such as `int close(int)` */
  function(prototype: string): Foreign;
}

export interface ForeignFunctions {
  /** Functions of this process and of the C library. */
  own(): ForeignLibrary;
  /**
   * Its symbols become visible to libraries that are loaded later: C extensions of Python find the interpreter
   * so.
   *
   * @throws Error in the words of the dynamic linker
   */
  load(path: string): ForeignLibrary;
  /** Memory that stays for the life of the process, with these bytes in it. */
  allocate(bytes: Uint8Array): unknown;
}

/** @throws Error when koffi is not installed, or has no build for this platform */
export async function loadForeignFunctions(): Promise<ForeignFunctions> {
  // Not a literal: the compiler need not find it.
  const name: string = 'koffi';
  const koffi = ((await import(name)) as { default: Koffi }).default;
  return {
    own: () => library(koffi.load(null)),
    load: (path) => library(koffi.load(path, { global: true })),
    allocate(bytes) {
      const memory = koffi.alloc('uint8_t', bytes.length);
      koffi.encode(memory, koffi.array('uint8_t', bytes.length), [...bytes]);
      return memory;
    },
  };
}

function library(loaded: KoffiLibrary): ForeignLibrary {
  return {
    has(symbol) {
      try {
        loaded.func(`void ${symbol}()`);
        return true;
      } catch {
        return false;
      }
    },
    function: (prototype) => loaded.func(prototype),
  };
}

/** The part of koffi that is used here. */
interface Koffi {
  load(path: string | null, options?: { global?: boolean }): KoffiLibrary;
  alloc(type: string, length: number): unknown;
  array(type: string, length: number): unknown;
  encode(memory: unknown, type: unknown, value: number[]): void;
}

interface KoffiLibrary {
  func(prototype: string): Foreign;
}
