"""What a reader must know before using the numbers of a run of the morphology scale."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.constants import FARADAY, thermal_voltage
from lithoscope.physics.morphology.drive import plating
from lithoscope.physics.morphology.record import Columns

if TYPE_CHECKING:
    from lithoscope.physics.morphology.drive import Driver

RESOLVED_CELLS = 16
"""Cells for each wavelength below which growth is that of the grid."""

SMOOTHING = 0.007
"""Share of V_r k by which the profile keeper damps a wave of k eps = 0.2, about 32 cells long, at most; measured by tests."""


def neutral_wavelength(driver: Driver) -> float:
    """Wavelength above which waves grow at the largest plating current of the program, 2 pi sqrt(Gamma / G), m.

    G = i / kappa + 2 V_T (1 - t+) chi (1 - t+) i / (F D c), the slope of the potential in front of a flat surface.
    Gamma = (gamma + T_f) V_m / F with the given tension of a film and that of its stress of growth; what a film gains where
    waves stretch it is of second order in their height. 0 where nothing holds waves back. Neither kinetics nor the resistance
    of an even film have a say.
    """
    p = driver.parameters
    i = max((plating(visit) for visit in driver.program.visits()), default=0.0)
    c, T = float(p.c0), float(p.temperature)
    law = p.law
    kappa, D, t_plus, chi = (
        float(f(c, T)) for f in (law.conductivity, law.diffusivity, law.transference_number, law.thermodynamic_factor)
    )
    slope = i / kappa + 2 * thermal_voltage(T) * (1 - t_plus) ** 2 * chi * i / (FARADAY * D * c)
    capillarity = float(p.capillarity) + driver.tension * float(p.molar_volume) / FARADAY
    return 2 * math.pi * math.sqrt(capillarity / slope) if slope > 0 else 0.0


def notes(driver: Driver) -> Iterator[str]:
    """What is to be said of a run."""
    grid, rows = driver.scheme.grid, driver.recorder.columns()
    if len(grid.shape) == 2:
        yield "In two dimensions tips are ridges: tip ratios and dead lithium differ in three, where the model has a depth."
    yield from _host_notes(driver)
    shortest = neutral_wavelength(driver)
    if 0 < shortest < RESOLVED_CELLS * grid.spacing:
        yield (f"Grid-limited: waves from {shortest * 1e6:.3g} um on grow, and cells of {grid.spacing * 1e6:.3g} um resolve "
               f"those from {RESOLVED_CELLS * grid.spacing * 1e6:.3g} um on. Halve cell_size and compare.")  # fmt: skip
    if shortest == 0 and any(plating(visit) > 0 for visit in driver.program.visits()):
        yield "Without capillarity the shortest waves grow fastest, and the grid decides what grows: halve cell_size."
    yield from _salt_notes(driver, rows)


def _host_notes(driver: Driver) -> Iterator[str]:
    beside = driver.parameters.obstacle
    if beside is None:
        return
    solid = 1 - np.asarray(beside.room)
    whole = float(solid.sum()) * driver.scheme.grid.spacing / driver.scheme.grid.columns
    yield (f"Fibres are rigid rods across the section, {whole * 1e6:.3g} um of them if they were dense; lithium meets them at "
           "90 degrees and does not react where it touches them.")  # fmt: skip
    if beside.contact is not None:
        yield "Conducting fibres are linked to the electrode along their length; lithium is plated on them without a barrier."


def _salt_notes(driver: Driver, rows: Columns) -> Iterator[str]:
    most = driver.parameters.law.concentrations[1]
    if rows and float(np.max(rows["salt_high"])) > most:
        yield (f"The salt concentration reached {float(np.max(rows['salt_high'])) / 1000:.3g} mol/L; the transport of the "
               f"electrolyte was measured up to {most / 1000:.3g} mol/L and is held constant beyond.")  # fmt: skip


def numerics(driver: Driver) -> dict[str, float | int | str]:
    """How it was solved: what a grid study changes, and what the solvers needed."""
    scheme, rows = driver.scheme, driver.recorder.columns()
    steps = rows["dt"] > 0 if rows else np.zeros(0, bool)
    found: dict[str, float | int | str] = {
        "cells": " x ".join(map(str, scheme.grid.shape)), "spacing_m": scheme.grid.spacing, "profile_cells": scheme.width,
        "keeper_over_speed": scheme.keeping, "courant": scheme.front, "steps": int(np.sum(steps)),
    }  # fmt: skip
    if np.any(steps):
        moved = float(np.sum(rows["fastest"][steps] * rows["dt"][steps]))
        found |= {
            "newton_per_step": float(np.mean(rows["newton"][steps])),
            "iterations_per_step": float(np.mean(rows["iterations"][steps])),
            "salt_iterations_per_step": float(np.mean(rows["salt_iterations"][steps])),
            # A wave of 32 cells has k eps = 0.2: what the profile keeper took from its amplitude, as an exponent.
            "smoothing_exponent_32_cells": SMOOTHING * 2 * math.pi / (32 * scheme.grid.spacing) * moved * scheme.keeping,
        }  # fmt: skip
    return found
