"""Does molten lithium go into the mat, how fast, and how much of it?"""

from __future__ import annotations

import math
from dataclasses import dataclass

from lithoscope.data import lookup
from lithoscope.design import Host
from lithoscope.physics.laws import wetting
from lithoscope.physics.laws.host import coaxial_area
from lithoscope.studies.host.cells import catalogued

ACROSS = 2 * math.sqrt(1e-4 / math.pi)
"""Diameter of a disc of 1 cm2, which the melt has to cross from its edge, m."""


@dataclass(frozen=True, slots=True)
class Mat:
    """The dry mat, and a melt with a contact angle on its fibres.

    radius    of the tube with as much wall per volume of pore, m
    porosity  share of the volume that the melt could fill
    angle     rad
    """

    radius: float
    porosity: float
    angle: float

    @property
    def pressure(self) -> float:
        """Capillary pressure, Pa; negative if the melt does not wet."""
        return wetting.capillary_pressure(lookup("host.molten_surface_tension").to("N/m"), self.angle, self.radius)

    @property
    def time(self) -> float:
        """To cross a disc against viscosity alone, s."""
        return wetting.time_to_rise(ACROSS, self.pressure, self.radius, viscosity(), density())

    @property
    def rise(self) -> float:
        """Height at which weight balances, m."""
        return wetting.highest_rise(self.pressure, density())


def viscosity() -> float:
    """Of molten lithium, Pa s."""
    return lookup("host.molten_viscosity").to("Pa s")


def density() -> float:
    """Of molten lithium, kg/m3."""
    return lookup("host.molten_density").to("kg/m3")


def mat(coating: str, degrees: float | None = None, fibres: float | None = None) -> Mat:
    """The mat of the paper before it is filled.

    coating  "bare" or "zno", which has a contact angle in the tables;  degrees, fibres  others than those of the tables
    """
    cell = catalogued("filled")
    host = (
        cell if fibres is None else cell.changed("working.fibre_fraction", fibres).changed("working.lithium_fraction", 0.1)
    ).working
    assert isinstance(host, Host)
    solid = host.quantity("fibre_fraction").value
    area = float(coaxial_area(host.fibre_length, host.coated_radius, 0.0))
    angle = lookup(f"host.contact_angle_{coating}").number if degrees is None else degrees
    return Mat(wetting.pore_radius(area, solid), 1 - solid, math.radians(angle))
