"""Why a model or a machine cannot run in lanes. It is run in IDAKLU instead: slower, with the same result."""

from __future__ import annotations

from lithoscope.errors import LithoscopeError


class NotLoweredError(LithoscopeError):
    """A model cannot be turned into vector code.

    term    the part of the model
    reason  why it has no such form
    remedy  what to do
    """

    def __init__(self, term: str, reason: str, remedy: str) -> None:
        self.term, self.reason, self.remedy = term, reason, remedy
        super().__init__(f"{term} {reason}. {remedy}.")


class NoTargetError(LithoscopeError):
    """This machine cannot run vector code: llvmlite or numba is absent, forbidden, or computes something else.

    reason  what is wrong
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"Lanes cannot run on this machine: {reason}. Single runs are not affected.")


RUN_SINGLY = "Run it in IDAKLU, one design after the other"
"""The remedy that always works."""
