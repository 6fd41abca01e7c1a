"""The words of an explanation, whatever reasons, guards and numbers they are made of."""

from __future__ import annotations

import pytest

from reconciler.diff.explain import words
from reconciler.model.desired import Retention
from reconciler.model.plan import Because
from tests.support.desired import organization

SALES, OLD = (
    Because("grants-are-united", "sales", "s.yaml:1"),
    Because("exceptions-add-and-deny", "exception:old", "x.yaml:1"),
)
BARE = Because("free-licenses-stay: it costs nothing: really")


def test_who_gives_with_place_and_without() -> None:
    """Templates and exceptions, each once, in order; where none is behind a reason, that is said."""
    assert words.sources((SALES, BARE, OLD, SALES)) == "sales (s.yaml:1), exception old (x.yaml:1)"
    assert words.sources((BARE,)) == "nobody"
    assert words.names((SALES, BARE, OLD, SALES)) == "sales, exception old"
    assert words.names((BARE,)) == "a template"
    assert words.placed("sales", None) == "sales"


def test_reasons_in_the_rules_own_words() -> None:
    """What follows the name of the rule, else that name in words, with giver and place; each once."""
    assert words.rules((BARE,)) == "it costs nothing: really"
    assert words.rules((SALES, OLD, SALES)) == (
        "grants are united (sales, s.yaml:1); exceptions add and deny (exception old, x.yaml:1)"
    )
    assert words.rules((Because("x: why", None, "a.yaml:2"),)) == "why (a.yaml:2)"


CLAIM = Because("retention-decides-the-rest: its template went", "sales", "o.yaml:1")
HAND = Because("retention-decides-the-rest: by hand", None, "o.yaml:1")


@pytest.mark.parametrize(
    ("row", "because", "text"),
    [
        (
            "e",
            (CLAIM,),
            "the template that gave it, sales, speaks for the person no more, and `retention.groupChange` is `preserve`",
        ),
        ("e", (HAND,), "by hand (o.yaml:1)"),
        ("e", (CLAIM, HAND), "its template went (sales, o.yaml:1); by hand (o.yaml:1)"),
        ("h", (HAND,), "it was given by hand or before this tool came, and `retention.manual` is `remove`"),
        ("h", (HAND, BARE), "it was given by hand or before this tool came, and `retention.manual` is `remove`"),
        ("h", (CLAIM,), "its template went (sales, o.yaml:1)"),
        ("d", (CLAIM,), "its template went (sales, o.yaml:1)"),
        (
            "f",
            (CLAIM,),
            "the files ended the template that gave it, sales, and `retention.templateRemoval` is `preserve`",
        ),
        ("g", (OLD,), "it came from exception old, which has ended, and `retention.exceptionEnd` is `remove`"),
        ("a", (OLD,), "exception old denies it"),
        ("b", (HAND,), "the person is deactivated, and `deactivatedUsers` is `keep`"),
        ("c", (HAND,), "it is outside the defaults, and `retention.outsideDefaults` is `preserve`"),
        ("", (BARE,), "it costs nothing: really"),
    ],
)
def test_a_row_tells_what_happened_and_which_policy_stands_for_it(
    row: str, because: tuple[Because, ...], text: str
) -> None:
    """One plain reason is told with its policy; several, or one that says more, in the rules' own words."""
    assert words.row(row, because, organization(retention=Retention(manual="remove"))) == text


GUARDS = [
    "protected", "first-apply", "group-missing", "group-incomplete", "license-incomplete", "people-shrunk", "irreversible",
]  # fmt: skip


@pytest.mark.parametrize("guard", GUARDS)
def test_every_guard_has_words_and_an_end(guard: str) -> None:
    """Why it holds, in words rather than by its code, and what ends that."""
    assert guard not in words.held_back(guard).replace("guards.protected", "")
    (hint,) = words.ends_hold(guard)
    assert hint


def test_a_guard_without_words_is_named() -> None:
    """Nothing is invented about it."""
    assert words.held_back("new-guard") == "the guard new-guard keeps it back"
    assert words.ends_hold("new-guard") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [("", ""), ("x y", "X y."), ("x.", "X."), ("x?", "X?"), ("x!", "X!"), ("x. y", "X. y."), ("x:", "X:.")],
)
def test_a_sentence_ends_once(text: str, said: str) -> None:
    """A full stop where no other end is, and a capital."""
    assert words.sentence(text) == said


def test_numbers_with_their_nouns() -> None:
    """One is one; thousands are told apart."""
    assert words.count(1, "unit has", "units have") == "1 unit has"
    assert words.count(0, "unit has", "units have") == "0 units have"
    assert words.count(1200, "unit has", "units have") == "1,200 units have"
