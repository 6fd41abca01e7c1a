"""A notice as a message: short, counts first, and never longer than a Webex message may be.

Webex takes 7,439 bytes of Markdown. The JSON of the webhook is the notice itself with a `text`, which chat systems' incoming
webhooks show as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from reconciler.model.notice import DryPool, Matter, Notice
from reconciler.report import wording
from reconciler.report.markdown import escape

LIMIT = 7_000
"""Bytes of a message."""
_SHOWN = 20
_NAMES = 10
_CLEAR = "What was told before is over."
_Shown = Callable[[str], str]


def body(notice: Notice) -> bytes:
    """The JSON of a webhook: the notice, and the message as plain `text`."""
    return msgspec.json.encode(
        {**msgspec.to_builtins(notice), "text": _limited(_lines(notice, wording.clean, "*", ""))}
    )


def markdown_text(notice: Notice) -> str:
    """The message as Markdown; nothing from outside becomes markup or a mention."""
    return _limited(_lines(notice, escape, "-", "**"))


def _lines(notice: Notice, shown: _Shown, bullet: str, strong: str) -> Iterator[str]:
    yield f"{strong}{shown(notice.summary)}{strong}"
    if notice.quiet:
        yield _CLEAR
    titles: tuple[tuple[str, Sequence[Matter]], ...] = (
        ("Waiting", notice.waiting),
        ("Blocked", notice.blocked),
        ("Drift", notice.drift),
    )
    for title, matters in titles:
        if matters:
            yield f"\n{strong}{title}{strong}"
            yield from _matters(matters, shown, bullet)
    if notice.pools:
        yield f"\n{strong}Running dry{strong}"
        yield from _pools(notice.pools, shown, bullet)


def _matters(matters: Sequence[Matter], shown: _Shown, bullet: str) -> Iterator[str]:
    for item in matters[:_SHOWN]:
        names = f" ({shown(wording.some(item.names, _NAMES))})" if item.names else ""
        people = f": {wording.count(item.people, 'person', 'people')}{names}" if item.people else ""
        yield f"{bullet} {shown(item.what)}{people}"
    yield from _more(len(matters), bullet)


def _pools(pools: Sequence[DryPool], shown: _Shown, bullet: str) -> Iterator[str]:
    for pool in pools[:_SHOWN]:
        label = shown(wording.license_label(pool.license, pool.site, pool.subscription))
        yield f"{bullet} {label}: {pool.consumed:,} of {pool.total:,} consumed, {pool.available:,} available"
    yield from _more(len(pools), bullet)


def _more(number: int, bullet: str) -> Iterator[str]:
    if number > _SHOWN:
        yield f"{bullet} and {number - _SHOWN:,} more"


def _limited(lines: Iterable[str]) -> str:
    """As many whole lines as fit, and how many do not."""
    everything = list(lines)
    size = 0
    kept: list[str] = []
    for line in everything:
        size += len(line.encode()) + 1
        if size > LIMIT - 60:
            kept.append(f"... and {len(everything) - len(kept):,} more lines.")
            break
        kept.append(line)
    return "\n".join(kept)
