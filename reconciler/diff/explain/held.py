"""What becomes of each license and role that the person holds now."""

from __future__ import annotations

from reconciler.book import retries
from reconciler.diff.explain import chain, origin, setbacks, words
from reconciler.diff.explain.sheet import Sheet
from reconciler.model.catalog import Product, attendee
from reconciler.model.expected import HeldBack, Kept, Refused, Removal, Request, Satisfied, role
from reconciler.model.explanation import ExplainedLicense, Given, Status, Step
from reconciler.model.finding import Finding
from reconciler.model.plan import Because

_ROLE = "attendee:"


def lines(sheet: Sheet) -> list[ExplainedLicense]:
    """One for each holding, in the order of the situation."""
    holdings = [*sheet.situation.holdings, *(role(site) for site in sheet.situation.attendee_sites)]
    return [_Holding(sheet, holding).line() for holding in holdings]


class _Holding:
    """One license id or role that the person holds."""

    def __init__(self, sheet: Sheet, holding: str) -> None:
        self._sheet, self._holding = sheet, holding
        is_role = holding.startswith(_ROLE)
        self._product = attendee(holding.removeprefix(_ROLE)) if is_role else sheet.product_of(holding)
        self._pool = None if is_role else holding
        self._given = origin.given(sheet, holding)

    def line(self) -> ExplainedLicense:
        """What the plan does about it, and why: the first of these that applies."""
        sheet, holding, answer = self._sheet, self._holding, self._sheet.answer
        if self._product is None:
            return self._made("notManaged", "Webex lists no license with this id any more, so it is left alone.")
        if sheet.hands_off:
            return self._made("notManaged", words.sentence(f"left alone: {sheet.hands_off}"))
        if holding in sheet.gone:
            return self._to_remove()
        for item in answer.satisfied:
            if item.holding == holding and item.product == self._product:
                return self._as_wanted(item)
        for wish in answer.wishes:
            if wish.fallback and holding == role(wish.product.site):
                text = f"Held until a unit of {wish.product} is free, and granted by {words.sources(wish.fallback)}."
                return self._made("asWanted", text, wish.fallback, chain.granted(sheet, wish.fallback))
        kept = next((item for item in answer.kept if item.holding == holding), None)
        back, replaced = sheet.held_back(holding), sheet.drop_of(holding)
        if back is not None:
            return self._held(back)
        if kept is not None:
            return self._kept(kept)
        if replaced is not None:
            return self._until(*replaced)
        refused = next((item for item in answer.refused if item.product == self._product), None)
        return self._not_moved(refused) if refused is not None else self._not_managed()

    def _to_remove(self) -> ExplainedLicense:
        sheet, operation = self._sheet, self._sheet.gone[self._holding]
        removal, why = self._removal()
        text, steps = f"Will be taken away: {why}.", chain.decided("retention", why, operation.because)
        if removal.row == "e" and len(operation.because) == 1:
            steps += self._silent(operation.because)
        checks = sheet.undone(operation)
        steps += setbacks.steps(sheet, sheet.setback("remove", self._holding))
        return self._made("toRemove", text, operation.because, (*steps, *sheet.stops()), checks)

    def _removal(self) -> tuple[Removal, str]:
        """The removal that the plan carries out, and why it does, in words."""
        replaced = self._sheet.drop_of(self._holding)
        if replaced is not None:
            wish = replaced[0].wish
            other = str(wish.product) if wish.product != self._product else self._elsewhere(wish.ladder)
            return replaced[1], f"{other} takes its place, in one call"
        removal = next(item for item in self._sheet.answer.removals if item.holding == self._holding)
        return removal, self._row(removal.row, removal.because)

    def _as_wanted(self, item: Satisfied) -> ExplainedLicense:
        note = f" It is {item.note}." if item.note else ""
        text = f"Held, and granted by {words.sources(item.because)}.{note}"
        steps = chain.granted(self._sheet, item.because)
        to_do = ("set `retention.outsideDefaults: remove` to have it moved to the default subscription",)
        return self._made("asWanted", text, item.because, steps, to_do=to_do if item.note else ())

    def _held(self, back: HeldBack) -> ExplainedLicense:
        why, guard = self._row(back.removal.row, back.removal.because), words.held_back(back.guard)
        if back.instead is not None:
            text = f"Would be replaced by {back.instead}, but that is held back: {guard}."
            steps: tuple[Step, ...] = (Step("conflict", f"{back.instead} would take its place, in one call"),)
        else:
            text = f"Would be taken away, because {why}; but that is held back: {guard}."
            steps = chain.decided("retention", why, back.removal.because)
        told = setbacks.steps(self._sheet, self._sheet.setback("remove", self._holding))
        hold = (Step("hold", guard, back.guard), *(told if back.guard == retries.CODE else ()))
        return self._made("held", text, back.removal.because, (*steps, *hold), to_do=words.ends_hold(back.guard))

    def _kept(self, kept: Kept) -> ExplainedLicense:
        why = self._row(kept.row, kept.because)
        text = f"Nothing that speaks for the person grants it, and it stays: {why}."
        if any(item.product == kept.product for item in self._sheet.answer.lost):
            text = f"Another grant of the person beat the grant of it, and it stays: {why}."
        to_do = (words.release(kept.row, kept.because, str(kept.product)),) if kept.row else ()
        conflicts = chain.conflicts(self._sheet, kept.product)
        steps = (*conflicts, *chain.decided("retention", why, kept.because), *self._silent(kept.because))
        return self._made("kept", text, kept.because, steps, to_do=to_do)

    def _until(self, request: Request, drop: Removal) -> ExplainedLicense:
        wish = request.wish
        other = str(wish.product) if wish.product != self._product else self._elsewhere(wish.ladder)
        text = f"Stays until {other} can be given, which takes its place in the same call."
        steps = (*chain.granted(self._sheet, wish.because), Step("allocation", f"{other} cannot be given yet"))
        return self._made("kept", text, drop.because, steps)

    def _not_moved(self, refused: Refused) -> ExplainedLicense:
        """It is granted, though elsewhere than it is held, and no other unit may take its place: it keeps doing its work."""
        text = f"Granted by {words.sources(refused.because)}, and stays where it is held: {refused.message}."
        steps = (*chain.granted(self._sheet, refused.because), Step("check", refused.message, refused.code))
        return self._made("kept", text, refused.because, steps, to_do=(refused.hint,))

    def _elsewhere(self, ladder: tuple[str, ...]) -> str:
        places = dict.fromkeys(self._sheet.subscription(pool) or "the default subscription" for pool in ladder)
        return f"a unit of {' or '.join(places)}"

    def _not_managed(self) -> ExplainedLicense:
        return self._made("notManaged", "No file manages it, so it is left alone.")

    def _row(self, row: str, because: tuple[Because, ...]) -> str:
        return words.row(row, because, self._sheet.book.organization)

    def _silent(self, because: tuple[Because, ...]) -> tuple[Step, ...]:
        """Why the templates that gave it do not speak now."""
        found = (self._sheet.selected(reason.template or "") for reason in because)
        return tuple(
            Step(
                "template",
                f"{item.template} does not speak for the person: {item.why}",
                None,
                item.template,
                item.source,
            )
            for item in dict.fromkeys(found)
            if item is not None and not item.speaks
        )

    def _also(self) -> tuple[Step, ...]:
        """Grants of other products that this holding makes needless."""
        return tuple(
            Step("conflict", f"it also satisfies the grant of {item.product}: {item.note}")
            for item in self._sheet.answer.satisfied
            if item.holding == self._holding and item.product != self._product
        )

    def _made(
        self,
        status: Status,
        text: str,
        because: tuple[Because, ...] = (),
        steps: tuple[Step, ...] = (),
        checks: tuple[Finding, ...] = (),
        to_do: tuple[str, ...] = (),
    ) -> ExplainedLicense:
        product: Product | None = self._product
        given: Given | None = self._given if self._given.by or self._given.since else None
        checks = (*(self._sheet.checks(product) if product else ()), *checks)
        return ExplainedLicense(
            str(product) if product else self._holding, self._pool, self._sheet.subscription(self._pool), True,
            status != "toRemove", status, text, because, (*origin.step(self._given), *steps, *self._also()),
            checks, to_do, None, given,
        )  # fmt: skip
