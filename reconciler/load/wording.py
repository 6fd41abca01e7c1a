"""From jsonschema's errors to findings a person can act on: what is wrong in plain words, where, and what to write."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from reconciler.load.nodes import Document, Map, Path, Place, Seq, finding
from reconciler.load.schema import FormatTroubleError
from reconciler.load.secrets import shown
from reconciler.model.finding import Finding

_TYPES = {
    "object": "a mapping (`key: value` lines)",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "empty",
}
_TOKEN = re.compile(r"[^\s,\]}#]+")
Said = tuple[str, Place, str, str]


def schema_findings(document: Document, errors: Any) -> list[Finding]:
    """The findings for what jsonschema found, one a place and kind; places that already have an error are left out."""
    found: dict[tuple[Place, str], Finding] = {}
    for error in _telling(list(_leaves(errors))):
        for code, at, message, hint in _say(document, error):
            # A mapping begins where its first key does: trouble with that key must not hide what the mapping lacks.
            if (at not in document.troubled or code == "missing-key") and (at, code) not in found:
                found[at, code] = finding(code, document.source(at), message, hint)
    return list(found.values())


def _leaves(errors: Any) -> Iterator[Any]:
    """Of several shapes that would do, the errors of the one whose type the value has; everything else as it is."""
    for error in errors:
        if error.validator not in ("anyOf", "oneOf") or "errorMessage" in error.schema:
            yield error
            continue
        branches: dict[int, list[Any]] = {}
        for inner in error.context:
            branches.setdefault(inner.schema_path[0], []).append(inner)
        fitting = [
            inner
            for inner in branches.values()
            if not any(item.validator == "type" and not item.path for item in inner)
        ]
        yield from _leaves(fitting[0]) if fitting else (error,)


def _telling(errors: list[Any]) -> Iterator[Any]:
    """Without the errors that only follow from another one: a misspelt key also looks like a missing key."""
    misspelt: dict[int, set[str]] = {}
    for error in errors:
        if error.validator == "additionalProperties":
            allowed = list(error.schema.get("properties", {}))
            meant = {nearest(key, allowed) for key in error.instance if key not in allowed}
            misspelt.setdefault(id(error.instance), set()).update(meant)
    for error in errors:
        combination = error.validator != "additionalProperties" and "errorMessage" in error.schema
        if (
            combination
            and (id(error.instance) in misspelt or not isinstance(error.instance, Map))
            and error.validator != "not"
        ):
            continue
        if error.validator == "required" and set(error.validator_value) - set(error.instance) <= misspelt.get(
            id(error.instance), set()
        ):
            continue
        yield error


def nearest(word: str, choices: Collection[str]) -> str:
    """The choice most like `word`, or empty when none is like it."""
    folded = {choice.casefold(): choice for choice in sorted(choices)}
    close = difflib.get_close_matches(word.casefold(), sorted(folded), n=1, cutoff=0.55)
    return folded[close[0]] if close else ""


def listed(choices: Collection[str], last: str = "or") -> str:
    """`a`, `b` or `c`."""
    quoted = [f"`{choice}`" for choice in choices]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"


def _say(document: Document, error: Any) -> Iterator[Said]:
    path: Path = tuple(error.absolute_path)
    if error.validator in ("anyOf", "oneOf") and "errorMessage" not in error.schema:
        yield _no_branch(document, error)
        return
    if error.validator == "additionalProperties":
        yield from _unknown_keys(error)
        return
    if "propertyNames" in error.absolute_schema_path:
        owner = _node(document, path)
        at = owner.keys_at[error.instance] if isinstance(owner, Map) else document.place(path)
        subject = f"the key {shown(str(error.instance))}"
    else:
        at, subject = document.place(path), _subject(path)
        if error.validator == "required" and path and isinstance(path[-1], str):
            at = _node(document, path[:-1]).keys_at[path[-1]]
    if "errorMessage" in error.schema:
        yield ("wrong-value", at, error.schema["errorMessage"], "")
        return
    say = _SAYINGS.get(error.validator, _other)
    code, message, hint = say(document, error, at)
    yield (code, at, f"{subject} {message}", hint)


def _no_branch(document: Document, error: Any) -> Said:
    """The value has none of the types that would do."""
    types = list(dict.fromkeys(_TYPES[inner.validator_value] for inner in error.context if inner.validator == "type"))
    path: Path = tuple(error.absolute_path)
    at = document.place(path)
    message = f"{_subject(path)} must be {' or '.join(types)}, not {_type_of(error.instance)}"
    return ("wrong-type", at, message, _quote_hint(document, at, error.instance, types))


def _unknown_keys(error: Any) -> Iterator[Said]:
    allowed = list(error.schema.get("properties", {}))
    for key in error.instance:
        if key not in allowed:
            like = nearest(key, allowed)
            message = f"unknown key {shown(key)}" + (f"; did you mean `{like}`?" if like else "")
            yield ("unknown-key", error.instance.keys_at[key], message, f"allowed here: {', '.join(allowed)}")


def _subject(path: Path) -> str:
    if not path:
        return "the document"
    last = path[-1]
    if isinstance(last, str):
        return shown(last)
    names = [step for step in path if isinstance(step, str)]
    return f"an entry of {shown(names[-1])}" if names else "an entry"


def _type(document: Document, error: Any, at: Place) -> tuple[str, str, str]:
    wanted = _TYPES[error.validator_value] + _bounds(error.schema)
    hint = _quote_hint(document, at, error.instance, [_TYPES[error.validator_value]])
    if error.validator_value == "array" and isinstance(error.instance, str):
        hint = "begin each entry with `- `, or write [one, two]"
    return "wrong-type", f"must be {wanted}, not {_type_of(error.instance)}", hint


def _bounds(schema: Any) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f", from {low} to {high}"
    return f", at least {low}" if low is not None else ""


def _range(_: Document, error: Any, __: Place) -> tuple[str, str, str]:
    kind = _TYPES[error.schema["type"]]
    return "wrong-value", f"must be {kind}{_bounds(error.schema)}, not {error.instance}", ""


def _enum(document: Document, error: Any, at: Place) -> tuple[str, str, str]:
    choices = [str(choice) for choice in error.validator_value]
    value = shown(error.instance) if isinstance(error.instance, str) else _type_of(error.instance)
    like = nearest(str(error.instance), choices) if isinstance(error.instance, str) else ""
    hint = f"did you mean `{like}`?" if like else ""
    return "wrong-value", f"must be {listed(choices)}, not {value}", hint


def _required(_: Document, error: Any, __: Place) -> tuple[str, str, str]:
    missing = [key for key in error.validator_value if key not in error.instance]
    lacks = f"lacks the key {listed(missing)}" if len(missing) == 1 else f"lacks the keys {listed(missing, 'and')}"
    return "missing-key", lacks, ""


def _format(_: Document, error: Any, __: Place) -> tuple[str, str, str]:
    cause = error.cause
    if not isinstance(cause, FormatTroubleError):
        return "wrong-value", "is not well-formed", ""
    trouble = cause.trouble
    value = f", not {shown(error.instance)}" if trouble.message.startswith("must") else ""
    return "wrong-value", trouble.message + value, trouble.hint


def _pattern(_: Document, error: Any, __: Place) -> tuple[str, str, str]:
    return "wrong-value", error.schema.get("patternErrorMessage", f"must match {error.validator_value}"), ""


def _short(_: Document, error: Any, __: Place) -> tuple[str, str, str]:
    least = error.validator_value
    if isinstance(error.instance, str):
        return "wrong-value", "must not be empty", ""
    return "wrong-value", f"must have at least {least} {'entry' if least == 1 else 'entries'}", ""


def _long(_: Document, error: Any, __: Place) -> tuple[str, str, str]:
    return "wrong-value", f"must have at most {error.validator_value} entries", ""


def _unique(_: Document, __: Any, ___: Place) -> tuple[str, str, str]:
    return "wrong-value", "lists an entry twice", "delete one of the two"


def _other(_: Document, error: Any, __: Place) -> tuple[str, str, str]:
    return (
        "wrong-value",
        f"breaks the schema ({error.validator})",
        "see the description in the JSON Schema of this kind",
    )


_SAYINGS: dict[str, Callable[[Document, Any, Place], tuple[str, str, str]]] = {
    "type": _type,
    "minimum": _range,
    "maximum": _range,
    "enum": _enum,
    "required": _required,
    "format": _format,
    "pattern": _pattern,
    "minLength": _short,
    "minItems": _short,
    "maxItems": _long,
    "uniqueItems": _unique,
}


def _type_of(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return "a number" if isinstance(value, int) else str(value)
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "a mapping"


def _quote_hint(document: Document, at: Place, value: Any, wanted: Collection[str]) -> str:
    """Where text is wanted and a number or a word such as true stands: the same in quotes, as it stands in the file."""
    if "text" not in wanted or value is None or isinstance(value, str | list | dict):
        return ""
    lines = document.file.text.split("\n")
    match = _TOKEN.match(lines[at[0] - 1], at[1] - 1) if at[0] <= len(lines) else None
    return f'write "{match[0]}"' if match else ""


def _node(document: Document, path: Path) -> Any:
    node = document.root
    for step in path:
        if not isinstance(node, Map | Seq):
            return None
        node = node[step]  # type: ignore[index]
    return node
