"""Every scenario, told by the real command under three orders of Python's sets: the same bytes, and the agreed ones.

`UPDATE_SCENARIOS=1 pytest tests/e2e/test_scenarios.py` writes expected.txt anew. Read the difference before you commit it:
a golden transcript that nobody read proves nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.scenario import END

ROOT = Path(__file__).parents[2]
CASES = sorted(
    folder for folder in Path(__file__).with_name("scenarios").iterdir() if (folder / "steps.yaml").is_file()
)
SEEDS = (0, 1, 4242)


class Teller:
    """A process with one PYTHONHASHSEED that tells any number of cases, each in a child of its own."""

    def __init__(self, seed: int, folder: Path) -> None:
        self._folder = folder / str(seed)
        self._folder.mkdir()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.scenario", "--many"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tell(self, case: Path) -> str:
        """The transcript of a case, and its plan files."""
        file = self._folder / case.name
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{case}\t{file}\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "told\n"
        told = file.read_text()
        assert END in told, told[-3000:]
        return told

    def end(self) -> None:
        """No more cases."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)


@pytest.fixture(scope="module")
def tellers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Teller]]:
    """One for each seed."""
    folder = tmp_path_factory.mktemp("told")
    started = [Teller(seed, folder) for seed in SEEDS]
    yield started
    for teller in started:
        teller.end()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_transcript_is_the_agreed_one(case: Path, tellers: list[Teller]) -> None:
    """The command says exactly what expected.txt says, and plan files are the same bytes, whatever PYTHONHASHSEED."""
    with ThreadPoolExecutor(1 if "PYTEST_XDIST_WORKER" in os.environ else 2) as pool:
        first, *others = pool.map(lambda teller: teller.tell(case), tellers)
    for seed, other in zip(SEEDS[1:], others, strict=True):
        assert other == first, f"PYTHONHASHSEED={seed} tells it differently"
    transcript = first.partition(END)[0]
    expected = case / "expected.txt"
    if os.environ.get("UPDATE_SCENARIOS"):
        expected.write_text(transcript)
    assert transcript == expected.read_text()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_case_says_what_it_promises(case: Path) -> None:
    """Whoever opens the folder learns in one paragraph what the case is for."""
    title, _, promise = (case / "about.md").read_text().partition("\n\n")
    assert title.startswith("# ")
    assert promise.strip().endswith(".")
