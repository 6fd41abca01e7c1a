"""The words of an explanation: rows of the retention table, guards and reasons, as an administrator would say them.

Each knows what ends the state it names, because that is the next question.
"""

from __future__ import annotations

from reconciler.model.desired import Organization
from reconciler.model.plan import Because

EXCEPTION = "exception:"

# Guard -> (why it keeps back, what ends that).
_GUARDS = {
    "asked-before": (
        "Webex did not do it the last time it was asked, and nothing has changed since",
        "wait, or change what Webex's reason names",
    ),
    "protected": ("the person stands under `guards.protected`", "take the address out of `guards.protected`"),
    "first-apply": (
        "the first apply only adds",
        "apply once, then the next plan takes it up; or set `guards.firstApply: all`",
    ),
    "group-missing": (
        "a group whose template gives it is gone or was suddenly emptied",
        "restore the group, take it out of the files, or write an Acknowledgement with `group:`",
    ),
    "group-incomplete": ("a group whose template gives it was read only in part", "sync again later"),
    "license-incomplete": ("Webex counts more holders of it than could be read", "sync again later"),
    "people-shrunk": ("far fewer people were read than before", "sync again when Webex is complete"),
    "irreversible": (
        "it would lose number, voicemail and settings for good, and no Acknowledgement covers it",
        "if it is meant, write an Acknowledgement (license, users, reason, until)",
    ),
}


def sources(because: tuple[Because, ...]) -> str:
    """The templates and exceptions behind reasons, with their places.

    >>> grant, denial = Because("grants-are-united", "sales", "sales.yaml:7"), Because("x", "exception:x", "x.yaml:1")
    >>> sources((grant, denial))
    'sales (sales.yaml:7), exception x (x.yaml:1)'
    """
    named = [placed(giver(b.template), b.source) for b in because if b.template]
    return ", ".join(dict.fromkeys(named)) or "nobody"


def giver(template: str) -> str:
    """A template or `exception:NAME` as people say it."""
    return f"exception {template.removeprefix(EXCEPTION)}" if template.startswith(EXCEPTION) else template


def placed(text: str, source: str | None) -> str:
    """Something with its place in the files."""
    return f"{text} ({source})" if source else text


def names(because: tuple[Because, ...]) -> str:
    """The templates and exceptions behind reasons, without places."""
    return ", ".join(dict.fromkeys(giver(b.template) for b in because if b.template)) or "a template"


def rules(because: tuple[Because, ...]) -> str:
    """Reasons in the rules' own words, with their places."""
    parts = []
    for reason in because:
        words = reason.rule.partition(": ")[2] or reason.rule.replace("-", " ")
        place = ", ".join(part for part in (giver(reason.template) if reason.template else "", reason.source) if part)
        parts.append(placed(words, place or None))
    return "; ".join(dict.fromkeys(parts))


def row(letter: str, because: tuple[Because, ...], organization: Organization) -> str:
    """Why the retention table decided so (RULES 4.2): what happened, then the policy that stands for it."""
    who, policy = names(because), organization.retention
    texts = {
        "a": f"{who} denies it",
        "b": f"the person is deactivated, and `deactivatedUsers` is `{organization.deactivated_users}`",
        "c": f"it is outside the defaults, and `retention.outsideDefaults` is `{policy.outside_defaults}`",
        "e": f"the template that gave it, {who}, speaks for the person no more, and `retention.groupChange` is "
        f"`{policy.group_change}`",
        "f": f"the files ended the template that gave it, {who}, and `retention.templateRemoval` is "
        f"`{policy.template_removal}`",
        "g": f"it came from {who}, which has ended, and `retention.exceptionEnd` is `{policy.exception_end}`",
        "h": f"it was given by hand or before this tool came, and `retention.manual` is `{policy.manual}`",
    }
    return texts[letter] if letter in texts and _plain(letter, because) else rules(because)


def _plain(letter: str, because: tuple[Because, ...]) -> bool:
    """Whether the row alone tells the whole reason: one claim, and for row h no template that has a say in it."""
    if letter in "eh" and not any(reason.template for reason in because):
        return letter == "h"
    return len(because) == 1 and letter != "h"


def release(letter: str, because: tuple[Because, ...], product: str) -> str:
    """Which change of the files would let go of what a row keeps."""
    deny = f"deny {product} to the person in a UserException"
    policies = {
        "b": "set `deactivatedUsers: remove`",
        "c": "set `retention.outsideDefaults: remove`",
        "d": f"set `preserveLicenses: false` in {names(because)}",
        "e": "set `retention.groupChange: remove`",
        "f": "set `retention.templateRemoval: remove`",
        "g": "set `retention.exceptionEnd: remove`",
        "h": "set `retention.manual: remove`",
    }
    found = policies.get(letter)
    if letter == "h" and any(reason.template for reason in because):
        found = None
    return f"to let it go: {found} for everybody, or {deny}" if found else f"to let it go: {deny}"


def held_back(guard: str) -> str:
    """Why a guard keeps an operation back."""
    return _GUARDS.get(guard, (f"the guard {guard} keeps it back", ""))[0]


def ends_hold(guard: str) -> tuple[str, ...]:
    """What ends the hold of a guard."""
    hint = _GUARDS.get(guard, ("", ""))[1]
    return (hint,) if hint else ()


def sentence(text: str) -> str:
    """With a capital and a full stop.

    >>> sentence("free the number")
    'Free the number.'
    """
    return text[:1].upper() + text[1:] + ("" if not text or text.endswith((".", "?", "!")) else ".")


def count(number: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many}"
