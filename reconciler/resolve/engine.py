"""Runs the rules: once per key, and the wishing half once per kind of person."""

from __future__ import annotations

from reconciler.book.book import Book
from reconciler.model.expected import Answer, Key
from reconciler.resolve import HOLDS, SETTLING, WISHING
from reconciler.resolve.case import Case

_SETTLE = tuple(rule.act for rule in (*SETTLING, *HOLDS))
_WISH = tuple(rule.act for rule in WISHING)


class Resolver:
    """Answers keys against one book. The same key gives the same answer."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._wished: dict[tuple[object, ...], Case] = {}

    def answer(self, key: Key) -> Answer:
        """What the rules say about everybody with this key."""
        case = self._wish(key).settle(key)
        if case.hands_off:
            return Answer(selected=tuple(case.selected))
        for act in _SETTLE:
            act(case)
        return case.answer()

    def hands_off(self, key: Key) -> str:
        """Why nobody with this key is touched at all, or empty."""
        return self._wish(key).hands_off

    def _wish(self, key: Key) -> Case:
        who = (key.groups, key.site_admin_of, key.state, key.marks)
        case = self._wished.get(who)
        if case is None:
            case = self._wished[who] = Case(key, self._book)
            for act in _WISH:
                act(case)
        return case
