"""The rules of capacity as a table."""

from __future__ import annotations

import ast
import pkgutil
from pathlib import Path

from reconciler.resolve import capacity
from reconciler.resolve.capacity import CAPACITY, engine

APART = {"engine", "units"}
CLAIMS = {rule.claim.replace("-", "_") for rule in CAPACITY}


def _imports(file: Path) -> set[str]:
    """The modules of the package that a file imports as such."""
    nodes = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ImportFrom)]
    return {item.name for node in nodes if node.module == "reconciler.resolve.capacity" for item in node.names}


def test_every_rule_is_listed_once_and_named_by_its_file() -> None:
    """Each file with a claim is in the table under that claim, and the table names nothing else."""
    assert sorted(CLAIMS) == sorted({item.name for item in pkgutil.iter_modules(capacity.__path__)} - APART)
    assert len(CAPACITY) == len(CLAIMS)


def test_the_engine_asks_every_rule() -> None:
    """No rule stands in the table without a say: the engine reaches each one."""
    folder, todo, reached = Path(capacity.__path__[0]), [Path(engine.__file__)], set[str]()
    while todo:
        for name in _imports(todo.pop()) - reached:
            reached.add(name)
            todo.append(folder / f"{name}.py")
    assert reached == CLAIMS
