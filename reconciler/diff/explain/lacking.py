"""What the person does not hold and might: to be given, waiting, blocked, held back, denied, beaten, granted to others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.diff.explain import chain, queue, setbacks, words
from reconciler.diff.explain.sheet import Sheet
from reconciler.diff.explain.ungranted import ungranted
from reconciler.model.catalog import Product, attendee
from reconciler.model.expected import HeldBack, Refused, Removal, Request, RoleGrant, Satisfied, Wish, role
from reconciler.model.explanation import ExplainedLicense, Queue, Status, Step
from reconciler.model.finding import Finding
from reconciler.model.memory import Setback
from reconciler.model.plan import Because, LicenseOperation


def lines(sheet: Sheet, held: frozenset[str], asked: Iterable[Product] | None) -> list[ExplainedLicense]:
    """One for each product; `held` are those that a holding accounts for. `asked`: these, even if no file names them.

    What a request is open for has a line even if it is held, in another subscription.
    """
    found: dict[str, ExplainedLicense] = {}
    for line in _in_play(sheet, held):
        found.setdefault(line.product, line)
    for product in _others(sheet) if asked is None else asked:
        if str(product) not in found and str(product) not in held:
            found[str(product)] = ungranted(sheet, product)
    return list(found.values())


def _in_play(sheet: Sheet, held: frozenset[str]) -> Iterator[ExplainedLicense]:
    answer = sheet.answer
    requested = {request.wish.product for request in answer.requests}
    for request in answer.requests:
        yield _requested(sheet, request)
    for grant in answer.role_grants:
        yield _role(sheet, grant)
    for grant in answer.resting:
        setback = sheet.setback("add", role(grant.site))
        if setback is not None:
            yield _resting(sheet, attendee(grant.site), grant.because, chain.granted(sheet, grant.because), setback)
    for wish in answer.wishes:
        fallback = role(wish.product.site)
        if wish.fallback and fallback in sheet.adds:
            text = f"Will be given until a unit of {wish.product} is free: granted by {words.sources(wish.fallback)}."
            yield _given(sheet, attendee(wish.product.site), fallback, text, wish.fallback)
    for back in answer.held_back:
        yield from _held_back(sheet, back)
    settled = {item.product: item for item in answer.satisfied}
    for wish in answer.wishes:
        if str(wish.product) not in held and wish.product not in requested:
            if wish.product in settled:
                yield _covered(sheet, wish, settled[wish.product])
            elif chain.comes_along(wish):
                yield _along(sheet, wish)
    for refused in answer.refused:
        if str(refused.product) not in held:
            yield _refused(sheet, refused)
    for lost in answer.lost:
        if str(lost.product) not in held:
            yield _beaten(sheet, lost)
    for name in sheet.key.marks.exceptions:
        for product in sorted(sheet.book.exceptions[name].denied):
            if str(product) not in held and not sheet.hands_off:
                yield _denied(sheet, product)


def _others(sheet: Sheet) -> list[Product]:
    """What templates grant to others; nothing for somebody whom the rules leave alone, where all answers are the same."""
    if sheet.hands_off:
        return []
    return sorted({product for item in sheet.book.templates for product in item.products})


def _requested(sheet: Sheet, request: Request) -> ExplainedLicense:
    wish = request.wish
    for pool in wish.ladder:
        if pool in sheet.adds:
            return _given(sheet, wish.product, pool, _will_be_given(sheet, request, pool), wish.because)
    steps = (*chain.granted(sheet, wish.because), *chain.conflicts(sheet, wish.product))
    setback = setbacks.of_request(sheet, request)
    if setback is not None:
        return _resting(sheet, wish.product, wish.because, steps, setback, wish.ladder[0])
    waits = queue.queue(sheet, wish.product)
    if waits is not None:
        text = f"Granted by {words.sources(wish.because)}, {queue.told(waits)}."
        because = (*wish.because, *sheet.allocation.lost[sheet.person.id, wish.product].because)
        steps += (Step("allocation", queue.told(waits)),)
        return _made(sheet, wish.product, "waiting", text, because, steps, pool=wish.ladder[0], waits=waits)
    return _blocked(sheet, wish.product, wish.because, steps, sheet.checks(wish.product))


def _resting(
    sheet: Sheet,
    product: Product,
    because: tuple[Because, ...],
    steps: tuple[Step, ...],
    setback: Setback,
    pool: str | None = None,
) -> ExplainedLicense:
    """What Webex would not give the last time, and what is not asked for now."""
    text = setbacks.resting(sheet, product, because, setback)
    steps = (*steps, *setbacks.steps(sheet, setback))
    return _made(sheet, product, "held", text, because, steps, (), setbacks.to_do([setback]), pool=pool)


def _will_be_given(sheet: Sheet, request: Request, pool: str) -> str:
    place = ""
    if request.drops:
        going = dict.fromkeys(_going(sheet, drop, request) for drop in request.drops)
        place = f", and takes the place of {', '.join(going)}"
    return f"Will be given: granted by {words.sources(request.wish.because)}{_calling(sheet, pool)}{place}."


def _going(sheet: Sheet, drop: Removal, request: Request) -> str:
    same = drop.product == request.wish.product
    return f"the unit of {sheet.subscription(drop.holding)}" if same else str(drop.product)


def _calling(sheet: Sheet, pool: str) -> str:
    operation = sheet.adds.get(pool)
    properties = operation.calling if isinstance(operation, LicenseOperation) else None
    if properties is None:
        return ""
    parts = [f"number {properties.phone_number}"] if properties.phone_number else []
    parts += [f"extension {properties.extension}"] if properties.extension else []
    return f", with {' and '.join(parts)}"


def _given(sheet: Sheet, product: Product, holding: str, text: str, because: tuple[Because, ...]) -> ExplainedLicense:
    pool = None if product.is_attendee else holding
    where = f"a unit of {sheet.subscription(pool)} is given" if sheet.subscription(pool) else "it costs no unit"
    steps = (
        *chain.granted(sheet, because), *chain.conflicts(sheet, product),
        Step("allocation", where + _calling(sheet, holding)), *setbacks.steps(sheet, sheet.setback("add", holding)),
        *sheet.stops(),
    )  # fmt: skip
    checks = sheet.undone(sheet.adds[holding])
    return _made(sheet, product, "toAdd", text, because, steps, checks, pool=pool)


def _role(sheet: Sheet, grant: RoleGrant) -> ExplainedLicense:
    text = f"Will be given: granted by {words.sources(grant.because)}."
    if grant.after is not None:
        host = sheet.product_of(grant.after)
        text = f"Will be given in the place of {host}, in one call: granted by {words.sources(grant.because)}."
    return _given(sheet, attendee(grant.site), role(grant.site), text, grant.because)


def _held_back(sheet: Sheet, back: HeldBack) -> Iterator[ExplainedLicense]:
    """What would have come with a removal that a guard keeps back."""
    guard = words.held_back(back.guard)
    hold, to_do = Step("hold", guard, back.guard), words.ends_hold(back.guard)
    comes = [(attendee(back.role_grant.site), back.role_grant.because)] if back.role_grant is not None else []
    if back.instead is not None:
        because = next(wish.because for wish in sheet.answer.wishes if wish.product == back.instead)
        comes.append((back.instead, because))
    for product, because in comes:
        text = (
            f"Granted by {words.sources(because)}; it would take the place of {back.removal.product}, "
            f"and that is held back: {guard}."
        )
        yield _made(sheet, product, "held", text, because, (*chain.granted(sheet, because), hold), (), to_do)


def _covered(sheet: Sheet, wish: Wish, item: Satisfied) -> ExplainedLicense:
    text = f"Granted by {words.sources(wish.because)}, and not needed: {item.note}."
    steps = (*chain.granted(sheet, wish.because), Step("conflict", item.note))
    return _made(sheet, wish.product, "notWanted", text, wish.because, steps)


def _along(sheet: Sheet, wish: Wish) -> ExplainedLicense:
    """A free license that is needed beside others: given with one of them, or not before."""
    for pool in wish.ladder:
        if pool in sheet.adds:
            return _given(
                sheet, wish.product, pool, f"Will be given: granted by {words.sources(wish.because)}.", wish.because
            )
    text = "Comes along in the call that gives what needs it, and not before."
    return _made(sheet, wish.product, "notWanted", text, wish.because, chain.granted(sheet, wish.because))


def _refused(sheet: Sheet, refused: Refused) -> ExplainedLicense:
    steps = (*chain.granted(sheet, refused.because), *chain.conflicts(sheet, refused.product))
    return _blocked(sheet, refused.product, refused.because, steps, sheet.checks(refused.product))


def _blocked(
    sheet: Sheet,
    product: Product,
    because: tuple[Because, ...],
    steps: tuple[Step, ...],
    checks: tuple[Finding, ...],
) -> ExplainedLicense:
    told = checks[0].message if len(checks) == 1 else f"{len(checks)} checks failed"
    text = f"Granted by {words.sources(because)}, but it cannot be given: {told}."
    failed = tuple(Step("check", check.message, check.code) for check in checks)
    to_do = tuple(dict.fromkeys(check.hint for check in checks if check.hint))
    return _made(sheet, product, "blocked", text, because, (*steps, *failed), checks, to_do)


def _beaten(sheet: Sheet, lost: Satisfied) -> ExplainedLicense:
    if sheet.denials(lost.product):
        return _denied(sheet, lost.product, lost.because)
    text = f"Granted by {words.sources(lost.because)}, but not given: {lost.note}."
    steps = (*chain.granted(sheet, lost.because), *chain.conflicts(sheet, lost.product))
    return _made(sheet, lost.product, "notWanted", text, lost.because, steps)


def _denied(sheet: Sheet, product: Product, because: tuple[Because, ...] = ()) -> ExplainedLicense:
    names = sheet.denials(product)
    exceptions = [sheet.book.exceptions[name] for name in names]
    by = tuple(item.because for item in exceptions)
    grants = tuple(reason for reason in because if reason not in by)
    granted = f"Granted by {words.sources(grants)}, but denied" if grants else "Denied"
    text = f"{granted} by {words.sources(by)}: {exceptions[0].exception.reason}."
    steps = tuple(
        Step("exception", f"exception {item.exception.name} denies it: {item.exception.reason}", reason.rule,
             reason.template, reason.source)
        for item, reason in zip(exceptions, by, strict=True)
    )  # fmt: skip
    to_do = (f"take the person out of {words.names(by)}, or the license out of its `deny`",)
    return _made(sheet, product, "notWanted", text, because or by, (*chain.granted(sheet, grants), *steps), (), to_do)


def _made(
    sheet: Sheet,
    product: Product,
    status: Status,
    text: str,
    because: tuple[Because, ...],
    steps: tuple[Step, ...],
    checks: tuple[Finding, ...] = (),
    to_do: tuple[str, ...] = (),
    *,
    pool: str | None = None,
    waits: Queue | None = None,
) -> ExplainedLicense:
    return ExplainedLicense(
        str(product), pool, sheet.subscription(pool), False, status != "notWanted", status, text, because, steps, checks,
        to_do, waits,
    )  # fmt: skip
