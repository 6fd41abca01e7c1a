"""The forecast of a pool in words, so that text, Markdown and the page say it alike."""

from __future__ import annotations

from datetime import datetime

from reconciler.model.pool_trends import Forecast
from reconciler.report import wording

HOW = (
    "Forecast: a straight line by the mean change a day of the last 90 days; 95 % of what such days lead to lies in its range. "
    "It knows of no purchases or campaigns to come."
)
CONTRACT = (
    "True Forward: an Enterprise Agreement charges for more than 120 % of what was bought (Webex Suite: 115 %), or what the "
    "files allow (*). Webex does not tell the kind of contract, so check yours."
)


def pace(found: Forecast) -> str:
    """The mean change, by day, or by month where it is little.

    `+1.2 a day`, `-0.9 a month`
    """
    return f"{found.per_day:+.1f} a day" if abs(found.per_day) >= 0.1 else f"{30 * found.per_day:+.1f} a month"


def evidence(found: Forecast) -> str:
    """What a forecast is made from: its days, and how many of them had a reading where not nearly all had."""
    days = wording.count(found.days, "day")
    return f"{days} of readings" if found.readings > 0.9 * found.days else f"{found.readings:,} readings in {days}"


def ahead(found: Forecast) -> str:
    """When a pool that has units left runs dry, and what that is known from.

    `Runs dry between 2026-12-03 and 2026-12-19, about 2026-12-09 (+1.2 a day; 30 days of readings).`
    """
    known = f"{pace(found)}; {evidence(found)}"
    if not found.trend:
        how = f"unchanged in {evidence(found)}" if not found.spread else f"no trend in {evidence(found)}"
        return f"{how[0].upper()}{how[1:]}{_earliest(found)}."
    if found.dry is None:
        return f"Lasts beyond {found.horizon}{_earliest(found)} ({known})."
    if found.dry_late is None:
        return f"Runs dry about {found.dry}, {found.dry_early} at the earliest, perhaps not before {found.horizon} ({known})."
    if found.dry_early == found.dry_late:
        return f"Runs dry on {found.dry} ({known})."
    return f"Runs dry between {found.dry_early} and {found.dry_late}, about {found.dry} ({known})."


def empty(since: datetime, first: datetime) -> str:
    """Since when no unit is left; `first` is the first reading that was looked at."""
    return f"No unit left since {since:%Y-%m-%d}{' or before' if since == first else ''}."


def _earliest(found: Forecast) -> str:
    return f"; may run dry from {found.dry_early} on" if found.dry_early else ""
