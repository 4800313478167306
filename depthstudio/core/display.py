"""Finds out whether a window can be opened, before Qt would end the process over it.

Standard library only: packaging/start.py imports this before anything is installed.
"""

import ctypes
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

ANSWER_S = 2.0


def has_display(environment: Mapping[str, str] = os.environ) -> bool:
    """Is there a screen to open a window on?

    On Linux the environment names it, and it must answer; Windows and macOS always have
    one. A Qt platform that needs no screen counts as one.
    """
    if not sys.platform.startswith("linux"):
        return True
    platform = environment.get("QT_QPA_PLATFORM", "")
    if platform and not platform.startswith(("xcb", "wayland")):
        return True
    return _wayland_answers(environment) or _x_answers(environment)


def named_display(environment: Mapping[str, str] = os.environ) -> str:
    """What the environment names as the display; "" where it names none."""
    return environment.get("WAYLAND_DISPLAY") or environment.get("DISPLAY") or ""


def _wayland_answers(environment: Mapping[str, str]) -> bool:
    name = environment.get("WAYLAND_DISPLAY")
    if not name:
        return False
    path = Path(environment.get("XDG_RUNTIME_DIR", ""), name)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(ANSWER_S)
        try:
            connection.connect(str(path))
        except OSError:
            return False
    return True


def _x_answers(environment: Mapping[str, str]) -> bool:
    """Connect as Qt will: only that tells whether we are let in, too."""
    name = environment.get("DISPLAY")
    if not name:
        return False
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # somebody else names the libraries that are missing
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = (ctypes.c_char_p, ctypes.c_void_p)
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = (ctypes.c_void_p,)
    connection = xcb.xcb_connect(os.fsencode(name), None)
    try:
        return xcb.xcb_connection_has_error(connection) == 0
    finally:
        xcb.xcb_disconnect(connection)
