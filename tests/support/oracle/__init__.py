"""A second opinion: who should have which license, worked out once more, slowly, from the rule book's words.

It shares no code with the rooms it judges (`book`, `resolve`, `diff`, `guard`, `planner`): only the nouns of `model`. Where
the product resolves a situation once and hands units out by key, the oracle looks at one person after the other with plain
loops, so that the two cannot make the same mistake in the same way. It knows nothing of findings, reasons or wording.

`predict` is the whole of it; `compare.differences` holds a plan against it.
"""

from tests.support.oracle.predict import Case, Prediction, predict

__all__ = ["Case", "Prediction", "predict"]
