"""Lithoscope: a virtual laboratory for lithium-metal anodes.

    import lithoscope as ls

    cell = ls.Cell.symmetric(
        anode=ls.Foil("50 um", films=[ls.Film("MASnCl3", "1 um")]),
        electrolyte="1 M LiPF6 EC:DMC 1:1", separator="PP 20 um", area="1.13 cm2",
    )
    result = ls.run(cell, ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=10))
    result.plot("voltage")
    print(result.status, result.ledger)

The names below are public. Each part is loaded when it is first used, so that the import itself is light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# Imported at once, because the module has the name of its verb; it loads its own parts late.
from lithoscope.run import run

if TYPE_CHECKING:
    from lithoscope.analysis.efficiency import reservoir_efficiency
    from lithoscope.analysis.energy import energy_density
    from lithoscope.analysis.failure import failure_mode
    from lithoscope.analysis.figures import animate, animate_host, draw, draw_fields, draw_surface
    from lithoscope.analysis.impedance import read_arc
    from lithoscope.analysis.maps import Map, Metric, map_of
    from lithoscope.analysis.paraview import export_paraview
    from lithoscope.analysis.soft_short import soft_short
    from lithoscope.analysis.target import Target, target_sei
    from lithoscope.analysis.trace import Trace, read_trace
    from lithoscope.data import lookup
    from lithoscope.design import (
        Ageing,
        Cathode,
        Cell,
        Coating,
        ConstantProperties,
        Contact,
        Deposit,
        Electrolyte,
        Film,
        Flicker,
        Foil,
        FrontLaw,
        Growth,
        Host,
        NativeFilm,
        Nucleation,
        Onset,
        Same,
        Separator,
        Short,
        Substrate,
        SurfaceFilm,
    )
    from lithoscope.design.carried import CarriedFilm, Cracking, FerroelectricLayer, FilmMap, FilmSpecies
    from lithoscope.design.catalogue import catalogue
    from lithoscope.design.fibres import FibreHost
    from lithoscope.design.polar import Adsorbed, PolarFilm, Tip
    from lithoscope.design.sites import SurfaceMaps
    from lithoscope.ensemble import Sweep, grid, load_sweep, sweep
    from lithoscope.errors import End, InputError, LithoscopeError, RunInterrupted, Status, StoreError, SweepInterrupted
    from lithoscope.physics.bridge.chain import rest_then_plate
    from lithoscope.physics.bridge.closures import closure
    from lithoscope.physics.bridge.plated import ageing_from, foil_under
    from lithoscope.physics.bridge.rested import film_from_rest
    from lithoscope.physics.cell import Full, Mossy, Planar, Plated, PorousHost
    from lithoscope.physics.double_layer.model import DoubleLayer
    from lithoscope.physics.interphase.converting.model import ConvertingFilm
    from lithoscope.physics.interphase.model import ElectronSupply, Interphase, ReactionChange
    from lithoscope.physics.interphase.polarised import PolarisedFilm
    from lithoscope.physics.interphase.terrain import Defect
    from lithoscope.physics.morphology.gradient import roughness_gradient
    from lithoscope.physics.morphology.model import PhaseField
    from lithoscope.physics.morphology.one_potential import OnePotential2015
    from lithoscope.protocol import Current, Loop, Program, Rest, Scan, Spectrum, Stop, Until, Voltage
    from lithoscope.result import Ledger, Result, load
    from lithoscope.sampling import Between
    from lithoscope.sensitivity import Plan, plan
    from lithoscope.studies import study

__version__ = "0.1.0"

_HOME = {
    "design": (
        "Ageing",
        "Cathode",
        "Cell",
        "Coating",
        "ConstantProperties",
        "Contact",
        "Deposit",
        "Electrolyte",
        "Film",
        "Flicker",
        "Foil",
        "FrontLaw",
        "Growth",
        "Host",
        "NativeFilm",
        "Nucleation",
        "Onset",
        "Same",
        "Separator",
        "Short",
        "Substrate",
        "SurfaceFilm",
    ),
    "design.carried": ("CarriedFilm", "Cracking", "FerroelectricLayer", "FilmMap", "FilmSpecies"),
    "design.catalogue": ("catalogue",),
    "design.fibres": ("FibreHost",),
    "design.polar": ("Adsorbed", "PolarFilm", "Tip"),
    "design.sites": ("SurfaceMaps",),
    "protocol": ("Current", "Loop", "Program", "Rest", "Scan", "Spectrum", "Stop", "Until", "Voltage"),
    "data": ("lookup",),
    "physics.bridge.chain": ("rest_then_plate",),
    "physics.bridge.closures": ("closure",),
    "physics.bridge.plated": ("ageing_from", "foil_under"),
    "physics.bridge.rested": ("film_from_rest",),
    "physics.cell": ("Full", "Mossy", "Planar", "Plated", "PorousHost"),
    "physics.double_layer.model": ("DoubleLayer",),
    "physics.interphase.converting.model": ("ConvertingFilm",),
    "physics.interphase.model": ("ElectronSupply", "Interphase", "ReactionChange"),
    "physics.interphase.polarised": ("PolarisedFilm",),
    "physics.interphase.terrain": ("Defect",),
    "physics.morphology.gradient": ("roughness_gradient",),
    "physics.morphology.model": ("PhaseField",),
    "physics.morphology.one_potential": ("OnePotential2015",),
    "result": ("Ledger", "Result", "load"),
    "sampling": ("Between",),
    "sensitivity": ("Plan", "plan"),
    "analysis.efficiency": ("reservoir_efficiency",),
    "analysis.energy": ("energy_density",),
    "analysis.failure": ("failure_mode",),
    "analysis.figures": ("animate", "animate_host", "draw", "draw_fields", "draw_surface"),
    "analysis.paraview": ("export_paraview",),
    "analysis.impedance": ("read_arc",),
    "analysis.maps": ("Map", "Metric", "map_of"),
    "analysis.soft_short": ("soft_short",),
    "analysis.target": ("Target", "target_sei"),
    "analysis.trace": ("Trace", "read_trace"),
    "ensemble": ("Sweep", "grid", "load_sweep", "sweep"),
    "studies": ("study",),
    "errors": ("End", "InputError", "LithoscopeError", "RunInterrupted", "Status", "StoreError", "SweepInterrupted"),
}
"""Module -> the public names that it holds."""

_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "Adsorbed",
    "Ageing",
    "Between",
    "CarriedFilm",
    "Cathode",
    "Cell",
    "Coating",
    "ConstantProperties",
    "Contact",
    "ConvertingFilm",
    "Cracking",
    "Current",
    "Defect",
    "Deposit",
    "DoubleLayer",
    "Electrolyte",
    "ElectronSupply",
    "End",
    "FerroelectricLayer",
    "FibreHost",
    "Film",
    "FilmMap",
    "FilmSpecies",
    "Flicker",
    "Foil",
    "FrontLaw",
    "Full",
    "Growth",
    "Host",
    "InputError",
    "Interphase",
    "Ledger",
    "LithoscopeError",
    "Loop",
    "Map",
    "Metric",
    "Mossy",
    "NativeFilm",
    "Nucleation",
    "OnePotential2015",
    "Onset",
    "PhaseField",
    "Plan",
    "Planar",
    "Plated",
    "PolarFilm",
    "PolarisedFilm",
    "PorousHost",
    "Program",
    "ReactionChange",
    "Rest",
    "Result",
    "RunInterrupted",
    "Same",
    "Scan",
    "Separator",
    "Short",
    "Spectrum",
    "Status",
    "Stop",
    "StoreError",
    "Substrate",
    "SurfaceFilm",
    "SurfaceMaps",
    "Sweep",
    "SweepInterrupted",
    "Target",
    "Tip",
    "Trace",
    "Until",
    "Voltage",
    "ageing_from",
    "animate",
    "animate_host",
    "catalogue",
    "closure",
    "draw",
    "draw_fields",
    "draw_surface",
    "energy_density",
    "export_paraview",
    "failure_mode",
    "film_from_rest",
    "foil_under",
    "grid",
    "load",
    "load_sweep",
    "lookup",
    "map_of",
    "plan",
    "read_arc",
    "read_trace",
    "reservoir_efficiency",
    "rest_then_plate",
    "roughness_gradient",
    "run",
    "soft_short",
    "study",
    "sweep",
    "target_sei",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'lithoscope' has no attribute {name!r}")
    return getattr(import_module(f"lithoscope.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
