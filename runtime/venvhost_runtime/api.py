"""The modules ``mod_wsgi`` and ``apache`` that applications may import, and the events they may subscribe to."""

import os
import sys
import time

from .body import FileWrapper
from .compat import PY2, thread_ident
from .output import current_requests, print_exception

#: The version of mod_wsgi whose module and environ we give.
COMPATIBLE_VERSION = (6, 0, 5)


class RequestTimeout(BaseException):
    """A request took longer than request-timeout. Nothing raises it yet."""


class Api(object):
    """Events are told only when somebody listens (``Runtime.listeners``), so that they cost nothing otherwise."""

    def __init__(self, runtime):
        self._runtime = runtime
        self._started = time.time()
        self.module = self._mod_wsgi()

    def install(self):
        """Makes the modules importable. A package of the user's own called ``apache`` is found before ours."""
        sys.modules["mod_wsgi"] = self.module
        sys.meta_path.append(_ApacheFinder(self._apache()))

    # Events

    def request_started(self, request, application):
        environ = request.environ
        self.module.active_requests[request.id] = self._data(request)
        event = dict((key, environ.get("mod_wsgi." + key)) for key in (
            "thread_id", "server_pid", "request_start", "queue_start", "daemon_start", "application_start", "callable_object"))
        event.update(request_id=request.id, daemon_connects=0, daemon_restarts=0, application_object=application,
                     request_environ=environ, request_data=self._data(request))
        return self._publish("request_started", event)["application_object"]

    def response_started(self, request, status, headers, exc_info):
        self._publish("response_started", {
            "request_id": request.id, "response_status": status, "response_headers": headers,
            "exception_info": exc_info, "request_data": self._data(request)})

    def request_exception(self, request, exc_info):
        if self.module.event_callbacks:
            self._publish("request_exception", {
                "request_id": request.id, "exception_info": exc_info, "request_data": self._data(request)})

    def request_finished(self, request):
        environ = request.environ
        event = dict((key, environ.get("mod_wsgi." + key)) for key in (
            "thread_id", "server_pid", "request_start", "queue_start", "daemon_start", "application_start"))
        finished = time.time()
        response = request.response
        event.update(request_id=request.id, application_finish=finished,
                     application_time=finished - environ["mod_wsgi.application_start"],
                     output_length=response.sent, status=int(response.status[:3]) if response.status else 500,
                     request_data=self._data(request))
        self._publish("request_finished", event)
        self.module.active_requests.pop(request.id, None)

    def process_stopping(self, reason):
        event = {"shutdown_reason": reason}
        self._publish("process_stopping", event)
        self._publish("process_stopping", event, self.module.shutdown_callbacks)

    def _publish(self, name, event, callbacks=None):
        for callback in list(self.module.event_callbacks if callbacks is None else callbacks):
            try:
                answer = callback(name, **event)
                if isinstance(answer, dict):
                    event.update(answer)
            except BaseException:
                print_exception(sys.exc_info())
        return event

    def _data(self, request):
        if request.data is None:
            request.data = {}
        return request.data

    # The modules

    def _mod_wsgi(self):
        boot = self._runtime.boot
        module = type(sys)("mod_wsgi", "What venvhost tells an application about the process it runs in.")
        module.version = COMPATIBLE_VERSION
        module.process_group = boot["process_group"]
        module.application_group = boot["application_group"]
        module.maximum_processes = boot["processes"]
        module.threads_per_process = boot["threads"]
        module.FileWrapper = FileWrapper
        module.RequestTimeout = RequestTimeout
        module.event_callbacks = []
        module.shutdown_callbacks = []
        module.signal_callbacks = []
        module.active_requests = {}
        module.subscribe_events = _subscriber(module.event_callbacks)
        module.subscribe_shutdown = _subscriber(module.shutdown_callbacks)
        module.subscribe_signals = _subscriber(module.signal_callbacks)
        module.request_data = self._request_data
        module.process_metrics = self._process_metrics
        module.request_metrics = lambda: None
        module.server_metrics = lambda: None
        module.start_recording_metrics = lambda: None
        module.__path__ = _installed_package("mod_wsgi")
        if not PY2:
            module.__getattr__ = _lazy_attributes
        return module

    def _apache(self):
        boot = self._runtime.boot
        module = type(sys)("apache", "Where mod_wsgi would tell of Apache.")
        module.version = (2, 4, 62)
        module.description = "venvhost"
        module.build_date = ""
        module.mpm_name = "venvhost"
        module.maximum_processes = boot["processes"]
        module.threads_per_process = boot["threads"]
        return module

    def _request_data(self):
        request = current_requests.get(thread_ident())
        if request is None:
            raise RuntimeError("no active request for thread")
        return self._data(request)

    def _process_metrics(self):
        user, system = os.times()[:2]
        now = time.time()
        return {
            "pid": os.getpid(),
            "request_count": self._runtime.requests,
            "request_threads": self._runtime.boot["threads"],
            "active_requests": self._runtime.pool.running,
            "cpu_user_time": user,
            "cpu_system_time": system,
            "cpu_time": user + system,
            "restart_time": self._started,
            "current_time": now,
            "running_time": now - self._started,
        }


def _subscriber(callbacks):
    def subscribe(callback):
        callbacks.append(callback)
        return callback
    return subscribe


def _installed_package(name):
    """Folders of an installed package of this name, so that its submodules can still be imported."""
    folders = [os.path.join(folder, name) for folder in sys.path if folder]
    return [folder for folder in folders if os.path.isfile(os.path.join(folder, "__init__.py"))]


def _lazy_attributes(name):
    """``mod_wsgi.LogHandler`` needs ``logging``, which not every application imports."""
    if name != "LogHandler":
        raise AttributeError("module 'mod_wsgi' has no attribute %r" % name)
    import logging

    class LogHandler(logging.StreamHandler):
        """Writes records to the log of the server."""

        def __init__(self, level=logging.NOTSET):
            logging.StreamHandler.__init__(self, sys.stderr)
            self.setLevel(level)

    sys.modules["mod_wsgi"].LogHandler = LogHandler
    return LogHandler


class _ApacheFinder(object):
    """Last on ``sys.meta_path``: gives our module only where no other is found."""

    def __init__(self, module):
        self._module = module

    def find_spec(self, name, path=None, target=None):
        if name != "apache":
            return None
        from importlib.machinery import ModuleSpec
        return ModuleSpec(name, self)

    def find_module(self, name, path=None):
        return self if name == "apache" else None

    def create_module(self, spec):
        return self._module

    def exec_module(self, module):
        pass

    def load_module(self, name):
        sys.modules[name] = self._module
        return self._module
