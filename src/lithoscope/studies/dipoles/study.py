"""The study: what physics says about corrosion at rest, and about ferroelectric films beside lithium; nothing is calibrated."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from lithoscope.physics.contract import silent
from lithoscope.studies.claims import Claims, read_claims
from lithoscope.studies.dipoles import (
    arithmetic,
    films,
    judging,
    layers,
    panels,
    resistances,
    rested,
    restedpanels,
    restsweep,
    tables,
    tips,
)
from lithoscope.studies.outcome import Outcome
from lithoscope.studies.typeset import typeset

if TYPE_CHECKING:
    from lithoscope.physics.contract import Report

FEW = 8
"""Designs of a short run."""


@dataclass(frozen=True)
class DipolesStudy:
    """The study of the paper on corrosion and ferroelectric dipoles: double layer, tips, and lithium at rest.

    long  whether all designs of lithium at rest are run; without them a quarter, which leaves intervals too narrow
    """

    name: str = field(default="dipoles", init=False)
    long: bool = True

    @cached_property
    def claims(self) -> Claims:
        """What the paper says."""
        return read_claims(self.name)

    def run(self, report: Report | None = None) -> Outcome:
        """Run everything to a verdict on each claim. Takes some minutes."""
        told = report or silent
        told(0.0, "ions beside polar films")
        beside = layers.look()
        told(0.1, "the field at tips")
        tip = tips.look()
        enrichment, potential = (beside.predictions[name] for name in (layers.ANIONS, layers.POTENTIAL))
        told(0.2, "uneven and thick films")
        current = resistances.patches(), resistances.thickened()
        designs = restsweep.DESIGNS if self.long else FEW
        at_rest = restsweep.look(enrichment, potential, lambda done, text: told(0.25 + 0.75 * done, text), designs)
        grown, plated = films.look(), rested.studies()
        made = arithmetic.checked(self.claims) | judging.verdicts(self.claims, beside, tip, at_rest, *current)
        made |= grown.verdicts(self.claims) | rested.verdicts(self.claims, plated)
        return Outcome(
            study=self.name,
            claims=self.claims,
            verdicts=[made.get(claim.id) or judging.pending(self.claims, claim.id) for claim in self.claims.claims],
            answer=[typeset(each) for each in (*tables.answer(beside, tip, at_rest), *grown.answer())],
            panels=(*panels.panels(beside, tip, at_rest), *grown.panels(), restedpanels.panel(plated)),
            tables=(*tables.all_tables(beside, tip, at_rest), *grown.tables(), rested.table(plated)),
            chain=(),
            ranges=(*beside.ranges, *tip.ranges, *at_rest.ranges, *grown.ranges),
            sensitivities={**beside.moves, **at_rest.moves, **grown.moves},
            runs=at_rest.rests.runs,
        )
