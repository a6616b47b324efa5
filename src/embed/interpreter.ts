import type { Foreign, ForeignFunctions, ForeignLibrary } from './foreign.js';

/** A Python interpreter in this process, with the lock of the interpreter held by this thread until `release`. */
export interface Interpreter {
  /** Runs statements in `__main__`. @returns whether no exception came; its traceback is on fd 2 */
  run(code: string): boolean;
  /** Lets the threads of Python run. Nothing else may be called afterwards. */
  release(): SubInterpreters;
}

export interface SubInterpreters {
  /**
   * Makes a sub-interpreter and runs statements in its `__main__`, on this thread, which waits for the lock of
   * the interpreter.
   *
   * @returns whether that worked
   */
  add(code: string): boolean;
}

/**
 * Loads a libpython and initialises it as `program` would: a virtual environment is found from the path of its
 * `bin/python`. No signal handlers are installed. Where initialisation fails, Python before 3.14 ends the process.
 *
 * Once in a process: Python cannot be unloaded.
 *
 * @throws Error when the library cannot be loaded, or is no Python
 */
export function startInterpreter(
  foreign: ForeignFunctions,
  libraryPath: string,
  program: string,
): Interpreter {
  const library = foreign.load(libraryPath);
  if (!library.has('Py_InitializeEx')) throw new Error(`"${libraryPath}" is no Python library`);
  if (library.has('PyInitConfig_Create')) initialise(library, program);
  else initialiseBefore314(library, foreign, program);
  const run = library.function('int PyRun_SimpleString(const char *)');
  const save = library.function('void *PyEval_SaveThread()');
  return {
    run: (code) => run(code) === 0,
    release: () => subInterpreters(library, run, save),
  };
}

function subInterpreters(library: ForeignLibrary, run: Foreign, save: Foreign): SubInterpreters {
  const restore = library.function('void PyEval_RestoreThread(void *)');
  const create = library.function('void *Py_NewInterpreter()');
  const swap = library.function('void *PyThreadState_Swap(void *)');
  const main = save();
  return {
    add(code) {
      restore(main);
      const worked = create() !== null && run(code) === 0;
      swap(main);
      save();
      return worked;
    },
  };
}

/** Python keeps the pointer. */
function initialiseBefore314(
  library: ForeignLibrary,
  foreign: ForeignFunctions,
  program: string,
): void {
  const python2 = !library.has('PyUnicode_FromString');
  const text = python2 ? Buffer.from(`${program}\0`) : wideText(program);
  library.function('void Py_SetProgramName(void *)')(foreign.allocate(text));
  library.function('void Py_InitializeEx(int)')(0);
}

/** `wchar_t` of Unix: a code point in four bytes. */
function wideText(text: string): Buffer {
  const points = [...text, '\0'].map((character) => character.codePointAt(0) ?? 0);
  const bytes = Buffer.alloc(points.length * 4);
  for (const [index, point] of points.entries()) bytes.writeUInt32LE(point, index * 4);
  return bytes;
}

/** PEP 741. It begins with an isolated configuration: no signal handlers, nothing read from the environment. */
function initialise(library: ForeignLibrary, program: string): void {
  const config = library.function('void *PyInitConfig_Create()')();
  const setText = library.function(
    'int PyInitConfig_SetStr(void *config, const char *name, const char *value)',
  );
  const setNumber = library.function(
    'int PyInitConfig_SetInt(void *config, const char *name, int64_t value)',
  );
  const start = library.function('int Py_InitializeFromInitConfig(void *config)');
  const failed =
    setText(config, 'program_name', program) !== 0 ||
    setNumber(config, 'install_signal_handlers', 0) !== 0 ||
    // As in a daemon process, and as before 3.14.
    setNumber(config, 'use_environment', 1) !== 0 ||
    setNumber(config, 'user_site_directory', 1) !== 0 ||
    setNumber(config, 'configure_locale', 1) !== 0 ||
    start(config) !== 0;
  const reason = failed ? initialisationError(library, config) : '';
  library.function('void PyInitConfig_Free(void *config)')(config);
  if (failed) throw new Error(`Python cannot be initialised: ${reason}`);
}

function initialisationError(library: ForeignLibrary, config: unknown): string {
  const found: (string | null)[] = [null];
  library.function('int PyInitConfig_GetError(void *config, _Out_ const char **message)')(
    config,
    found,
  );
  return found[0] ?? 'it does not say why';
}
