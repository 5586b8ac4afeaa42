"""Every output once: its name, unit, what it is, and what its sign means.

Signs, everywhere: the voltage is that of the working against the counter electrode; a positive current oxidises the
working electrode, which strips it where it is lithium; Z'' is negative when capacitive. Per area means per geometric
area of one electrode.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Name:
    """One output.

    key        its name in a tree
    unit       SI, or "1"
    long_name  what it is, as an axis would say it
    sign       what a positive value means; empty where it can only be positive
    flags      words behind the integers of a coded output, in order from 0
    """

    key: str
    unit: str
    long_name: str
    sign: str = ""
    flags: tuple[str, ...] = ()

    @property
    def attributes(self) -> dict[str, object]:
        """As attributes of a variable, CF conventions."""
        attributes: dict[str, object] = {"units": self.unit, "long_name": self.long_name}
        if self.sign:
            attributes["sign"] = self.sign
        if self.flags:
            attributes |= {"flag_values": list(range(len(self.flags))), "flag_meanings": ";".join(self.flags)}
        return attributes


STEP_KINDS = ("rest", "current", "voltage", "spectrum", "scan")
STEP_ENDS = ("time is up", "capacity reached", "voltage above", "voltage below", "current below", "the run ended")
_STRIPS = "positive strips the working electrode"


def _of_hosts() -> Iterator[Name]:
    """What a host shows, on either side."""
    for face in ("working", "counter"):
        yield Name(f"{face}_host_lithium", "C/m2", f"lithium in the pores of the host, {face} electrode")
        yield Name(f"{face}_outgrown_lithium", "C/m2", f"lithium that has grown out of the top of the host, {face} electrode")
        yield Name(f"{face}_connected_lithium", "C/m2", f"lithium in the host with electrons from its back, {face} electrode")
        yield Name(f"{face}_orphaned_lithium", "C/m2", f"lithium in the host that is cut off from its back, {face} electrode")
        yield Name(f"{face}_front_depth", "m", f"depth below the top down to which no electrons come, {face} electrode")
        yield Name(f"{face}_reaction_depth", "m",
                   f"depth of an even reaction that spreads as this one does, halved; 0 at rest, {face} electrode")  # fmt: skip
        yield Name(f"{face}_top_porosity", "1", f"porosity at the top of the host, {face} electrode")
        yield Name(f"{face}_thickness_change", "m", f"thickness of the lithium that has grown out of the top, {face} electrode")


NAMES: Mapping[str, Name] = {
    name.key: name
    for name in (
        Name("time", "s", "time"),
        Name("cycle", "1", "cycle, counted from 1; 0 outside every loop"),
        Name("step", "1", "step, counted from 1 over the whole run"),
        Name("current_density", "A/m2", "current density", _STRIPS),
        Name("voltage", "V", "voltage", "working against counter electrode"),
        Name("charge_passed", "C/m2", "charge passed since the start of the run", _STRIPS),
        Name("working_potential", "V", "potential of the working electrode against lithium in the electrolyte beside it",
             "positive when stripped; films included"),
        Name("counter_potential", "V", "potential of the counter electrode against lithium in the electrolyte beside it",
             "positive when stripped; films included"),
        Name("electrolyte_potential", "V", "potential over the electrolyte",
             "working side against counter side; voltage = working - counter + electrolyte"),
        Name("working_salt_concentration", "mol/m3", "salt concentration at the working electrode"),
        Name("counter_salt_concentration", "mol/m3", "salt concentration at the counter electrode"),
        Name("working_lithium", "C/m2", "lithium in the working electrode"),
        Name("counter_lithium", "C/m2", "lithium in the counter electrode"),
        Name("working_bulk_lithium", "C/m2", "dense lithium in the working electrode"),
        Name("working_mossy_lithium", "C/m2", "mossy lithium on the working electrode"),
        Name("working_dead_lithium", "C/m2", "dead lithium on the working electrode"),
        Name("working_film_lithium", "C/m2", "lithium that films took from the working electrode since assembly"),
        Name("working_surface_film_lithium", "C/m2", "lithium in the film on the metal of the working electrode"),
        Name("working_inserted_lithium", "C/m2", "lithium inserted in the coating of the working electrode"),
        Name("working_converted_lithium", "C/m2", "lithium in the salt to which the coating converted, working electrode"),
        Name("working_alloyed_lithium", "C/m2", "lithium alloyed with the metal from the coating, working electrode"),
        Name("working_converted_amount", "mol/m2", "amount of the coating that converted, working electrode"),
        Name("working_converted_share", "1", "share of the coating that converted, working electrode"),
        Name("working_deposit_thickness", "m", "thickness of the dense deposit on the working electrode"),
        Name("working_deposit_area", "1", "area of the deposit that can be stripped over geometric area, working electrode"),
        Name("working_coverage", "1", "share of the working electrode that lithium covers"),
        Name("working_nuclei", "1/m2", "nuclei that formed on the working electrode"),
        Name("working_film_thickness", "m", "thickness of the native film on dense lithium, working electrode"),
        Name("working_pit_area", "1", "area that pits add, over geometric area, working electrode"),
        Name("working_mossy_area", "1", "area of moss over geometric area, working electrode"),
        Name("working_dead_layer_thickness", "m", "thickness of the dead layer, working electrode"),
        *_of_hosts(),
        Name("counter_bulk_lithium", "C/m2", "dense lithium in the counter electrode"),
        Name("counter_mossy_lithium", "C/m2", "mossy lithium on the counter electrode"),
        Name("counter_dead_lithium", "C/m2", "dead lithium on the counter electrode"),
        Name("counter_film_lithium", "C/m2", "lithium that films took from the counter electrode since assembly"),
        Name("counter_film_thickness", "m", "thickness of the native film on dense lithium, counter electrode"),
        Name("counter_pit_area", "1", "area that pits add, over geometric area, counter electrode"),
        Name("counter_mossy_area", "1", "area of moss over geometric area, counter electrode"),
        Name("counter_dead_layer_thickness", "m", "thickness of the dead layer, counter electrode"),
        Name("electrolyte_lithium", "C/m2", "lithium ions in the electrolyte in the pores"),
        Name("free_electrolyte_lithium", "C/m2", "lithium ions outside the pores, change since assembly",
             "negative when pores have drawn electrolyte in"),
        Name("free_electrolyte", "m", "volume of electrolyte per area outside the pores"),
        Name("free_salt_concentration", "mol/m3", "salt concentration outside the pores"),
        Name("double_layer_lithium", "C/m2", "lithium ions in the double layers of both electrodes",
             "negative after net stripping: the ions have not left the metal"),
        Name("open_circuit_voltage", "V", "voltage without current at the mean stoichiometry of the cathode"),
        Name("solvent_left", "mol/m2", "solvent that films have not consumed"),
        Name("salt_left", "mol/m2", "salt that films have not consumed"),
        Name("electrolyte_volume", "m", "volume of electrolyte per area, in the pores and outside"),
        Name("electrolyte_used", "m", "volume of electrolyte per area that films consumed"),
        Name("saturation", "1", "share of the pores that is filled with electrolyte"),
        Name("position", "m", "distance from the counter electrode"),
        Name("salt_concentration", "mol/m3", "salt concentration"),
        Name("lithium_fraction", "1", "volume fraction of lithium"),
        Name("fibre_fraction", "1", "volume fraction of fibres that stand in the way of lithium"),
        Name("delivered_current_density", "A/m2", "current density that the reaction at the surface delivers", _STRIPS),
        Name("lowest_salt_concentration", "mol/m3", "lowest salt concentration at the surface of the working electrode"),
        Name("roughness", "m", "rms of the height of the surface"),
        Name("tip_height", "m", "highest lithium above the height that the same metal would have dense and flat"),
        Name("tip_ratio", "1", "largest current density of the surface, over about two cells, over the mean of its magnitude"),
        Name("surface_area", "1", "area of the surface over geometric area"),
        Name("deposit_thickness", "m", "height of the deposit up to a plane with 5 % of metal"),
        Name("deposit_thickness_at_2_percent", "m", "height of the deposit up to a plane with 2 % of metal"),
        Name("deposit_thickness_at_10_percent", "m", "height of the deposit up to a plane with 10 % of metal"),
        Name("dense_thickness", "m", "thickness of dense lithium of the charge that passed", "negative after net stripping"),
        Name("deposit_porosity", "1", "share of the volume of the deposit that is not metal"),
        Name("time_step", "s", "length of the time step that begins here"),
        Name("displaced_lithium", "C/m2", "lithium ions in the electrolyte that growing metal pushed out of the domain",
             "negative after net stripping"),
        Name("reservoir_lithium", "C/m2", "lithium ions beyond the top of the domain, change since assembly",
             "negative when the domain has drawn salt"),
        Name("potential", "V", "potential of the electrolyte against lithium"),
        Name("surface_resistance", "ohm m2", "resistance of the film at each point of the surface"),
        Name("surface_film_thickness", "m", "thickness of the film at each point of the surface"),
        Name("covered", "1", "share of the surface whose film is not cracked"),
        Name("polarisation", "C/m2", "polarisation of the ferroelectric layer", "positive points out of the metal"),
        Name("piece", "1", "connected part that the lithium belongs to: 0 the electrode"),
        Name("height", "m", "height above the bottom of the domain"),
        Name("across", "m", "distance along the electrode"),
        Name("along", "m", "distance along the electrode, across the first"),
        Name("film_thickness", "m", "thickness of the film on lithium, mean over the surface"),
        Name("film_thickness_spread", "m", "standard deviation of the thickness of the film over the surface"),
        Name("inner_film_thickness", "m", "thickness of its compact inner layer, mean over the surface"),
        Name("outer_film_thickness", "m", "thickness of its porous outer layer, mean over the surface"),
        Name("recession", "m", "depth by which lithium has corroded, mean over the surface"),
        Name("recession_spread", "m", "standard deviation of that depth over the surface"),
        Name("corrosion_current_density", "A/m2", "lithium that corrodes at rest, as a current density",
             "passes from the metal into its film; none of it is seen outside"),
        Name("reduction_potential", "V", "potential of the electrons where the electrolyte is reduced, mean",
             "against lithium"),
        Name("interphase_resistance", "ohm m2", "areal resistance of the film on one electrode, patches in parallel"),
        Name("galvanic_current_density", "A/m2", "lithium that dissolves for a metal in contact, as a current density",
             "passes from lithium to the metal, where the electrolyte takes it"),
        Name("galvanic_lithium", "C/m2", "lithium that has dissolved for a metal in contact"),
        Name("net_current_density", "A/m2", "current of lithium and a metal in contact, what is dissolved and what is reduced",
             "more lithium dissolves than electrons are taken; 0 at rest"),
        Name("contact_film_thickness", "m", "thickness of the film on a metal in contact"),
        Name("contact_film_amount", "mol/m2", "amount of a solid in the film on a metal in contact"),
        Name("wagner_length", "m", "distance over which the current of a metal in contact spreads along lithium"),
        Name("film_amount", "mol/m2", "amount of a solid in the film"),
        Name("film_volume", "m", "volume of a solid in the film per area, without pores"),
        Name("liquid_amount", "mol/m2", "amount of what is dissolved"),
        Name("gas_amount", "mol/m2", "amount of a gas that was made"),
        Name("element_residual", "1", "change of the total of an element, over what moved of it"),
        Name("surface_recession", "m", "depth by which lithium has corroded at each point of the surface"),
        Name("surface_share", "1", "volume share of a solid in the film at each point of the surface"),
        Name("surface_amount", "mol/m2", "amount of a solid in the film per true area at each point of the surface"),
        Name("conversion_front_depth", "m", "depth of the film as made that would have converted, had all of it at once"),
        Name("blocking_length", "m", "thickness of product that electrons pass by tunnelling, as the leak needs it"),
        Name("distance", "m", "distance from the metal in the film as made"),
        Name("layer_amount", "mol/m2", "amount of a solid in a layer of the film"),
        Name("layer_share", "1", "volume share of a solid in a layer of the film"),
        Name("layer_thickness", "m", "thickness of a layer of the film"),
        Name("layer_filling", "1", "lithium inserted in the unconverted film of a layer, over its largest content"),
        Name("solid", "1", "solid in the film"),
        Name("dissolved", "1", "dissolved species"),
        Name("gas", "1", "gas"),
        Name("element", "1", "chemical element"),
        Name("kind", "1", "kind of step", flags=STEP_KINDS),
        Name("ended", "1", "what ended the step", flags=STEP_ENDS),
        Name("start_time", "s", "time at the start of the step"),
        Name("duration", "s", "duration of the step"),
        Name("charge", "C/m2", "charge passed in the step", _STRIPS),
        Name("mean_voltage", "V", "time-averaged voltage of the step", "working against counter electrode"),
        Name("end_voltage", "V", "voltage at the end of the step", "working against counter electrode"),
        Name("start_peak_voltage", "V", "largest magnitude of the voltage in the first half of a half-cycle"),
        Name("valley_voltage", "V", "least magnitude of the voltage after the start peak"),
        Name("plateau_voltage", "V", "mean magnitude of the voltage over the middle half of a half-cycle"),
        Name("end_peak_voltage", "V", "largest magnitude of the voltage after the valley"),
        Name("ohmic_resistance", "ohm m2", "areal resistance of the electrolyte, by dissipation"),
        Name("film_resistance", "ohm m2", "areal resistance of films, both electrodes, by dissipation"),
        Name("charge_transfer_resistance", "ohm m2", "areal resistance of charge transfer, both electrodes, by dissipation"),
        Name("transport_resistance", "ohm m2", "areal resistance of salt transport, by dissipation"),
        Name("leak_resistance", "ohm m2", "what a short dissipates, as an areal resistance of the cell"),
        Name("ionic_current_density", "A/m2", "current density that ions carry through the electrolyte", _STRIPS),
        Name("leaked_charge", "C/m2", "charge that passed through a short since the start of the run, as electrons",
             "counts like the charge passed, of which it is a part"),
        Name("short_conductance", "S/m2", "areal conductance of the short"),
        Name("leaked", "C/m2", "charge that passed through a short in the step", "counts like the charge of the step"),
        Name("leaked_share", "1", "share of the charge of the cycle that passed through a short and moved no lithium"),
        Name("dead_lithium_made", "C/m2", "lithium that died in the cycle, both electrodes"),
        Name("film_lithium_made", "C/m2", "lithium that went into films in the cycle, both electrodes"),
        Name("efficiency", "1", "lithium plated in the cycle that was not lost to dead lithium or films, as a share"),
        Name("charge_capacity", "C/m2", "charge that passed while the cell was charged, per area"),
        Name("discharge_capacity", "C/m2", "charge that passed while the cell was discharged, per area"),
        Name("mean_charge_voltage", "V", "mean voltage of the charge that passed while the cell was charged",
             "working against counter electrode"),
        Name("mean_discharge_voltage", "V", "mean voltage of the charge that passed while the cell was discharged",
             "working against counter electrode"),
        Name("coulombic_efficiency", "1", "second over first of the two capacities of a cycle"),
        Name("lithium_left", "C/m2", "lithium metal at the end of the cycle that is neither dead nor in films"),
        Name("frequency", "Hz", "frequency"),
        Name("real_impedance", "ohm m2", "real part of the areal impedance of the cell"),
        Name("imaginary_impedance", "ohm m2", "imaginary part of the areal impedance of the cell", "negative when capacitive"),
        Name("working_real_impedance", "ohm m2", "real part of the areal impedance of the working electrode"),
        Name("working_imaginary_impedance", "ohm m2", "imaginary part of the areal impedance of the working electrode",
             "negative when capacitive"),
        Name("counter_real_impedance", "ohm m2", "real part of the areal impedance of the counter electrode"),
        Name("counter_imaginary_impedance", "ohm m2", "imaginary part of the areal impedance of the counter electrode",
             "negative when capacitive"),
        Name("electrolyte_real_impedance", "ohm m2", "real part of the areal impedance of the electrolyte"),
        Name("electrolyte_imaginary_impedance", "ohm m2", "imaginary part of the areal impedance of the electrolyte",
             "negative when capacitive"),
    )
}  # fmt: skip


def dataset(dimension: str | Sequence[str], coordinates: Sequence[str], columns: Mapping[str, ArrayLike]) -> xr.Dataset:
    """Columns of outputs as a dataset with units, long names and signs.

    dimension    the dimension of every one-dimensional column; a pair for two-dimensional ones as well: a column of n
                 axes takes the last n dimensions
    coordinates  which columns are coordinates
    columns      arrays by the name of the output; each must be in `NAMES`
    """
    dimensions = (dimension,) if isinstance(dimension, str) else tuple(dimension)
    variables = {}
    for key, values in columns.items():
        array = np.asarray(values)
        variables[key] = (_dimensions(key, array.ndim, dimensions), array, NAMES[key].attributes)
    return xr.Dataset({k: v for k, v in variables.items() if k not in coordinates},
                      coords={k: v for k, v in variables.items() if k in coordinates})  # fmt: skip


def _dimensions(key: str, axes: int, dimensions: tuple[str, ...]) -> tuple[str, ...]:
    if key in dimensions:
        return (key,)
    return dimensions[:axes]


def words(variable: xr.DataArray) -> list[str]:
    """The words behind a coded output."""
    meanings = str(variable.attrs["flag_meanings"]).split(";")
    return [meanings[int(code)] for code in variable.values]
