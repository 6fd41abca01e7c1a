"""Webex's documented license error codes in plain words, so that a refusal tells the reader what to do.

Source: the errors of `PATCH /licenses/users` in Webex's published specification (webex-api facts, section 1.3). There is
no documented code for "no units left" or "number in use": such refusals keep Webex's own message.
"""

from __future__ import annotations

from collections.abc import Sequence

WORDS: dict[int, str] = {
    400: "the location of the Calling license does not exist",
    400000: "Webex does not know this license id; run sync and plan again",
    400112: "Webex does not change Calling Professional to Standard by API",
    400118: "Messenger licenses cannot be managed by API",
    400216: "the site is not one where people can be attendees",
    400404: "Calling Professional and Calling Standard exclude each other",
    400406: "Calling Standard and Attendant Console exclude each other",
    400407: "Calling Standard and Customer Assist exclude each other",
    400408: "Attendant Console needs Calling Professional first",
    400410: "Webex does not change Customer Assist to Calling Standard by API",
    400411: "a Calling license needs a number or an extension, and a location",
    400413: "two of the licenses exclude each other",
    700003: "paid messaging needs Basic Messaging first",
    700004: "paid space meetings need Basic Space Meetings first",
    700005: "the meeting license needs Basic Messaging first",
    700006: "screen share comes with other licenses and cannot be removed",
}


def in_words(codes: Sequence[int]) -> str:
    """Every code with its meaning; a code nobody documented says so.

    >>> in_words([700006])
    'code 700006: screen share comes with other licenses and cannot be removed'
    """
    return "; ".join(f"code {code}: {WORDS.get(code, 'not documented by Webex')}" for code in codes)


def documented(codes: Sequence[int]) -> bool:
    """Whether Webex gave at least one code and all of them are known: an ordinary refusal, not a surprise."""
    return bool(codes) and all(code in WORDS for code in codes)
