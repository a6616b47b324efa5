"""The modules of the runtime in one piece, compiled once for many processes and interpreters.

Python keeps what it has compiled beside the sources, where the user of a daemon cannot write as a rule: every
process and every sub-interpreter would compile the whole runtime anew. So the server has it done by one
interpreter of each kind, as the user of its daemons, and gives the result to each daemon as a descriptor.

Executed by itself, without the package: here while packing, and as the first part of what was packed.
"""

import sys

#: In the order in which they need each other; a module that is not here is imported from its source.
MODULES = (
    "compat", "descriptors", "frames", "leftovers", "lifeline", "control", "output", "body", "api", "journal", "response", "request",
    "connection", "import_failure", "scripts", "workers", "runtime", "interpreters", "interpreter_table", "gate", "process", "boot")


def pack(folder):
    """What ``__main__`` and ``interpreters`` read: ``sys.version``, a NUL, and marshal data.

    The data are the code of this module, and pairs of the name of a module and its code.
    """
    import marshal

    def compiled(name):
        path = "%s/%s.py" % (folder, name)
        with open(path, "rb") as file:
            return compile(file.read(), path, "exec", 0, True)

    parts = (compiled("compiled"), tuple((name, compiled(name)) for name in MODULES))
    return sys.version.encode("ascii") + b"\0" + marshal.dumps(parts)


def load(folder, modules, length):
    """Makes the package of what was packed. ``length`` of it all in bytes."""
    module_type = type(sys)
    package = module_type("venvhost_runtime")
    package.__path__ = [folder]
    package.__package__ = "venvhost_runtime"
    package.__file__ = folder + "/__init__.py"
    package.packed_length = length
    sys.modules["venvhost_runtime"] = package
    for name, code in modules:
        module = module_type("venvhost_runtime." + name)
        module.__package__ = "venvhost_runtime"
        module.__file__ = "%s/%s.py" % (folder, name)
        sys.modules[module.__name__] = module
        exec(code, module.__dict__)
        setattr(package, name, module)


if __name__ == "__main__":
    import binascii
    sys.stdout.write(binascii.b2a_base64(pack(__file__.rpartition("/")[0])).decode("ascii"))
