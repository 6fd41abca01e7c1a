"""Every code of a finding or guard that the source can emit, read from the source: what docs/findings.md is held against.

A code is the literal that reaches a constructor (`Finding("code", ...)`), directly or through functions that hand a parameter
on. Where a code comes from a value instead, every literal of that module that looks like a code counts.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
CONSTRUCTORS = {
    "Finding": ("finding", 0, "code"),
    "GuardResult": ("guard", 0, "code"),
    "HeldBack": ("guard", 1, "guard"),
    "Held": ("guard", 3, "guard"),
    "Refused": ("finding", 1, "code"),
    "Satisfied": ("finding", 4, "code"),
    "Problem": ("finding", 0, "code"),
}
"""Class -> what its code is a code of, and where the code stands among the arguments."""


BY_VALUE = "reconciler/resolve/hold/"
"""Holds answer with the name of a guard, so every literal there counts."""


class Emitted(msgspec.Struct):
    """Code -> the places (`file:line`) that emit it; `guards` are the codes that stop or hold."""

    places: dict[str, set[str]] = msgspec.field(default_factory=dict)
    guards: set[str] = msgspec.field(default_factory=set)
    severities: dict[str, set[str]] = msgspec.field(default_factory=dict)
    """Code -> severities, where both are spelled in one call."""
    by_value: dict[str, set[int]] = msgspec.field(default_factory=dict)
    """File -> lines whose code is a value: there all literals of the file that look like codes count."""


class _Module(msgspec.Struct):
    path: str
    tree: ast.Module
    calls: list[tuple[ast.Call, tuple[ast.FunctionDef, ...]]]


def emitted() -> Emitted:
    """The codes of the whole package."""
    modules = [_read(path) for path in sorted((ROOT / "reconciler").rglob("*.py")) if "sandbox" not in path.parts]
    known: dict[tuple[str, str], tuple[str, int, str]] = {("", name): rule for name, rule in CONSTRUCTORS.items()}
    while True:
        result, more = Emitted(), dict[tuple[str, str], tuple[str, int, str]]()
        for module in modules:
            for call, functions in module.calls:
                _look(module, call, functions, known, result, more)
        if more.items() <= known.items():
            break
        known |= more
    for module in modules:
        if module.path in result.by_value or module.path.startswith(BY_VALUE):
            for text, line in _literals(module.tree):
                result.places.setdefault(text, set()).add(f"{module.path}:{line}")
    return result


def _read(path: Path) -> _Module:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return _Module(path.relative_to(ROOT).as_posix(), tree, list(_calls(tree, ())))


def _calls(
    node: ast.AST, inside: tuple[ast.FunctionDef, ...]
) -> Iterator[tuple[ast.Call, tuple[ast.FunctionDef, ...]]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child, inside
        yield from _calls(child, (*inside, child) if isinstance(child, ast.FunctionDef) else inside)


def _look(
    module: _Module,
    call: ast.Call,
    functions: tuple[ast.FunctionDef, ...],
    known: dict[tuple[str, str], tuple[str, int, str]],
    result: Emitted,
    more: dict[tuple[str, str], tuple[str, int, str]],
) -> None:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    rule = known.get((module.path, name)) or known.get(("", name))
    if rule is None:
        return
    kind, position, keyword = rule
    given = [item.value for item in call.keywords if item.arg == keyword]
    given += call.args[position : position + 1]
    if not given:  # the default, which is no code
        return
    for value in (_constant(module.tree, item) for item in _values(given[0])):
        place = f"{module.path}:{call.lineno}"
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            if CODE.fullmatch(value.value) or value.value.isalpha():
                for severity in _severities(name, call):
                    result.severities.setdefault(value.value, set()).add(severity)
                result.places.setdefault(value.value, set()).add(place)
                if kind == "guard":
                    result.guards.add(value.value)
            continue
        forwarder = _forwarder(value, functions)
        if forwarder is None:
            result.by_value.setdefault(module.path, set()).add(call.lineno)
        else:
            function, at = forwarder
            scope = module.path if function.name.startswith("_") else ""
            more[scope, function.name] = (kind, at, ast.unparse(value))


_SEVERITY = {"Finding": (1, ""), "finding": (4, "error")}
"""Where the severity of a finding stands, and what it is when left out."""


def _severities(name: str, call: ast.Call) -> list[str]:
    if name not in _SEVERITY:
        return []
    position, default = _SEVERITY[name]
    given = [item.value for item in call.keywords if item.arg == "severity"] + call.args[position : position + 1]
    if not given:
        return [default] if default else []
    found = [value.value for value in _values(given[0]) if isinstance(value, ast.Constant)]
    return [text for text in found if isinstance(text, str)]


def _constant(tree: ast.Module, value: ast.expr) -> ast.expr:
    """What a name of the module stands for, where it is assigned once at the top."""
    for node in tree.body if isinstance(value, ast.Name) else ():
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(target, ast.Name) and target.id == getattr(value, "id", "") for target in targets):
            return getattr(node, "value", None) or value
    return value


def _values(node: ast.expr) -> list[ast.expr]:
    return [*_values(node.body), *_values(node.orelse)] if isinstance(node, ast.IfExp) else [node]


def _forwarder(value: ast.expr, functions: tuple[ast.FunctionDef, ...]) -> tuple[ast.FunctionDef, int] | None:
    """The enclosing function that has `value` as a parameter, and its position among a call's arguments."""
    for function in reversed(functions):
        names = [item.arg for item in (*function.args.args, *function.args.kwonlyargs)]
        if isinstance(value, ast.Name) and value.id in names:
            if function.name == "__init__":
                return None
            return function, names.index(value.id) - (names[0] == "self")
    return None


def _literals(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Texts of a module that look like codes; docstrings are longer than that."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
            yield node.value, node.lineno
