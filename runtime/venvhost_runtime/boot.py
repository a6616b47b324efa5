"""From the first byte on the control connection to a process that takes requests."""

import errno
import os
import site
import sys

from . import frames, lifeline, packed_length
from .compat import PY2, _signal, thread_ident
from .control import MOMENT, Control
from .descriptors import open_socket, raised
from .output import flush_standard_streams, print_exception, replace_standard_streams
from .process import Process, open_listener
from .runtime import Runtime


def main():
    """Runs the daemon until it has to end; returns its exit status."""
    _close_foreign()
    control = Control(open_socket(frames.CONTROL_FD))
    lifeline.tie(raised(frames.LIFE_FD))
    boot, early = receive_boot(control)
    if boot is None:
        return 0
    try:
        check_identity(boot)
        set_up_process(boot)
        replace_standard_streams(control)
        set_up_paths(boot)
        boot["journal_fd"] = raised(frames.JOURNAL_FD)
        boot["compiled_fd"] = raised(frames.COMPILED_FD) if packed_length else None
        process = Process(boot, control, open_listener(frames.LISTEN_FD))
    except Exception as error:
        control.send(frames.CONTROL_BOOT_FAILED, {"text": str(error)})
        return 1
    process.api.install()
    _take_signals(process)
    if not process.open():
        # Another process serves on. Threads that the import started, and exit functions, are of no interest.
        flush_standard_streams()
        control.flush(MOMENT)
        os._exit(0)
    process.serve(early)
    # Whatever atexit callbacks and other threads of the application do, the process ends.
    _register(_signal.SIGALRM, _signal.SIG_DFL)
    _signal.alarm(max(1, int(boot["shutdown_timeout"])))
    process.await_interpreters()
    finish(process)
    if process.has_interpreters:
        # Ending interpreters whose threads still sleep would abort the process.
        run_exit_functions()
        os._exit(0)
    return 0


def _close_foreign():
    """What else the one who started the server had open is no business of an application."""
    try:
        numbers = [int(name) for name in os.listdir("/proc/self/fd")]
    except (OSError, ValueError):
        numbers = range(256)
    for fd in numbers:
        if fd > frames.COMPILED_FD:
            try:
                os.close(fd)
            except OSError:
                pass


def run_interpreter(fd):
    """Runs in a sub-interpreter until it has to end; ``fd`` is its control connection to the main one."""
    control = Control(open_socket(fd))
    boot, early = receive_boot(control)
    if boot.get("embedded"):
        from .own_libraries import prefer_own_libraries
        prefer_own_libraries()
    replace_standard_streams(control)
    set_up_paths(boot)
    runtime = SubRuntime(boot, control)
    runtime.api.install()
    restrict_signals(control)
    if runtime.preload([entry["script"] for entry in boot["preload"]]):
        control.send(frames.CONTROL_READY, {})
    runtime.serve(early)
    finish(runtime)
    run_exit_functions()
    runtime.pool.end()
    control.socket.close()


def finish(runtime):
    runtime.finish_sending()
    reason = _SHUTDOWN_REASONS.get("script-changed" if runtime.outdated else runtime.leaving, "shutdown_signal")
    runtime.api.process_stopping("" if runtime.embedded else reason)
    runtime.control.flush(MOMENT)
    _forget_importing_thread()


def _forget_importing_thread():
    """``threading`` takes the thread that imported it first for the main one; a worker never ends.

    Some Pythons from 3.9 to 3.12 would wait for it.
    """
    threading = sys.modules.get("threading")
    main_thread = getattr(threading, "_main_thread", None)
    locks = getattr(threading, "_shutdown_locks", None)
    if locks and main_thread is not None and main_thread.ident != thread_ident():
        locks.discard(getattr(main_thread, "_tstate_lock", None))


def run_exit_functions():
    """What the interpreter does at its end: non-daemon threads are waited for, then atexit callbacks are called."""
    try:
        if "threading" in sys.modules:
            sys.modules["threading"]._shutdown()
        import atexit
        atexit._run_exitfuncs()
    except BaseException:
        print_exception(sys.exc_info())


class SubRuntime(Runtime):
    """A runtime whose connections are handed to it by the main interpreter."""

    def explain_import(self, exc_info):
        from .single_interpreter import explain
        return explain(exc_info[1], exc_info[2])

    def obey(self, kind, values):
        if kind == frames.CONTROL_ADOPT:
            sock = open_socket(values["fd"])
            self.adopt(sock, values["region"])
        else:
            Runtime.obey(self, kind, values)


_register = _signal.signal

_SHUTDOWN_REASONS = {"script-changed": "script_reload", "maximum-requests": "maximum_requests"}


def receive_boot(control):
    """What Boot says, and the frames that came with it; None when the other side has gone."""
    received = control.receive()
    while received == []:
        received = control.receive()
    if received is None:
        return None, []
    return received[0][1], received[1:]


def check_identity(boot):
    """The supervisor has switched the user. An application must never run with more rights than it was given."""
    for what, wanted, found in (("user", boot["uid"], os.getuid()), ("group", boot["gid"], os.getgid())):
        if wanted is not None and wanted != found:
            raise RuntimeError("the process should run with %s id %d, but has %d" % (what, wanted, found))
    if boot["uid"]:
        try:
            os.setuid(0)
        except OSError as error:
            if error.errno == errno.EPERM:
                return
        raise RuntimeError("the process could become root again")


#: What Debian gives to Apache. Node has raised the soft limit to the hard one, which may be a million: code that
#: closes all possible descriptors would take long, and select() knows 1024. Applications may raise it again.
_OPEN_FILES = 8192


def _lower_open_files():
    try:
        import resource
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft == resource.RLIM_INFINITY or soft > _OPEN_FILES:
            resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, hard))
    except (ImportError, ValueError, OSError):
        pass


def set_up_process(boot):
    _lower_open_files()
    if boot["umask"] is not None:
        os.umask(boot["umask"])
    if boot["directory"] is not None:
        try:
            os.chdir(boot["directory"])
        except OSError as error:
            raise RuntimeError("the working folder %r cannot be entered: %s" % (boot["directory"], error.strerror))
    if boot["display_name"]:
        _set_process_name(boot["display_name"])
    if not PY2:
        import faulthandler
        faulthandler.enable(2)


def _set_process_name(name):
    """The short name that ``ps -o comm`` and ``top`` show; the long form stands in the arguments."""
    try:
        with open("/proc/self/comm", "w") as file:
            file.write(name[:15])
    except (IOError, OSError):
        pass


def set_up_paths(boot):
    """As mod_wsgi: each entry through ``site.addsitedir``, then all that is new to the front; ``home=`` before it."""
    sys.argv = ["mod_wsgi"]
    before = list(sys.path)
    for folder in boot["python_path"]:
        site.addsitedir(folder)
    added = [entry for entry in sys.path if entry not in before]
    sys.path[:] = added + before
    if boot["directory_on_path"]:
        sys.path.insert(0, boot["directory"])


def _take_signals(process):
    """They end the process in order, as they do in mod_wsgi; applications cannot change that."""
    def interrupt(number, frame):
        process.interrupt()

    for name in ("SIGTERM", "SIGINT", "SIGUSR1", "SIGXCPU"):
        _register(getattr(_signal, name), interrupt)
    process.pool.wake_by_signals()
    restrict_signals(process.control)


def restrict_signals(control):
    def restricted(number, handler):
        control.message("warn", "the application's handler for signal %d is ignored, the server handles signals" % number)
        return handler

    _signal.signal = restricted
