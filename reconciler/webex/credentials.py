"""The file that remembers a service app's newest tokens from one command to the next.

Webex may void a refresh token when it gives a new one, so whoever forgets the new one is locked out. That is why there is
a file at all, and why it is the only thing on disk that holds a secret: readable by its owner only, written whole or not at
all, by one process at a time. It is JSON:

    {"format": "webex-licenses credentials 1",
     "clients": {KEY: {"refresh_token", "refresh_until", "access_token", "until"}}}

KEY is a digest of the address, the client id and the refresh token that the environment named when the entry began. So many
clients, and one client in many organizations, share a file; and a refresh token that somebody puts into the environment
anew begins an entry of its own instead of being beaten by an older one. Nothing here speaks HTTP.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from pathlib import Path

import msgspec
from filelock import AsyncFileLock, Timeout

from reconciler.errors import WebexAuthError

FORMAT = "webex-licenses credentials 1"
LOCK_SECONDS = 120.0
"""How long to wait for another process that is getting a token; longer than it can take."""

_ROOM = 16 * 1024  # bytes beyond the present file: several entries more


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is remembered of one client. The moments are when each token ends, where Webex said so."""

    refresh_token: str
    refresh_until: datetime | None = None
    access_token: str | None = None
    until: datetime | None = None

    def __repr__(self) -> str:
        return f"Kept(refresh_until={self.refresh_until}, until={self.until})"


class _File(msgspec.Struct):
    format: str = FORMAT
    clients: dict[str, Kept] = {}


def key_of(base_url: str, client_id: str, refresh_token: str) -> str:
    """Which entry belongs to these settings.

    >>> key_of("https://webexapis.com/v1", "C1", "a") == key_of("https://webexapis.com/v1", "C1", "b")
    False
    """
    return hashlib.sha256("\0".join((base_url, client_id, refresh_token)).encode()).hexdigest()


class Credentials:
    """One such file, which need not be there yet. Every trouble with it is a WebexAuthError that names it."""

    def __init__(self, path: Path) -> None:
        # Replacing a link would cut off whoever put it there, so the file behind it is meant.
        self.path = path.expanduser().resolve()

    def read(self, key: str) -> Kept | None:
        """The entry, or None. Refuses a file that others may read, and one that is not of this format."""
        return self._read().clients.get(key)

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """Keep other processes out, so that no two ask for new tokens at once. The lock ends with the process."""
        self._make_folder()
        lock = AsyncFileLock(f"{self.path}.lock", timeout=LOCK_SECONDS, mode=0o600)
        try:
            await lock.acquire()
        except Timeout:
            raise WebexAuthError(
                f"Another process has been getting a new access token for {LOCK_SECONDS:.0f} s and holds {self.path}.lock",
                hint="Look for a webex-licenses that hangs, end it, and run this again.",
            ) from None
        except (OSError, NotImplementedError) as error:
            raise self._no_room(error) from None
        try:
            yield
        finally:
            await lock.release()

    @contextmanager
    def room(self) -> Iterator[Room]:
        """Make sure that there is a place for a new refresh token before the old one is used up. Needs the lock.

        WebexAuthError where the file could not be written: nothing has happened then, and the old one is as good as before.
        """
        try:
            for left in self.path.parent.glob(f".{self.path.name}.*.tmp"):
                left.unlink()  # of a process that was killed here: nobody else is in, for the lock is ours
            descriptor, name = tempfile.mkstemp(".tmp", f".{self.path.name}.", self.path.parent)
        except OSError as error:
            raise self._no_room(error) from None
        room = Room(self, descriptor, Path(name))
        try:
            try:
                room.fill(b" " * (self._size() + _ROOM))
            except OSError as error:
                raise self._no_room(error) from None
            yield room
        finally:
            room.close()

    def merged(self, key: str, kept: Kept, now: datetime) -> bytes:
        """The content of the file with this entry; entries whose refresh token has ended are left out."""
        clients = {
            name: entry
            for name, entry in self._read().clients.items()
            if entry.refresh_until is None or entry.refresh_until > now
        }
        return msgspec.json.format(msgspec.json.encode(_File(clients={**clients, key: kept}), order="sorted")) + b"\n"

    def _size(self) -> int:
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def _make_folder(self) -> None:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise self._no_room(error) from None

    def _read(self) -> _File:
        try:
            content = self._content()
        except FileNotFoundError:
            return _File()
        except OSError as error:
            raise WebexAuthError(
                f"The credentials file {self.path} cannot be read: {error.strerror or type(error).__name__}",
                hint="Name another place with WEBEX_LICENSES_CREDENTIALS, or give this user the file.",
            ) from None
        try:
            file = msgspec.json.decode(content, type=_File)
        except (ValueError, RecursionError):  # their texts may quote the file
            raise self._damaged("is damaged or no credentials file of webex-licenses") from None
        if file.format != FORMAT:
            raise self._damaged("is of another version of webex-licenses")
        return file

    def _content(self) -> bytes:
        with self.path.open("rb") as stream:
            mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
            # Refused and not mended in silence: whoever could read it may have done so, and its owner has to know.
            if os.name == "posix" and mode & 0o077:
                raise WebexAuthError(
                    f"Others on this machine can read or change the credentials file {self.path} (mode {mode:03o})",
                    hint=f"Run: chmod 600 {self.path}. If somebody may have read it, make a new refresh token first.",
                )
            return stream.read()

    def _damaged(self, what: str) -> WebexAuthError:
        return WebexAuthError(
            f"The credentials file {self.path} {what}",
            hint="Bring it back from a backup of today, or move it away and set WEBEX_REFRESH_TOKEN to a new refresh token.",
        )

    def _no_room(self, error: Exception) -> WebexAuthError:
        why = getattr(error, "strerror", None) or type(error).__name__
        return WebexAuthError(
            f"No new access token was asked for, because the credentials file {self.path} cannot be written: {why}",
            hint="Webex may void the refresh token in use when it gives a new one, which would then be lost. Make room, or "
            "name another place with WEBEX_LICENSES_CREDENTIALS. The refresh token is as good as before.",
        )


class Room:
    """A file beside the real one, already as large as it has to be, that takes its place at `keep`."""

    def __init__(self, credentials: Credentials, descriptor: int, path: Path) -> None:
        self._credentials, self._path = credentials, path
        self._stream = os.fdopen(descriptor, "wb", buffering=0)

    def fill(self, content: bytes) -> None:
        """Make this the content, on the disk itself. OSError."""
        self._stream.seek(0)
        done = 0
        while done < len(content):
            done += self._stream.write(content[done:])
        self._stream.truncate()
        os.fsync(self._stream.fileno())

    def keep(self, key: str, kept: Kept, now: datetime) -> None:
        """Store the entry for good. OSError, or WebexAuthError when the present file became unreadable meanwhile."""
        self.fill(self._credentials.merged(key, kept, now))
        self._stream.close()
        self._path.replace(self._credentials.path)
        with suppress(OSError):  # not every system has folders that can be opened; the content is safe already
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def close(self) -> None:
        """Leave nothing behind."""
        with suppress(OSError):
            self._stream.close()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
