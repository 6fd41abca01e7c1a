"""How fast to call: finds the rate that Webex allows, which it publishes nowhere, from what it accepts and what it refuses.

Pure: clock readings and answers in, moments to call at out. `door` makes callers wait, this only reckons. Three thoughts
carry it:

- Between two refusals a server has accepted exactly what it allows: its stock was used up both times. Calls accepted by
  time passed is therefore its rate, however large the stock is, and whatever other programs take of it. Only a stock that
  ran over in between (we were too slow) makes the figure too low; then the next one, soon after, is good.
- After a refusal calls go on at 0.97 of that rate, and faster and faster the longer nothing is refused: hardly in the
  first minute, twice as fast after two. So a steady server refuses about one call in a hundred seconds, at any rate,
  and a server that suddenly allows twice as much is found out in two minutes.
- Calls that left before the door closed say nothing new when they are refused, too.

Rates are calls a second, times are seconds of one clock that only its reader knows.
"""

from __future__ import annotations

import math

import msgspec

SHARE = 0.97
"""Of the rate that was found: where to begin again after a refusal."""

SURE = 1.3
"""Two bounds of a rate that differ by no more than this factor are one rate."""

ALIKE = 0.1
"""Two findings in a row that differ by no more than this part of themselves confirm each other."""

CLIMB = 30.0
"""Seconds of calling in which the lower bound of an uncertain rate is raised to the upper one."""

DOUBLED = 125.0
"""Seconds of calling without a refusal after which the rate has been doubled."""

STEEPNESS = 6
"""How late the doubling comes: the rate grows with this power of the quiet time, and steadily from DOUBLED on."""

TRIAL = 1.045
"""What was found, times this, is tried now and then (`Tempo._plan_trial`)."""

GAIN = 1.02
"""A trial went well that accepted so much more than before."""

RARER = 4
"""How many times rarer trials become with each that failed."""

CATCH_UP = 0.05
"""Seconds that a caller may be late for its turn without losing it: timers are."""

IDLE = 5.0
"""Seconds without a call after which the server's stock may have filled up, so nothing can be reckoned across them."""

BLOCK = 0.5
"""Seconds' worth of turns that are given away at once to one of several processes."""

WENT_BACK = 1.0
"""Seconds that a clock may be behind what was known of it; one that is farther back was set."""

UNSAID = 2.0
"""Seconds that the door is closed by a refusal that does not say for how long; twice as long each time it was in vain."""

LONGEST_UNSAID = 15.0
LONGEST_CLOSED = 1800.0
"""Seconds: the door is never closed for longer, whatever Webex asks for."""


class Turns(msgspec.Struct, frozen=True):
    """Moments to call at: `count` of them from `first` on, `gap` seconds apart. `epoch`: how many refusals came before."""

    first: float
    gap: float
    count: int
    epoch: int


