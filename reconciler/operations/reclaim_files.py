"""The YAML that frees seats: valid against the files' own schemas, grouped so that a reviewer reads reasons and not people.

An exception denies a product to named people; what is lost for good (Calling numbers) needs an Acknowledgement beside it.
Policies are keys for the Organization document that is there already, so they come as a fragment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import yaml

from reconciler.model.reclaim import ReclaimReason, Seat, Suggestion

_API = "webex-licenses/v1"
_ACKNOWLEDGED_FOR = timedelta(days=30)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

_WHY: Mapping[ReclaimReason, str] = {
    "deactivated": "Deactivated in Webex, and still holding the license, as of {day}",
    "neverSignedIn": "Never seen in Webex in {days} days and more, as of {day}",
    "inactive": "Not active in Webex for {days} days and more, as of {day}",
    "duplicate": "Holds the same license from two subscriptions, as of {day}",
}
_FILES: Mapping[ReclaimReason, str] = {
    "deactivated": "reclaim-deactivated",
    "neverSignedIn": "reclaim-never-signed-in",
    "inactive": "reclaim-inactive",
    "duplicate": "reclaim-duplicates",
}


class Files:
    """Makes the suggestions. `taken`: names of documents that the files have already. `days`: of inactivity."""

    def __init__(self, taken: Iterable[str], today: date, days: int) -> None:
        self._taken, self._today, self._days = set(taken), today, days

    def name_of(self, reason: ReclaimReason, *, whole: bool = True) -> str:
        """The name of the file with exceptions for a reason, or of the fragment for the Organization.

        With the day in it: what an earlier file denies is denied as long as that one is there.
        """
        return f"{_FILES[reason]}-{self._today}.yaml" if whole else f"{_FILES[reason]} (in the Organization)"

    def exceptions(self, reason: ReclaimReason, seats: Sequence[Seat]) -> Suggestion | None:
        """One file that denies every license of `seats` to its people; None without any."""
        if not seats:
            return None
        why = _WHY[reason].format(day=self._today, days=self._days)
        documents = []
        for (license, site), same in _by_license(seats).items():
            entry = {"license": license, "site": site} if site else {"license": license}
            name = self._name(_FILES[reason], license, site)
            documents.append(_document("UserException", name, {"users": _users(same), "deny": [entry], "reason": why}))
        documents += self._acknowledgements(_FILES[reason], seats, why)
        licenses = "1 license" if len(seats) == 1 else f"{len(seats):,} licenses"
        about = f"Denies {licenses} to the people who hold them; `guards.removals` limits how many go in a day."
        return Suggestion(self.name_of(reason), about, True, len(seats), _text(documents))

    def acknowledgements(self, reason: ReclaimReason, seats: Sequence[Seat]) -> Suggestion | None:
        """One file that permits what a policy takes for good; None where nothing is."""
        lost = [seat for seat in seats if seat.irreversible]
        if not lost:
            return None
        why = _WHY[reason].format(day=self._today, days=self._days)
        name = f"{_FILES[reason]}-acknowledged-{self._today}.yaml"
        number = "1 number" if len(lost) == 1 else f"{len(lost):,} numbers"
        about = f"Permits the loss of {number} with the Calling licenses that the policy takes."
        return Suggestion(name, about, True, len(lost), _text(self._acknowledgements(_FILES[reason], lost, why)))

    def setting(self, reason: ReclaimReason, seats: int, spec: Mapping[str, object], about: str) -> Suggestion:
        """Keys for `spec` of the Organization."""
        return Suggestion(self.name_of(reason, whole=False), about, False, seats, _dump({"spec": dict(spec)}))

    def _acknowledgements(self, front: str, seats: Sequence[Seat], why: str) -> list[dict[str, object]]:
        lost: dict[str, list[Seat]] = {}
        for seat in seats:
            if seat.irreversible:
                lost.setdefault(seat.license, []).append(seat)
        until = self._today + _ACKNOWLEDGED_FOR
        return [
            _document(
                "Acknowledgement",
                self._name(front, license, "numbers"),
                {"license": license, "users": _users(same), "reason": why, "until": until},
            )
            for license, same in sorted(lost.items())
        ]

    def _name(self, *parts: str | None) -> str:
        """A name that no document has yet."""
        plain = "-".join(filter(None, (re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") for part in parts if part)))
        name, again = plain, 1
        while name in self._taken:
            again += 1
            name = f"{plain}-{again}"
        self._taken.add(name)
        return name


def _by_license(seats: Iterable[Seat]) -> dict[tuple[str, str], list[Seat]]:
    found: dict[tuple[str, str], list[Seat]] = {}
    for seat in seats:
        found.setdefault((seat.license, seat.site_url or ""), []).append(seat)
    return dict(sorted(found.items()))


def _users(seats: Iterable[Seat]) -> list[str]:
    return sorted({seat.email for seat in seats})


def _document(kind: str, name: str, spec: dict[str, object]) -> dict[str, object]:
    return {"apiVersion": _API, "kind": kind, "metadata": {"name": name}, "spec": spec}


def _text(documents: Iterable[dict[str, object]]) -> str:
    return "---\n".join(map(_dump, documents))


def _dump(document: object) -> str:
    return str(
        yaml.dump(document, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=120, default_flow_style=False)
    )
