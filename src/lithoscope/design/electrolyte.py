"""The electrolyte: a salt in a mixture of solvents, and which transport law describes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from lithoscope import units
from lithoscope.document import Frozen
from lithoscope.errors import InputError, nearest

if TYPE_CHECKING:
    from lithoscope.units import Given

MEASURED_MIXTURES = "LiPF6 in EC and DMC, 1:1"


class ConstantProperties(Frozen):
    """Transport properties that depend on neither concentration nor temperature.

    conductivity          of the electrolyte
    diffusivity           of the salt
    transference_number   of lithium ions
    thermodynamic_factor  of the salt
    """

    conductivity: units.ElectrolyteConductivity
    diffusivity: units.Diffusivity
    transference_number: units.Transference
    thermodynamic_factor: units.Factor
    kind: Literal["constant"] = "constant"

    if TYPE_CHECKING:

        def __init__(
            self, conductivity: Given, diffusivity: Given, transference_number: Given, thermodynamic_factor: Given,
            *, kind: Literal["constant"] = ...,
        ) -> None: ...  # fmt: skip


class Electrolyte(Frozen):
    """A salt in a mixture of solvents.

    salt           its name
    concentration  at assembly
    solvent        shares of the solvents, e.g. { EC = 0.5, DMC = 0.5 }
    basis          whether the shares are of volume or of weight
    properties     transport properties as constants; needed for every mixture without measured functions
    amount         per area of one electrode, in and outside the pores; used where there is only so much of it
    per_capacity   the same per capacity of the cathode, as in "20 uL/mAh"; one of the two
    film_reactions shares of the reactions that make films, per lithium: alkyl_carbonate, carbonate, fluoride
    """

    salt: Annotated[str, Field(min_length=1, max_length=40, description='a name such as "LiPF6"')]
    concentration: units.Concentration
    solvent: Annotated[
        Mapping[str, float], Field(min_length=1, max_length=8, description="shares such as { EC = 0.5, DMC = 0.5 }")
    ]
    basis: Literal["volume", "weight"] = "volume"
    properties: ConstantProperties | None = None
    amount: units.ArealVolume | None = None
    per_capacity: units.VolumePerCapacity | None = None
    film_reactions: Annotated[
        Mapping[str, float] | None, Field(description="shares such as { carbonate = 0.8, fluoride = 0.2 }")
    ] = None

    if TYPE_CHECKING:

        def __init__(
            self, salt: str, concentration: Given, solvent: Mapping[str, float], basis: Literal["volume", "weight"] = ...,
            properties: ConstantProperties | None = ..., amount: Given | None = ..., per_capacity: Given | None = ...,
            film_reactions: Mapping[str, float] | None = ...,
        ) -> None: ...  # fmt: skip

    @model_validator(mode="after")
    def _amounts_to_something(self) -> Self:
        if self.amount is not None and self.per_capacity is not None:
            raise InputError("per_capacity", "was given beside the amount", expected="one of them", do="Leave out per_capacity")
        for name in self.film_reactions or {}:
            if name not in FILM_REACTIONS:
                raise InputError(f"film_reactions.{name}", "is not a reaction that is known",
                                 expected=", ".join(FILM_REACTIONS), do=nearest(name, FILM_REACTIONS))  # fmt: skip
        if self.film_reactions is not None:
            _check_shares("film_reactions", self.film_reactions)
        return self

    @model_validator(mode="after")
    def _is_measured_or_described(self) -> Self:
        _check_shares("solvent", self.solvent)
        if self.properties is None:
            self._check_measured()
        return self

    def _check_measured(self) -> None:
        remedy = (
            "Give its properties as constants: [electrolyte.properties] with conductivity, diffusivity, "
            "transference_number and thermodynamic_factor"
        )
        if self.salt != "LiPF6":
            raise InputError("salt", f'= "{self.salt}": no measured transport properties are known',
                             expected=MEASURED_MIXTURES, do=remedy)  # fmt: skip
        if set(self.solvent) != {"EC", "DMC"} or not 0.35 <= self.solvent["EC"] <= 0.65:
            mixture = " : ".join(f"{name} {share:g}" for name, share in self.solvent.items())
            raise InputError("solvent", f"= {mixture}: no measured transport properties are known",
                             expected=MEASURED_MIXTURES, do=remedy)  # fmt: skip
        if self.concentration.value > 3000:
            raise InputError("concentration", f"= {self.concentration} is above the 3 mol/L to which the transport of "
                             "LiPF6 in EC:DMC was measured", expected="0.01 mol/L to 3 mol/L", do=remedy)  # fmt: skip


FILM_REACTIONS = ("alkyl_carbonate", "carbonate", "fluoride")
"""Reactions of the electrolyte that make films on lithium, by what they leave there; the data table `solutions` has them."""


def _check_shares(where: str, shares: Mapping[str, float]) -> None:
    for name, share in shares.items():
        if not 0 < share <= 1:
            raise InputError(f"{where}.{name}", f"= {share:g} is not a share", expected="more than 0 and at most 1")
    total = sum(shares.values())
    if abs(total - 1) > 1e-3:
        raise InputError(where, f"has shares that add up to {total:g}", expected="shares that add up to 1")


_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_VOLUME, _WEIGHT = r"v(?:ol(?:ume)?)?", r"w(?:t|eight)?"
_BASIS = rf"{_VOLUME}\.?[/:]{_VOLUME}|{_WEIGHT}\.?[/:]{_WEIGHT}|{_VOLUME}|{_WEIGHT}"
# Only the words are read in any case: "1 m" is molal and not "1 M".
_WRITTEN = re.compile(
    rf"^\s*(?P<concentration>{_NUMBER})\s*(?:M|mol/L)\s+(?P<salt>\w+)\s+(?:in\s+)?(?P<solvents>[A-Za-z]+(?:[:/][A-Za-z]+)*)"
    rf"(?:\s*[=(\s]\s*(?P<shares>{_NUMBER}(?:[:/]{_NUMBER})*))?(?i:[\s,()]*(?:by\s+)?(?P<basis>{_BASIS}))?[.%\s]*\)?\s*$"
)

TRADE_NAMES = {"LP30": "1 M LiPF6 EC:DMC 1:1 by weight"}
"""Electrolytes that are sold under a name. LP30: BASF Selectilyte, formerly Merck; its solvents are mixed by weight."""


def _electrolyte(given: Any) -> Any:
    """Accept the short form "1 M LiPF6 EC:DMC 1:1", as papers vary it, and the names under which electrolytes are sold."""
    if not isinstance(given, str):
        return given
    match = _WRITTEN.match(TRADE_NAMES.get(given.strip().upper(), given)[:200])
    if not match:
        raise InputError("", f'= "{given[:60]}" cannot be read as an electrolyte',
                         expected=f'a text such as "1 M LiPF6 EC:DMC 1:1", {", ".join(TRADE_NAMES)}, or a table')  # fmt: skip
    solvents = re.split("[:/]", match["solvents"])
    shares = [float(share) for share in re.split("[:/]", match["shares"])] if match["shares"] else [1.0] * len(solvents)
    if len(shares) != len(solvents) or not sum(shares):
        raise InputError(
            "solvent", f"names {len(solvents)} solvents and the shares {match['shares']}", expected="one share per solvent"
        )
    return Electrolyte(
        salt=match["salt"],
        concentration=f"{match['concentration']} mol/L",
        solvent={name: share / sum(shares) for name, share in zip(solvents, shares, strict=True)},
        basis="weight" if (match["basis"] or "").lower().startswith("w") else "volume",
    )


ElectrolyteLike = Annotated[
    Electrolyte,
    BeforeValidator(_electrolyte),
    Field(description='a text such as "1 M LiPF6 EC:DMC 1:1", or a table'),
]
"""An electrolyte, or its short form "1 M LiPF6 EC:DMC 1:1"."""
