"""Embedded mode on Linux: C extensions find functions in the libraries that they were linked with.

Node exports the OpenSSL and the zlib that are part of it, and the dynamic linker looks into the program first:
libssl would take half of its functions from Node's OpenSSL of another version. ``RTLD_DEEPBIND`` turns the order
around for what is loaded from now on. C++ extensions are loaded without it: Node has copies of a few variables
of the C++ library, such as ``std::cout``, and only the copies are set up.
"""

import os
import sys

from .compat import PY2


def prefer_own_libraries():
    """Once in each interpreter."""
    deep = getattr(os, "RTLD_DEEPBIND", 8 if PY2 and sys.platform.startswith("linux") else 0)
    if not deep:
        return
    usual = sys.getdlopenflags()
    sys.setdlopenflags(usual | deep)
    if not PY2:
        _except_cplusplus(usual, usual | deep)


def _except_cplusplus(usual, deep):
    loader = sys.modules["_frozen_importlib_external"].ExtensionFileLoader
    create = loader.create_module

    def create_module(self, spec):
        if not _is_cplusplus(spec.origin):
            return create(self, spec)
        sys.setdlopenflags(usual)
        try:
            return create(self, spec)
        finally:
            sys.setdlopenflags(deep)

    loader.create_module = create_module


def _is_cplusplus(path):
    """Whether the name of the C++ library stands in the file, as it does where that is needed."""
    try:
        with open(path, "rb") as file:
            rest = b""
            while True:
                block = file.read(1024 * 1024)
                if not block:
                    return False
                if b"libstdc++.so" in rest + block or b"libc++.so" in rest + block:
                    return True
                rest = block[-16:]
    except (IOError, OSError, TypeError):
        return False
