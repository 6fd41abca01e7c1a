"""A terminal for tests: a command runs on a pty, and what it wrote becomes the screen that a person sees."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PIECES = re.compile(r"\x1b\[([?0-9;]*)([A-Za-z])|([\r\n])|([^\x1b\r\n]+)")


class Terminal:
    """One command on a terminal of its own. `written` is all that it wrote so far."""

    def __init__(self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], columns: int = 100) -> None:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self._fd, self.written = ours, ""
        self.process = subprocess.Popen(
            command, cwd=cwd, env=dict(env), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(theirs)

    def until(self, met: Callable[[str], bool], *, seconds: float = 30) -> None:
        """Read until what was written is so."""
        deadline = time.monotonic() + seconds
        while not met(self.written):
            assert time.monotonic() < deadline, f"it never came to that: {self.written!r}"
            assert self._read() or met(self.written), f"it ended before that: {self.written!r}"

    def type(self, keys: bytes) -> None:
        """Press keys; Ctrl-C is b"\\x03"."""
        os.write(self._fd, keys)

    def ended(self) -> int:
        """The exit code, when the command has ended and everything is read."""
        while self._read():
            pass
        os.close(self._fd)
        return self.process.wait(timeout=30)

    def screen(self) -> list[str]:
        """What is to be seen, without the empty lines at the end."""
        return screen(self.written)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._fd], [], [], 30)
        assert ready, f"silence: {self.written!r}"
        try:
            data = os.read(self._fd, 65536)
        except OSError:  # the other end is closed
            return False
        self.written += data.decode(errors="replace")
        return bool(data)


def screen(written: str) -> list[str]:
    """The lines that these characters leave on a screen that is wide and high enough, cursor movements carried out."""
    lines, row, column = [""], 0, 0
    for numbers, letter, control, text in _PIECES.findall(written):
        if control == "\r":
            column = 0
        elif control == "\n":
            row, column = row + 1, 0
        elif letter == "A":
            row -= int(numbers or 1)
        elif letter == "K":
            lines[row] = "" if numbers == "2" else lines[row][:column]
        elif text:
            lines[row] = lines[row].ljust(column)[:column] + text + lines[row][column + len(text) :]
            column += len(text)
        else:
            assert letter in "mhl", f"a sequence that this terminal does not know: {numbers}{letter}"
        lines += [""] * (row + 1 - len(lines))
    return "\n".join(line.rstrip() for line in lines).rstrip("\n").split("\n")


def cursor_visible(written: str) -> bool:
    """Whether the last word about the cursor was to show it."""
    return written.rfind("\x1b[?25l") <= written.rfind("\x1b[?25h")
