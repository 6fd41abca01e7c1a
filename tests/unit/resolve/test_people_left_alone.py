"""RULES 1.5, 1.6: whom templates never speak for."""

from __future__ import annotations

import pytest

from reconciler.model.desired import Retention
from reconciler.model.live import State
from tests.support.desired import changes, codes, desired, everyone, exception, managed, organization, plan
from tests.support.live import MSG, PRO, RTT, SUITE, Someone

TAKE_ALL = Retention("remove", "removeAll", "remove", "remove", "remove")
STRICT = organization(retention=TAKE_ALL, manage=managed("Webex Meetings Suite", "Basic Messaging"))


@pytest.mark.parametrize("state", ["machine", "external"])
def test_outsiders(state: State) -> None:
    """Bots, apps and people of other organizations neither get nor lose anything, not even what is denied to them."""
    bot = Someone("bot@acme.example", state=state, holds=(SUITE.id,))
    files = desired(
        STRICT, everyone("Real-Time Translations"), exception("x", bot.email, deny=["Webex Meetings Suite"])
    )
    assert changes(plan(files, bot)) == []


def test_pending_people_are_licensed_and_a_note_says_when_services_start() -> None:
    """Somebody whose invitation is pending is licensed as usual; a note says that services start at first sign-in."""
    found = plan(
        desired(organization(), everyone("Real-Time Translations")), Someone("p@acme.example", state="pending")
    )
    assert changes(found) == ["+ Real-Time Translations"]
    assert "pending-people" in codes(found)


def test_exempt_people_keep_and_get_nothing() -> None:
    """An exempt person neither loses nor gets anything, whatever templates and other exceptions say."""
    ann = Someone("ann@acme.example", holds=(SUITE.id,))
    files = desired(
        STRICT,
        everyone("Real-Time Translations"),
        exception("a", ann.email, deny=["Webex Meetings Suite"], add=["Contact Center Premium Agent"]),
        exception("b", ann.email, exempt=True),
    )
    assert changes(plan(files, ann)) == []


def test_exemption_is_personal() -> None:
    """An exemption covers the people it names and nobody else."""
    files = desired(organization(), everyone("Real-Time Translations"), exception("b", "ann@acme.example", exempt=True))
    found = plan(files, Someone("ann@acme.example"), Someone("bob@acme.example"))
    assert changes(found, "ann@acme.example") == []
    assert changes(found, "bob@acme.example") == ["+ Real-Time Translations"]


def test_exceptions_find_people_by_every_address() -> None:
    """An exception that names a second address, in other letters, finds the person."""
    files = desired(
        organization(), everyone("Real-Time Translations"), exception("b", "ann.b@acme.example", exempt=True)
    )
    found = plan(files, Someone("ann@acme.example", other_emails=("Ann.B@Acme.Example",)))
    assert changes(found) == []


def test_unknown_address_is_a_warning() -> None:
    """An exception for an address that nobody has is a warning, not an error."""
    files = desired(
        organization(), everyone("Real-Time Translations"), exception("b", "gone@acme.example", exempt=True)
    )
    found = plan(files, Someone("ann@acme.example"))
    assert changes(found) == ["+ Real-Time Translations"]
    assert "unknown-person" in codes(found)


GONE = Someone(
    "gone@acme.example", state="deactivated", holds=(SUITE.id, RTT.id, MSG.id), given={RTT.id: ("template:everyone",)}
)


def test_deactivated_people_keep_everything_by_default() -> None:
    """A deactivated person keeps what they hold and gets nothing, by default."""
    files = desired(STRICT, everyone("Real-Time Translations", "Contact Center Premium Agent"))
    assert changes(plan(files, GONE)) == []


def test_deactivated_people_lose_declared_products_of_any_origin() -> None:
    """With `remove`, a deactivated person loses declared paid products whatever their origin; free licenses stay."""
    org = organization(deactivated_users="remove", manage=managed("Webex Meetings Suite", "Basic Messaging"))
    found = plan(desired(org, everyone("Real-Time Translations")), GONE)
    assert changes(found) == ["- Real-Time Translations", "- Webex Meetings Suite @ acme.webex.com"]
    assert found.plan.changes[0].licenses[0].cause == "deactivated"
    assert not any(op.license == "Basic Messaging" for op in found.plan.changes[0].licenses)


def test_deactivated_people_keep_undeclared_products() -> None:
    """With `remove`, what no file declares stays with a deactivated person."""
    found = plan(desired(organization(deactivated_users="remove"), everyone("Real-Time Translations")), GONE)
    assert changes(found) == ["- Real-Time Translations"]


def test_exempt_wins_over_deactivated() -> None:
    """An exempt person keeps everything, deactivated or not."""
    files = desired(
        organization(deactivated_users="remove"),
        everyone("Real-Time Translations"),
        exception("b", GONE.email, exempt=True),
    )
    assert changes(plan(files, GONE)) == []


def test_removing_calling_from_the_deactivated_needs_an_acknowledgement() -> None:
    """A Calling license of a deactivated person goes only past the irreversible guard."""
    gone = Someone("gone@acme.example", state="deactivated", holds=(PRO.id,))
    org = organization(deactivated_users="remove", manage=managed("Webex Calling - Professional"))
    found = plan(desired(org, everyone("Real-Time Translations")), gone)
    assert [(g.code, g.acknowledged) for g in found.plan.guards] == [("irreversible", False)]


def test_deny_still_takes_from_the_deactivated() -> None:
    """Deny comes before `deactivatedUsers: keep`."""
    files = desired(
        organization(),
        everyone("Contact Center Premium Agent"),
        exception("x", GONE.email, deny=["Real-Time Translations"]),
    )
    assert changes(plan(files, GONE)) == ["- Real-Time Translations"]
