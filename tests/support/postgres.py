"""A PostgreSQL server of our own for tests: made in a temporary directory, gone with the test session.

Whatever PostgreSQL is installed is used, without touching a server that runs already. PostgreSQL refuses to run as root, so
root starts it as `nobody`. Where none is installed the tests that need it are skipped and say what to install; with
WEBEX_LICENSES_REQUIRE_POSTGRES=1 they fail instead, so that a check that never ran cannot pass for one that did.

Its language rules are those of English (ICU), as on many real servers: what sorts by them instead of by character shows.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from reconciler.store import Store

REQUIRE = "WEBEX_LICENSES_REQUIRE_POSTGRES"
USER, GUARDED, PASSWORD = "tester", "guarded", "right-Password"
"""One who needs no password, and one who does."""
_MISSING = "PostgreSQL is not installed (Debian and Ubuntu: apt-get install postgresql)"
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "autovacuum": "off",
    "max_wal_size": "256MB",
}
_EMPTY = """
DO $$ DECLARE item record; BEGIN
  FOR item IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %I', item.name);
  END LOOP;
  FOR item IN SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public' LOOP
    PERFORM setval(format('%I', item.name)::regclass, 1, false);
  END LOOP;
END $$
"""
_ICU_FROM = 15
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def binaries() -> Path | None:
    """Where initdb and postgres are; the newest version, if there are several."""
    there = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = there[-1] if there else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


class Server:
    """One server, reached through a socket in its own folder."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self._programs = folder, programs
        self._process: subprocess.Popen[bytes] | None = None
        self._names = 0
        self.free: list[str] = []
        self._other: dict[str, Any] = (
            {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
        )
        if self._other:
            shutil.chown(folder, "nobody", "nogroup")
        self._initialize()
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = [f"-c{name}={value}" for name, value in _SETTINGS.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self.folder / "data", "-k", self.folder, *settings],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent,
                **self._other,
            )
        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self._conninfo("postgres")).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise RuntimeError((self.folder / "log").read_text()[-3000:]) from None
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """End it at once, as `pg_ctl stop -m immediate` does: nothing is finished, nothing said goodbye."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(timeout=30)

    def stop(self) -> None:
        """End it; connections are cut."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=30)

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement outside of any transaction; returns its rows."""
        with psycopg.connect(self._conninfo(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def url(self, database: str, user: str = USER, password: str | None = None) -> str:
        """The store's URL of a database."""
        who = user if password is None else f"{user}:{password}"
        return f"postgresql+psycopg://{who}@/{database}?host={self.folder}"

    def empty(self) -> str:
        """The name of a new database with nothing in it."""
        return self._made("")

    def prepared(self) -> str:
        """The name of a new database with the current tables in it, none of which holds anything."""
        if not self.execute("SELECT 1 FROM pg_database WHERE datname = 'prepared'"):
            self.execute("CREATE DATABASE prepared")
            Store.open(self.url("prepared")).close()
        return self._made("TEMPLATE prepared")

    def cut(self, name: str) -> None:
        """Cut every connection to a database, as an administrator does."""
        others = f"datname = '{name}' AND pid <> pg_backend_pid()"
        self.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _made(self, options: str) -> str:
        self._names += 1
        name = f"test_{self._names}"
        self.execute(f"CREATE DATABASE {name} {options}")
        return name

    def _conninfo(self, database: str) -> str:
        return f"host={self.folder} user={USER} dbname={database}"

    def _initialize(self) -> None:
        version = subprocess.run([self._programs / "initdb", "--version"], check=True, capture_output=True, text=True)
        rules = ["--locale-provider=icu", "--icu-locale=en-US"] if _major(version.stdout) >= _ICU_FROM else []
        command: list[str | Path] = [
            self._programs / "initdb",
            "-D",
            self.folder / "data",
            "-U",
            USER,
            "--auth=trust",
            "--encoding=UTF8",
        ]
        done = subprocess.run(
            [*command, "--locale=C.UTF-8", "--no-sync", *rules],
            cwd=self.folder,
            capture_output=True,
            text=True,
            **self._other,
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        access = self.folder / "data" / "pg_hba.conf"
        access.write_text(f"local all {GUARDED} scram-sha-256\nlocal all {USER} trust\n")


def _major(version: str) -> int:
    """The 15 of `initdb (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`."""
    return int(version.split(")")[1].split()[0].split(".")[0])


def _die_with_parent() -> None:
    """A test session that is killed leaves no server behind."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


@contextmanager
def running_server() -> Iterator[Server]:
    """A server; the test is skipped where none is installed."""
    programs = binaries()
    if programs is None:
        if os.environ.get(REQUIRE):
            pytest.fail(f"{_MISSING}, and {REQUIRE} is set.")
        pytest.skip(_MISSING)
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    server = None
    try:
        server = Server(folder, programs)
        yield server
    finally:
        if server is not None:
            server.kill()  # in a hurry: there is nothing to keep
        shutil.rmtree(folder)


@contextmanager
def database_of(server: Server) -> Iterator[str]:
    """The URL of an empty store with the current tables. It is used again, emptied, which is ten times as fast."""
    name = server.free.pop() if server.free else server.prepared()
    yield server.url(name)
    server.execute(_EMPTY, name)
    server.free.append(name)


@contextmanager
def own_database(server: Server, *, empty: bool = False) -> Iterator[str]:
    """The URL of a database that a test may spoil; `empty` of tables, too."""
    name = server.empty() if empty else server.prepared()
    try:
        yield server.url(name)
    finally:
        server.drop(name)
