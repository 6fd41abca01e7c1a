"""The templates as they were at the last completed apply, beside those of the files: what the files ended or renamed.

Without it, rows d, e and f of the retention table look alike: a template that does not speak for somebody any more was
edited, left or deleted. Source: RULES 4.2.
"""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.memory import RegisteredTemplate, Registry


class Register:
    """The register of the last completed apply, empty before the first. `groups`: ids of all groups its templates listed."""

    def __init__(self, registry: Registry | None, now: Iterable[RegisteredTemplate]) -> None:
        self._assignment = registry.assignment if registry else ""
        self.templates = {item.name: item for item in registry.templates} if registry else {}
        self.groups = frozenset(group for item in self.templates.values() for group in item.groups)
        self._renamed = _renamed(self.templates.values(), list(now))

    def name_now(self, name: str) -> str:
        """What a template is called now: one that kept its groups and grants under a new name was renamed."""
        return self._renamed.get(name, name)

    def name_before(self, name: str) -> str:
        """What a template of the files was called then."""
        return next((old for old, new in self._renamed.items() if new == name), name)

    def spoke_for(self, name: str, groups: frozenset[str]) -> bool:
        """Whether a template of the register, as files and mode were then, speaks for a member of `groups`."""
        item = self.templates[name]
        return speaks(self._assignment, item.kind, frozenset(item.groups), self.groups, groups)

    def granted(self, product: str, groups: frozenset[str]) -> bool:
        """Whether the files of then grant `product` (as text) to a member of `groups`."""
        return any(product in item.grants and self.spoke_for(name, groups) for name, item in self.templates.items())


def speaks(assignment: str, kind: str, own: frozenset[str], templated: frozenset[str], groups: frozenset[str]) -> bool:
    """Whether the mode has a template that lists the groups `own` speak for a member of `groups` (RULES 1.1)."""
    if kind == "group":
        return assignment != "organization" and bool(groups & own)
    return assignment == "organization" or (assignment == "groupsThenOrganization" and not groups & templated)


def _renamed(then: Iterable[RegisteredTemplate], now: list[RegisteredTemplate]) -> dict[str, str]:
    """Old name -> new name, where one template is gone and one is new, alike in all but their names."""
    then = list(then)
    old_names, new_names = {item.name for item in then}, {item.name for item in now}
    gone = [item for item in then if item.name not in new_names]
    new = [item for item in now if item.name not in old_names]
    pairs = [(old.name, fresh.name) for old in gone for fresh in new if _shape(old) == _shape(fresh)]
    olds, news = [old for old, _ in pairs], [fresh for _, fresh in pairs]
    return {old: fresh for old, fresh in pairs if olds.count(old) == 1 and news.count(fresh) == 1}


def _shape(item: RegisteredTemplate) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    return item.kind, item.groups, item.grants
