"""Every scenario, told by the real command under three orders of Python's sets: the same bytes, and the agreed ones.

`UPDATE_SCENARIOS=1 pytest tests/e2e/test_scenarios.py` writes expected.txt anew. Read the difference before you commit it:
a golden transcript that nobody read proves nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.scenario import END

ROOT = Path(__file__).parents[2]
CASES = sorted(
    folder for folder in Path(__file__).with_name("scenarios").iterdir() if (folder / "steps.yaml").is_file()
)
SEEDS = (0, 1, 4242)
_AT_ONCE = 1 if "PYTEST_XDIST_WORKER" in os.environ else 2


def told(case: Path, seed: int) -> str:
    """The transcript of a case, and its plan files, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.scenario", str(case)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_transcript_is_the_agreed_one(case: Path) -> None:
    """The command says exactly what expected.txt says, and plan files are the same bytes, whatever PYTHONHASHSEED."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        first, *others = pool.map(lambda seed: told(case, seed), SEEDS)
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
