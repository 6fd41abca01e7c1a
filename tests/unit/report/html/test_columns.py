"""Long lists as data: small, whole, and never the end of their own element."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from reconciler.report.html.columns import plain, script_json, sets


@given(st.text() | st.just("</script><!--<script>") | st.just("\u2028&amp;]]>"))
def test_nothing_ends_the_script_that_carries_it(text: str) -> None:
    """Whatever the text, the element's data holds none of the characters that markup begins with, and reads back the same."""
    written = str(script_json({"text": text}))
    assert not set("<>&") & set(written)
    assert json.loads(written) == {"text": text}


@given(st.lists(st.sampled_from(["as wanted", "waiting", "blocked", "", "a b"]) | st.text(max_size=3)))
def test_a_column_reads_back_as_it_was(values: list[str]) -> None:
    """Written once each where they repeat, or one by one."""
    found = plain(values)
    assert (found["v"] if "v" in found else [found["d"][place] for place in found["i"]]) == values


def test_what_repeats_is_written_once() -> None:
    """A thousand rows of two texts are two texts; a thousand different ones are not made longer by places."""
    assert plain(["sales", "support"] * 500)["d"] == ["sales", "support"]
    assert "v" in plain([f"person.{number}" for number in range(1000)])


def test_sets_share_their_members() -> None:
    """Ten thousand combinations of twenty licenses spell each license once."""
    found = sets([("a", "b"), ("b", "c")], [0, 1, 1])
    assert found == {"s": ["a", "b", "c"], "d": [[0, 1], [1, 2]], "i": [0, 1, 1]}
