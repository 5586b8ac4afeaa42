"""The numbers of a cell by the parameter names of the PyBaMM models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from lithoscope.constants import FARADAY
from lithoscope.errors import InputError
from lithoscope.physics.cell.params import CellNumbers, FaceNumbers, FilmNumbers, ShortNumbers, Surroundings

Face = Literal["Working", "Counter"]


def surroundings_inputs(found: Surroundings) -> dict[str, float]:
    """What every cell has beside its electrodes: separator and electrolyte."""
    return {
        "Electrode area [m2]": found.area,
        "Ambient temperature [K]": found.temperature,
        "Initial salt concentration [mol.m-3]": found.concentration,
        "Separator thickness [m]": found.thickness,
        "Separator porosity": found.porosity,
        "Separator MacMullin number": found.macmullin_number,
    }


def foil_inputs(face: Face, side: FaceNumbers) -> dict[str, float]:
    """A foil as the planar model sees it."""
    return {
        f"{face} initial lithium [C.m-2]": side.lithium,
        f"{face} least lithium [C.m-2]": side.least_lithium,
        f"{face} roughness": side.roughness,
        f"{face} exchange current density [A.m-2]": side.exchange_current_density,
        f"{face} native film resistance [Ohm.m2]": side.native_film_resistance,
        f"{face} double-layer capacitance [F.m-2]": side.double_layer_capacitance,
    } | film_inputs(face, side.films)


def film_inputs(face: Face, films: Sequence[FilmNumbers]) -> dict[str, float]:
    """Protective films on a face."""
    values: dict[str, float] = {}
    for n, film in enumerate(films):
        values |= {
            f"{face} film {n} resistance [Ohm.m2]": film.resistance,
            f"{face} film {n} capacitance [F.m-2]": film.capacitance,
        }
    return values


def cell_inputs(found: CellNumbers) -> dict[str, float]:
    """A cell of two foils, and what leaks between them, as the planar model sees it."""
    foils = foil_inputs("Working", found.working) | foil_inputs("Counter", found.counter)
    return surroundings_inputs(found) | foils | short_inputs(found.short)


def short_inputs(short: ShortNumbers | None) -> dict[str, float]:
    """An electronic leak, if there is one."""
    from lithoscope.physics.cell.equations.short import leak_inputs

    return {} if short is None else leak_inputs(short)


def ageing_inputs(found: CellNumbers) -> dict[str, float]:
    """A cell of two foils, and what leaks between them, as the mossy model sees it."""
    values = cell_inputs(found) | {"Lithium molar volume [m3.mol-1]": found.lithium_molar_volume}
    return values | aged_foil_inputs("Working", found.working) | aged_foil_inputs("Counter", found.counter)


def aged_foil_inputs(face: Face, side: FaceNumbers) -> dict[str, float]:
    """A foil as the mossy model sees it. Raises InputError for moss whose film would take more lithium than it has."""
    a = side.ageing
    _check_moss(face, side)
    return foil_inputs(face, side) | {
        f"{face} fresh bulk film thickness [m]": side.native_film_thickness,
        f"{face} fresh mossy film thickness [m]": a.mossy_film_resistance * side.native_film_conductivity,
        f"{face} native film conductivity [S.m-1]": side.native_film_conductivity,
        f"{face} mossy exchange current density [A.m-2]": a.mossy_exchange_current_density,
        f"{face} dead fraction": a.dead_fraction,
        f"{face} mossy fraction": a.mossy_fraction,
        f"{face} largest mossy area": a.mossy_area,
        f"{face} mossy half charge [C.m-2]": a.mossy_half_charge,
        f"{face} largest pit area": a.pit_area,
        f"{face} pit charge [C.m-2]": a.pit_charge,
        f"{face} pit-filling charge [C.m-2]": a.pit_filling_charge,
        f"{face} dead layer porosity": a.dead_layer_porosity,
        f"{face} dead layer MacMullin number": a.dead_layer_tortuosity / a.dead_layer_porosity,
        f"{face} film growth rate [m2.s-1]": a.film_growth_rate,
        f"{face} film molar volume [m3.mol-1]": a.film_molar_volume,
    }


MOST_FILMED = 0.9
"""Share of the lithium of new moss that its film may take."""


def _check_moss(face: Face, side: FaceNumbers) -> None:
    """New moss dQ has the area A_max dQ / Q_half, and the film on it takes F delta / V_f per area, where delta = R sigma."""
    a, sigma = side.ageing, side.native_film_conductivity
    most = MOST_FILMED * a.film_molar_volume * a.mossy_half_charge / (FARADAY * a.mossy_area * sigma)
    if a.mossy_film_resistance > most:
        thickness = a.mossy_film_resistance * sigma
        raise InputError(
            f"{face.lower()}.ageing.mossy_film_resistance",
            f"= {a.mossy_film_resistance * 1e4:.3g} ohm cm2 makes the film on fresh moss {thickness * 1e9:.3g} nm thick, at "
            f"{sigma / 100:.3g} S/cm of the native film",
            expected=f"at most {most * 1e4:.3g} ohm cm2, or a less conductive native film",
            why="A film of that thickness would take more lithium than the moss under it has",
            do=f'mossy_film_resistance = "{0.9 * most * 1e4:.2g} ohm cm2"',
        )
