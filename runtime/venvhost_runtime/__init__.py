"""The part of venvhost that runs inside a daemon process, on the interpreter of the application's environment.

Standard library only, and little of it: what is imported here is in the memory of every application.
Valid on Python 2.7 and on 3.6 and newer.

    compiled    the modules below in one piece, compiled once for many processes
    boot        reads what the supervisor says, sets up the process
    lifeline    no process outlives the supervisor
    process     the main interpreter: accepts gateways, starts sub-interpreters
    gate        who may send requests
    interpreters  a sub-interpreter, as the main interpreter sees it
    interpreter_table  all of them: made when they are asked for, ended when they are not
    leftovers   what is left in one that is to end
    runtime     one interpreter: watches the workers, obeys, ends
    workers     the threads: who reads, who runs the application
    connection  one gateway: frames in, frames out, credit
    journal     which requests were begun, in shared memory
    request     one request through the application
    response    start_response and what it checks
    body        wsgi.input and wsgi.file_wrapper
    scripts     loads WSGI scripts, sees that they changed
    single_interpreter  recognises packages that work in one interpreter only
    output      print, wsgi.errors and tracebacks on their way to the log
    embedded    the runtime as a part of a gateway process
    importing   imports one script and tells how it went, for `venvhost check --import`
    own_libraries  keeps C extensions away from what Node exports
    api         the modules ``mod_wsgi`` and ``apache`` for applications
"""

#: Bytes of compiled.py's at frames.COMPILED_FD that this package was made of; 0: it was imported from its sources.
packed_length = 0
