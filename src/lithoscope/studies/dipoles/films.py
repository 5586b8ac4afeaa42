"""Films over lithium that grows, as a part of the study: layers of ferroelectrics, films that crack, stiff and charged ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lithoscope.studies.deposits.kept import shipped
from lithoscope.studies.deposits.reading import hull
from lithoscope.studies.deposits.reading import table as runs_table
from lithoscope.studies.dipoles import channels, cracking, selective, stiffness
from lithoscope.studies.tables import moves as moves_tables
from lithoscope.studies.tables import opened

if TYPE_CHECKING:
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.deposits.reading import Studies
    from lithoscope.studies.dipoles.selective import Selective
    from lithoscope.studies.dipoles.stiffness import Stiff
    from lithoscope.studies.outcome import Panel, Table
    from lithoscope.studies.ranges import Range, Sensitivity
    from lithoscope.studies.verdict import Prediction, Verdict


@dataclass(frozen=True, slots=True)
class Films:
    """What is found of films over lithium that grows.

    studies  the ready runs, by name;  charged: a porous layer with fixed charge;  stiff: a thin stiff film
    """

    studies: Studies
    charged: Selective
    stiff: Stiff | None

    def verdicts(self, claims: Claims) -> dict[str, Verdict]:
        """On every claim that they decide or leave open with a number."""
        made = [channels.verdict(claims, self.studies), selective.verdict(claims, self.charged)]
        if self.stiff:
            made.append(stiffness.verdict(claims, self.stiff))
        return {verdict.id: verdict for verdict in made} | cracking.verdicts(claims, self.studies)

    @property
    def moves(self) -> dict[str, tuple[Sensitivity, ...]]:
        """What each open number does."""
        return {**self.charged.moves, **(self.stiff.moves if self.stiff else {})}

    @property
    def ranges(self) -> tuple[Range, ...]:
        """What is open."""
        return (*selective.ranges(), *(self.stiff.ranges if self.stiff else ()))

    @property
    def predictions(self) -> dict[str, Prediction]:
        """By the name of what was moved."""
        mine = (self.charged.transference, self.charged.polarisation, self.charged.added)
        stiff = (self.stiff.longer, self.stiff.borne) if self.stiff else ()
        return dict(zip(self.moves, (*mine, *stiff), strict=True))

    def tables(self) -> tuple[Table, ...]:
        """Channel by channel, over cycles, more and less uneven; what is open."""
        once = tuple({each.name: each for each in self.ranges}.values())
        return (
            channels.table(self.studies), cracking.uneven(self.studies), cracking.table(self.studies),
            replace(opened(once, "Priors, but for what the ready runs leave."), title="What is open of growing films"),
            *moves_tables(self.predictions, self.moves), runs_table(self.studies, tuple(self.studies)),
        )  # fmt: skip

    def panels(self) -> tuple[Panel, ...]:
        """Channel by channel."""
        return (channels.panel(self.studies),)

    def answer(self) -> tuple[str, ...]:
        """What was found, in a paragraph."""
        return (channels.sentence(self.studies),)


def look() -> Films:
    """What ships with the package, and closed forms. Takes no time."""
    names = dict.fromkeys((*channels.NAMES, *cracking.NAMES))
    studies = {name: shipped(name)[0] for name in names}
    deposit = hull(studies, cracking.EARLY_FILMS, "early")
    return Films(studies, selective.look(), stiffness.look(deposit) if deposit else None)
