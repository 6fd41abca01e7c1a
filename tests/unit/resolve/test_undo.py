"""An undo under every rule and guard: stories, told as plans are."""

from __future__ import annotations

import textwrap

import pytest

from reconciler.resolve.an_undo_takes_a_run_back import CLAIM
from tests.support.example import example, planned_from

STORIES = {
    "A replacement is reversed in one call: the higher tier goes, the lower one comes with the origin it had.": (
        """
organization: {manage: [Contact center Standard Agent]}
templates: {everyone: {licenses: [Basic Messaging]}}
people: {ann: {holds: [Basic Messaging, Contact Center Premium Agent], given: {Contact Center Premium Agent: everyone}}}
undo: {ann: {gave: [Contact Center Premium Agent], took: [{what: Contact center Standard Agent, of: everyone}]}}
""",
        """
ann: + Contact center Standard Agent
ann: - Contact Center Premium Agent
""",
    ),
    "A move to another subscription is reversed as one replacement of the same product.": (
        """
templates: {everyone: {licenses: [Basic Messaging]}}
people: {ann: {holds: [Basic Messaging, Webex Meetings Suite (Sub-1)], given: {Webex Meetings Suite (Sub-1): everyone}}}
undo: {ann: {gave: [Webex Meetings Suite (Sub-1)], took: [Webex Meetings Suite (Sub-2)]}}
""",
        """
ann: + Webex Meetings Suite @ acme.webex.com (Sub-2)
ann: - Webex Meetings Suite @ acme.webex.com (Sub-1)
""",
    ),
    "Who was promoted to host is attendee again, in one call.": (
        """
templates: {everyone: {licenses: [Basic Messaging]}}
people: {ann: {holds: [Basic Messaging, Webex Meetings Suite (Sub-1)], given: {Webex Meetings Suite (Sub-1): everyone}}}
undo: {ann: {gave: [Webex Meetings Suite (Sub-1)], took: ["attendee:acme.webex.com"]}}
""",
        """
ann: - Webex Meetings Suite @ acme.webex.com (Sub-1)
ann: + attendee @ acme.webex.com
""",
    ),
    "Who was demoted is host again, in one call.": (
        """
templates: {everyone: {licenses: [Basic Messaging]}}
people: {ann: {holds: [Basic Messaging], attendee: [acme.webex.com], given: {"attendee:acme.webex.com": everyone}}}
undo: {ann: {gave: ["attendee:acme.webex.com"], took: [Webex Meetings Suite (Sub-1)]}}
""",
        """
ann: + Webex Meetings Suite @ acme.webex.com (Sub-1)
ann: - attendee @ acme.webex.com
""",
    ),
    "Taking back a Calling license is irreversible, so it stops without an Acknowledgement.": (
        """
templates: {everyone: {licenses: [Basic Messaging]}}
people: {ann: {holds: [Basic Messaging, Webex Calling - Professional], given: {Webex Calling - Professional: everyone}}}
undo: {ann: {gave: [Webex Calling - Professional]}}
""",
        """
ann: - Webex Calling - Professional
stop irreversible: 1 removal of Webex Calling - Professional would lose number, voicemail and settings for
    good: ann@acme.example. If this is meant, add an Acknowledgement (license: Webex Calling - Professional,
    users: [...], reason, until)
""",
    ),
    "A Calling license comes back with its number where that is free; what is lost for good is said.": (
        """
templates: {everyone: {licenses: [Basic Messaging]}}
people: {ann: {holds: [Basic Messaging], phone: "+14085550100"}, bob: {holds: [Basic Messaging]}}
numbers: ["+14085550100"]
undo: {ann: {took: [Webex Calling - Professional]}, bob: {took: [Webex Calling - Professional]}}
""",
        """
ann: + Webex Calling - Professional with +14085550100
bob: no-work-phone: has no work phone in the directory
ann: undo-lost-for-good: the run took Webex Calling - Professional: the license comes back with number
    +14085550100; voicemail messages, settings and devices do not
bob: undo-refused: the run took Webex Calling - Professional: has no work phone in the directory
""",
    ),
    "What Webex refuses is not tried: Professional to Standard stays, and says why on both sides.": (
        """
templates: {everyone: {licenses: [Basic Messaging]}}
people: {ann: {holds: [Basic Messaging, Webex Calling - Professional], given: {Webex Calling - Professional: everyone}}}
undo: {ann: {gave: [Webex Calling - Professional], took: [Webex Calling - Standard]}}
""",
        """
ann: calling-downgrade: Webex Calling - Standard: holds Webex Calling - Professional; Webex refuses a change
    to Webex Calling - Standard (400112)
ann: undo-kept: the run gave Webex Calling - Professional: it stays: Webex refuses a change to Webex Calling -
    Standard (400112)
ann: undo-refused: the run took Webex Calling - Standard: holds Webex Calling - Professional; Webex refuses a
    change to Webex Calling - Standard (400112)
""",
    ),
    "What the policies of the files would take again is not given.": (
        """
organization: {retention: {manual: remove}, manage: [Real-Time Translations]}
templates: {everyone: {licenses: [Basic Messaging]}}
people: {ann: {holds: [Basic Messaging]}}
undo: {ann: {took: [Real-Time Translations]}}
""",
        """
ann: undo-files-take: the run took Real-Time Translations: the files would have the next apply take it again
    (acme.yaml:1)
""",
    ),
    "Everything that keeps something as the run left it has its own reason.": (
        """
organization: {guards: {protected: [pam@acme.example]}}
templates: {everyone: {licenses: [Basic Messaging]}}
exceptions: {leave: {users: [eve], exempt: true}}
units: {Real-Time Translations: 3}
people:
  ann: {holds: [Basic Messaging, Basic Space Meetings]}
  eve: {holds: [Basic Messaging, Real-Time Translations]}
  pam: {holds: [Basic Messaging, Real-Time Translations], given: {Real-Time Translations: everyone}}
  dea: {holds: [Basic Messaging], state: deactivated}
  nun: {holds: [Basic Messaging]}
  oho: {holds: [Real-Time Translations]}
undo:
  ann: {gave: [Basic Space Meetings]}
  eve: {gave: [Real-Time Translations]}
  pam: {gave: [Real-Time Translations]}
  guy: {gave: [Real-Time Translations]}
  dea: {took: [Real-Time Translations]}
  nun: {took: [Real-Time Translations]}
""",
        """
pam: - Real-Time Translations is held back (protected)
nun: waits for Real-Time Translations
pam: undo-held: the run gave Real-Time Translations: a guard holds it back (protected)
ann: undo-kept: the run gave Basic Space Meetings: it stays: a free license stays unless `manage` names it
dea: undo-left-alone: the run took Real-Time Translations: deactivated people get nothing
eve: undo-left-alone: the run gave Real-Time Translations: nothing of this person is touched: exempt: because
    (exception leave)
nun: undo-no-unit: the run took Real-Time Translations: no unit is free
guy: undo-person-gone: the run gave Real-Time Translations: the person is not in the organization any more
""",
    ),
    "The removal limits count what an undo takes.": (
        """
organization: {guards: {removals: {count: 1}}}
templates: {everyone: {licenses: [Basic Messaging]}}
people: {ann: {holds: [Real-Time Translations]}, bob: {holds: [Real-Time Translations]}}
undo: {ann: {gave: [Real-Time Translations]}, bob: {gave: [Real-Time Translations]}}
""",
        """
ann: + Basic Messaging
ann: - Real-Time Translations
bob: + Basic Messaging
bob: - Real-Time Translations
stop removals-limit: 2 people would lose Real-Time Translations within 24 hours; 1 of 2 holders are allowed.
    If this is meant, add an Acknowledgement (license: Real-Time Translations, max: 2) or raise
    `guards.removals`
stop removals-limit: 2 people would lose something within 24 hours; 1 of 0 people with managed licenses are
    allowed. If this is meant, raise `guards.removals`
""",
    ),
}


@pytest.mark.parametrize("promise", STORIES)
def test_an_undo_obeys_every_rule(promise: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each story keeps the promise that it is named by."""
    story, told = STORIES[promise]
    example(story)
    assert capsys.readouterr().out == told.lstrip("\n")


def test_what_is_given_again_has_the_origin_it_had() -> None:
    """The reasons of what comes back name the claims, so that the ledger says again who gave it."""
    import yaml

    from reconciler.diff.ledger import claims
    from reconciler.planner import Planned

    text = """
    templates: {everyone: {licenses: [Basic Messaging]}}
    people: {ann: {holds: [Basic Messaging]}}
    undo: {ann: {took: [{what: Real-Time Translations, of: "dropped:sales"}]}}
    """
    planned = planned_from(yaml.load(textwrap.dedent(text), Loader=yaml.BaseLoader))
    assert isinstance(planned, Planned)
    operation = planned.plan.changes[0].licenses[0]
    assert claims(operation.because) == ("dropped:sales",)
    assert operation.because[0].rule.startswith(CLAIM)
    assert operation.cause == "undo"
    assert planned.plan.undoes == "run-7"
