"""Started by the supervisor as a file, with the interpreter of the application's environment."""

import sys


def _run():
    # The folder of this file must not shadow a module of the user: only the package itself is made known.
    folder = sys.path.pop(0)
    sys.path.insert(0, folder.rpartition("/")[0])
    from venvhost_runtime import boot
    del sys.path[0]
    # What the application sees as the main module is empty, as in an embedded interpreter.
    sys.modules["__main__"] = type(sys)("__main__")
    return boot.main()


if __name__ == "__main__":
    _main_module = sys.modules["__main__"]
    sys.exit(_run())
