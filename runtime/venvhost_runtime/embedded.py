"""Embedded mode: the runtime as a part of a gateway process, which has libpython loaded.

The same runtime as in a daemon, with the gateway in the place of the supervisor. The process, its signals, its
folder and its end belong to the gateway.
"""

import sys

from . import frames
from .boot import (
    finish, receive_boot, restrict_signals, run_exit_functions, run_interpreter, set_up_paths)
from .compat import PY2, set_close_on_exec, start_new_thread
from .control import Control
from .descriptors import open_socket
from .output import print_exception, replace_standard_streams
from .own_libraries import prefer_own_libraries
from .process import Process, open_listener


#: The gateway has opened fewer files than this when Python starts in it.
_HIGHEST_FD = 256


def start(control_fd):
    """Returns at once; a thread of its own serves."""
    _keep_from_children()
    # What the application sees as the main module is empty.
    sys.modules["__main__"] = type(sys)("__main__")
    start_new_thread(_run, (control_fd,))


def start_interpreter(fd):
    """Called in a sub-interpreter that the gateway has made. Returns at once."""
    sys.modules["__main__"] = type(sys)("__main__")
    start_new_thread(run_interpreter, (fd,))


def _keep_from_children():
    """A process that the application starts must not hold the ports and logs of the server.

    Node has kept all from children, the standard streams too: those are what every program expects.
    """
    for fd in range(_HIGHEST_FD):
        try:
            set_close_on_exec(fd, fd > 2)
        except (IOError, OSError):
            pass


def _run(fd):
    control = Control(open_socket(fd))
    try:
        boot, early = receive_boot(control)
        if boot is not None:
            _serve(boot, early, control)
    except Exception as error:
        print_exception(sys.exc_info())
        control.send(frames.CONTROL_BOOT_FAILED, {"text": "embedded mode ended: %s" % error})
    finally:
        # Tells the gateway that nothing runs here any more.
        control.socket.close()


def _serve(boot, early, control):
    prefer_own_libraries()
    if not PY2:
        import faulthandler
        # The thread that crashed alone: of what a gateway wrote, its last lines are told.
        faulthandler.enable(2, False)
    replace_standard_streams(control)
    set_up_paths(boot)
    process = Process(boot, control, open_listener(boot["listen_fd"]))
    process.api.install()
    restrict_signals(control)
    process.open()
    process.serve(early)
    process.await_interpreters()
    finish(process)
    run_exit_functions()