class Tempo(msgspec.Struct):
    """All that is known of one server's limit for one token. Changed by its methods only.

    `rate` is where calls began again after the last refusal (None: nobody knows any rate yet), `ceiling` its upper bound
    where it is uncertain. `quiet` is the time of calling since. `accepted` calls were answered since `since`, the end of
    the last closure (None: not to be reckoned from); `begun` is the first call while no rate is known. `found` is the last
    finding, `trial` whether a little more than that is on trial, `pause` the findings between two trials. `epoch` counts
    refusals, `vain` those in a row without a call between that passed. `next` is the next turn, `closed` the end of the last
    closure, `seen` the last time that is known of.
    """

    rate: float | None = None
    ceiling: float | None = None
    quiet: float = 0.0
    accepted: int = 0
    since: float | None = None
    begun: float | None = None
    found: float | None = None
    trial: bool = False
    pause: int = 1
    until_trial: int = 2
    epoch: int = 0
    vain: int = 0
    next: float = -math.inf
    closed: float = -math.inf
    seen: float = -math.inf

    def now_at(self) -> float | None:
        """Calls a second at present; None as long as no rate is known."""
        if self.rate is None:
            return None
        climb = 0.0 if self.ceiling is None else math.log(self.ceiling / self.rate) * min(1.0, self.quiet / CLIMB)
        return self.rate * math.exp(min(climb + _haste(self.quiet), 50.0))

    def take(self, now: float, want: int, span: float = 0.0) -> Turns:
        """The next turns: up to `want` of them, no more than `span` seconds' worth, at least one."""
        self._look_at(now)
        speed = self.now_at()
        if speed is None:
            if self.begun is None or now - self.next > IDLE:
                self.begun, self.accepted = now, 0
            self.next = now
            return Turns(max(now, self.closed), 0.0, want, self.epoch)
        late = now - self.next
        if late > IDLE:
            self._rested(speed)
            speed = self.now_at() or speed
        gap = 1.0 / speed
        count = max(1, min(want, int(span * speed)))
        first = max(self.next, self.closed, now - CATCH_UP)
        if late <= CATCH_UP:
            # Whoever is slower than we allow does not find out what Webex allows.
            self.quiet += count * gap
        self.next = first + count * gap
        return Turns(first, gap, count, self.epoch)

    def passed(self, epoch: int, calls: int = 1) -> None:
        """So many calls of this epoch were let through."""
        if epoch == self.epoch:
            self.accepted += calls
            self.vain = 0

    def refused(self, now: float, epoch: int, wait: float | None) -> None:
        """A call of this epoch was answered 429: `wait` seconds asked for, None where that could not be read."""
        self._look_at(now)
        unsaid = min(LONGEST_UNSAID, UNSAID * 2.0**self.vain)
        asked = min(LONGEST_CLOSED, unsaid if wait is None else wait)
        if epoch != self.epoch:
            self.closed = max(self.closed, now + asked) if wait is not None else self.closed
            return
        if self.vain:
            # The door was opened for nothing: somebody else takes all there is, or what was asked for was too short.
            asked = max(asked, unsaid / 2)
        self.vain = min(self.vain + 1, 10)
        self.closed = max(self.closed, now + asked)
        if self.accepted:
            self._learn(now)
        self.epoch += 1
        self.next = self.closed

    def shifted(self, by: float) -> Tempo:
        """The same by a clock that is `by` seconds ahead."""
        moved = {name: getattr(self, name) + by for name in ("next", "closed", "seen")}
        moved |= {name: at + by for name in ("since", "begun") if (at := getattr(self, name)) is not None}
        return msgspec.structs.replace(self, **moved)

    def _learn(self, now: float) -> None:
        """A new rate from what was accepted until now; the door is closed already."""
        speed, since = self.now_at(), self.since
        if speed is None:
            # The stock that was there at the beginning is in it, so it is too high, and nobody knows by how much.
            self.ceiling = self.accepted / max(now - (now if self.begun is None else self.begun), 0.001)
            self.rate = self.ceiling / 2
        elif since is None or self.rate is None:
            self.rate, self.ceiling = SHARE * min(speed, 1.1 * (self.rate or speed)), None
        else:
            self._found(speed, max(self.closed - since, 0.001), self.rate)
        self.since, self.accepted, self.quiet = self.closed, 0, 0.0

    def _found(self, speed: float, lasted: float, began: float) -> None:
        low = self.accepted / lasted
        one_more = (self.accepted + 1) / lasted
        # Who was never slower than the server cannot have let its stock run over.
        high = one_more if began >= low else max(speed, one_more)
        again = self.found is not None and abs(low - self.found) <= max(ALIKE, 1.5 / self.accepted) * self.found
        if self.trial and self.found is not None:
            self._tried(low, self.found)
            if again and self.pause > 1:
                low = self.found  # A trial that fails is short, so the earlier finding is the better one.
        self.trial = False
        if not again and high > SURE * low:
            self.rate, self.ceiling = low, high
        else:
            self._plan_trial(low, speed)
            self.rate, self.ceiling = SHARE * low * (TRIAL if self.trial else 1.0), None
        self.found = low

    def _plan_trial(self, low: float, speed: float) -> None:
        """Now and then go on from a little more than was found.

        A server that keeps little stock, or a window's calls only until its end, allows more than it has accepted: what was
        not called for in time is lost. Whether it is such a one is found out by trying: it accepts more then, others do not.
        """
        self.until_trial -= 1
        self.trial = self.until_trial <= 0 and speed >= TRIAL * low
        if self.trial:
            self.until_trial = self.pause

    def _tried(self, low: float, before: float) -> None:
        """How the trial went. It is repeated at once where it went well, and soon where the one before did."""
        if low >= GAIN * before:
            self.pause = 1
        else:
            self.pause = 2 if self.pause == 1 else min(64, self.pause * RARER)
        self.until_trial = self.pause

    def _rested(self, speed: float) -> None:
        """Nobody called for a while: what was accepted before is no measure any more, and haste begins anew."""
        if self.rate is not None and speed > SURE * self.rate:
            self.rate = speed / SURE
        self.ceiling, self.quiet, self.since, self.accepted = None, 0.0, None, 0

    def _look_at(self, now: float) -> None:
        """Keep in step with a clock that was set back: what lay so far ahead does so still."""
        if self.seen > now + WENT_BACK:
            back = self.shifted(now - self.seen)
            self.next, self.closed, self.since, self.begun = back.next, back.closed, back.since, back.begun
            self.seen = now
        self.seen = max(self.seen, now)
        self.closed = min(self.closed, now + LONGEST_CLOSED)


def _haste(quiet: float) -> float:
    """The logarithm of how much faster than at the beginning to call after so much quiet."""
    part = quiet / DOUBLED
    grown = part**STEEPNESS if part <= 1.0 else 1.0 + STEEPNESS * (part - 1.0)
    return math.log(2.0) * grown
