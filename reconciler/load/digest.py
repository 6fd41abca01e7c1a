"""The digest of the desired state: equal when, and only when, the files say the same (RULES 7.5).

It is taken over the built structs, so defaults written out, other spellings of an address, comments, and the order of
files, documents and keys do not count. Places do not count either, nor do acknowledgements: permitting a removal must not
make the plan stale that it was asked for. TemplateTests change no plan.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from reconciler.load.schema import API_VERSION
from reconciler.model import canonical
from reconciler.model.desired import Desired, Places, Source


def digest(desired: Desired) -> str:
    """`sha256:...` of what `desired` says."""
    return canonical.digest(
        {
            "apiVersion": API_VERSION,
            "organization": _plain(desired.organization),
            "templates": _plain(desired.templates),
            "exceptions": _plain(desired.exceptions),
            "callingAssignments": _plain(desired.calling_assignments),
        }
    )


def _plain(value: Any) -> Any:
    """`value` as JSON types without any `Source`."""
    if isinstance(value, msgspec.Struct):
        fields = ((name, getattr(value, name)) for name in value.__struct_fields__)
        return {name: _plain(part) for name, part in fields if not isinstance(part, Source | Places)}
    if isinstance(value, tuple):
        return [_plain(part) for part in value if not isinstance(part, Source)]
    if isinstance(value, frozenset):
        return sorted(_plain(part) for part in value)
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return value.isoformat() if isinstance(value, date) else value
