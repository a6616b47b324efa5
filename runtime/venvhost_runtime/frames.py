"""The frames of src/protocol/frames.ts and control.ts, in Python's words. A test compares the constants."""

import marshal
from struct import Struct

PROTOCOL_VERSION = 3
HEADER_LENGTH = 8
MAXIMUM_PAYLOAD = 16 * 1024 * 1024
MAXIMUM_HEAD = 256 * 1024
SECRET_LENGTH = 64
INITIAL_WINDOW = 256 * 1024
MAXIMUM_DATA = 64 * 1024

HELLO = 1
WELCOME = 2
REQUEST = 3
REQUEST_WITH_BODY = 4
DATA = 5
END = 6
ABORT = 7
CREDIT = 8
RESPONSE = 9
HEAD = 10
FAILED = 11
REFUSED = 12
GO_AWAY = 13
ENVIRON = 14
OUTDATED = 15
HALF_CLOSED = 16
CURRENT = 17
LACKS = 18

FAILURE_RAISED = 1
FAILURE_IMPORT = 2
FAILURE_CALLABLE = 3
FAILURE_MISSING = 4
FAILURE_FOREIGN = 5
FAILURE_GONE = 6

CONTROL_BOOT = 32
CONTROL_STOP = 33
CONTROL_ADOPT = 34
CONTROL_TRIED = 35
CONTROL_READY = 48
CONTROL_LOG = 49
CONTROL_MESSAGE = 50
CONTROL_LEAVING = 51
CONTROL_BOOT_FAILED = 52
CONTROL_RELEASED = 53
CONTROL_INTERPRET = 54
CONTROL_LOADED = 55
CONTROL_OUTDATED = 56
CONTROL_LOADING = 57
CONTROL_IMPORT_FAILED = 58

CONTROL_FD = 3
LISTEN_FD = 4
JOURNAL_FD = 5
LIFE_FD = 6
COMPILED_FD = 7

header = Struct("<II")
word = Struct("<I")
#: the header of a Response frame and the length of its head
response_header = Struct("<III")
welcome = Struct("<III")
#: struct ucred of Linux: pid, uid, gid
credentials = Struct("III")


def frame(kind, stream, payload=b""):
    """One whole frame as bytes."""
    return header.pack(len(payload), stream << 8 | kind) + payload


def control_frame(kind, values):
    """A control frame; its payload is one dict. Format 0 of marshal is the same in every Python."""
    return frame(kind, 0, marshal.dumps(values, 0))
