"""Wrong proofs cost time: each further one closes the look-up for longer (R40).

Only failures count, so that a whole ward behind one address goes on looking up. The secret of the receipt
cannot be guessed by trying; ends of ID number and phone are ten digits, of which a neighbour may know
four. They alone are therefore also counted over all addresses, and over all codes of one address, and
are closed alone: nobody locks out the owner who holds the receipt.

Counts are in Redis; without Redis everything is let through and logged, as with all throttles.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.cache import cache

from cases import lookup
from cases.api.throttles import LookupByAddress, name_of
from cases.lookup import Proof

KEPT = 24 * 3600  # seconds after the first failure until it is forgotten


@dataclass(frozen=True, slots=True)
class BackOff:
    """Failures under one key: the first `free` cost nothing, then waits double from `first` to `most` seconds."""

    key: str
    free: int
    first: int
    most: int = 3600

    def wait(self) -> int:
        """Seconds that are still to wait; 0 when the way is open."""
        until = cache.get(f"{self.key}:until") or 0
        return max(int(until - time.time() + 0.999), 0)

    def failed(self) -> None:
        cache.add(self.key, 0, KEPT)
        try:
            failures = cache.incr(self.key) or 0  # None: Redis is away
        except ValueError:  # forgotten between the two lines
            return
        if failures > self.free:
            seconds = min(self.first * 2 ** min(failures - self.free - 1, 20), self.most)
            cache.set(f"{self.key}:until", time.time() + seconds, KEPT)

    def forget(self) -> None:
        cache.delete_many([self.key, f"{self.key}:until"])


class Attempts:
    """The attempts on one code from one address, or from one telephone, with all that may close it."""

    @classmethod
    def by(cls, request, code: str, proof: Proof) -> "Attempts":
        return cls(LookupByAddress().get_ident(request), code, proof)

    def __init__(self, address: str, code: str, proof: Proof):
        name = name_of(code)
        self.own = BackOff(f"backoff-lookup:{address}-{name}", free=4, first=30)
        self.weak = (
            BackOff(f"backoff-person:{name}", free=20, first=600, most=6 * 3600),
            BackOff(f"backoff-person-from:{address}", free=60, first=60),
        )
        self.proof = proof

    def wait(self) -> int:
        """Seconds to wait before this proof is looked at; 0 for what needs none."""
        return max((gate.wait() for gate in self._gates()), default=0)

    def ended(self, *, well: bool) -> None:
        """After the comparison. A right proof clears the way from here, not what strangers tried elsewhere."""
        if well and self.proof.method:
            self.own.forget()
        elif not well:
            for gate in self._gates():
                gate.failed()

    def _gates(self) -> Iterator[BackOff]:
        if self.proof.method:
            yield self.own
        if self.proof.method == lookup.PERSON:
            yield from self.weak
