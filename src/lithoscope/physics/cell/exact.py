"""Exact solutions of the planar cell, and the cases that compare the model with them.

All hold for constant properties and a separator of thickness L, porosity eps and MacMullin number N_M, with the effective
diffusivity D_e = D / N_M. Derived from eps dc/dt = D_e d2c/dx2 with the flux (1 - t+) J / F at both faces.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lithoscope.constants import FARADAY, thermal_voltage
from lithoscope.design import Cell, ConstantProperties, Electrolyte, Foil, NativeFilm, Separator
from lithoscope.physics.cell.params import numbers
from lithoscope.physics.contract import ExactCase, silent
from lithoscope.physics.laws.kinetics import active_area
from lithoscope.physics.laws.transport import limiting_current_density
from lithoscope.protocol import Current, Program, Rest, Spectrum, Voltage

if TYPE_CHECKING:
    from lithoscope.physics.cell.model import CellModel
    from lithoscope.result import Result

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Slab:
    """A separator with constant properties, SI.

    L, eps, N_M          thickness m, porosity, MacMullin number
    c0                   salt concentration at rest, mol/m3
    kappa, D, t_plus, chi  conductivity S/m, diffusivity m2/s, transference number, thermodynamic factor
    T                    temperature, K
    """

    L: float = 100e-6
    eps: float = 0.5
    N_M: float = 4.0
    c0: float = 1000.0
    kappa: float = 1.0
    D: float = 3e-10
    t_plus: float = 0.3
    chi: float = 2.0
    T: float = 298.15

    @property
    def effective_diffusivity(self) -> float:
        """D_e = D / N_M, m2/s."""
        return self.D / self.N_M

    def cell(self, **foil: Any) -> Cell:
        """A cell with this separator and two foils alike, whose interfaces cost as good as nothing unless told otherwise."""
        fast: dict[str, Any] = {
            "thickness": "500 um",
            "native_film": NativeFilm("0.1 nm", "1 S/cm"),
            "exchange_current_density": "1000 mA/cm2",
            "double_layer_capacitance": "1 uF/cm2",
        }
        return Cell(
            working=Foil(**(fast | foil)),
            separator=Separator("slab", f"{self.L!r} m", self.eps, self.N_M),
            electrolyte=Electrolyte(
                "salt", f"{self.c0!r} mol/m3", {"solvent": 1.0},
                properties=ConstantProperties(f"{self.kappa!r} S/m", f"{self.D!r} m2/s", self.t_plus, self.chi),
            ),
            area="1 cm2",
            temperature=f"{self.T!r} K",
        )  # fmt: skip

    @property
    def limiting_current_density(self) -> float:
        """i_lim = 2 F D_e c0 / ((1 - t+) L), A/m2."""
        return limiting_current_density(self.D, self.t_plus, self.c0, self.L, self.N_M)

    def steady_profile(self, J: float, x: ArrayLike) -> Array:
        """c(x) = c0 + J (1 - t+) (x - L/2) / (F D_e), mol/m3, when J strips the working electrode at x = L."""
        return self.c0 + J * (1 - self.t_plus) * (np.asarray(x) - self.L / 2) / (FARADAY * self.effective_diffusivity)

    def sand_concentration(self, J: float, t: ArrayLike) -> Array:
        """c at the face that is plated, before the other face is felt: c0 - 2 (1 - t+) J sqrt(t / (pi eps D_e)) / F."""
        spread = np.sqrt(np.asarray(t) / (np.pi * self.eps * self.effective_diffusivity))
        return self.c0 - 2 * (1 - self.t_plus) * abs(J) / FARADAY * spread

    def sand_time(self, J: float) -> float:
        """t = pi eps D_e (F c0 / (2 (1 - t+) J))^2, s, for |J| far above the limiting current density."""
        return float(np.pi * self.eps * self.effective_diffusivity * (FARADAY * self.c0 / (2 * (1 - self.t_plus) * J)) ** 2)

    def slowest_rate(self) -> float:
        """Rate of the slowest mode of relaxation at rest, pi^2 D_e / (eps L^2), 1/s."""
        return float(np.pi**2 * self.effective_diffusivity / (self.eps * self.L**2))

    def depletion_current_density(self, c_face: float, t: ArrayLike) -> Array:
        """After a voltage step that holds the plated face at c_face: J = F (c0 - c_face) sqrt(eps D_e / (pi t)) / (1 - "
        "t+)."""
        spread = np.sqrt(self.eps * self.effective_diffusivity / (np.pi * np.asarray(t)))
        return FARADAY * (self.c0 - c_face) * spread / (1 - self.t_plus)

    def concentration_potential(self, ratio: float) -> float:
        """Potential between faces whose concentrations have this ratio: 2 V_T (1 - t+) chi ln(ratio), V."""
        return float(2 * thermal_voltage(self.T) * (1 - self.t_plus) * self.chi * np.log(ratio))

    def diffusion_impedance(self, frequency: ArrayLike) -> NDArray[np.complex128]:
        """Z = 4 V_T (1 - t+)^2 chi tanh(k L / 2) / (F c0 D_e k), k = sqrt(j omega eps / D_e), ohm m2."""
        k = np.sqrt(2j * np.pi * np.asarray(frequency) * self.eps / self.effective_diffusivity)
        front = (
            4 * thermal_voltage(self.T) * (1 - self.t_plus) ** 2 * self.chi / (FARADAY * self.c0 * self.effective_diffusivity)
        )
        return np.asarray(front * np.tanh(k * self.L / 2) / k)

    def ohmic_resistance(self) -> float:
        """R = N_M L / kappa, ohm m2."""
        return self.N_M * self.L / self.kappa


def interface_impedance(resistance: float, capacitance: float, frequency: ArrayLike) -> NDArray[np.complex128]:
    """One interface, Z = R / (1 + j omega R C), ohm m2; its top is at 1 / (2 pi R C)."""
    return np.asarray(resistance / (1 + 2j * np.pi * np.asarray(frequency) * resistance * capacitance))


def symmetric_voltage(J: float, i0: float, resistance: float, T: float) -> float:
    """Steady voltage of two like electrodes without gradients, V = (4 R_g T / F) asinh(J / (2 i0)) + R J."""
    return float(4 * thermal_voltage(T) * np.arcsinh(J / (2 * i0)) + resistance * J)


def foil_life(lithium: float, least: float, J: float) -> float:
    """Time until a foil is exhausted, t = (Q0 - Q_min) / J, s."""
    return (lithium - least) / J


def current_step(J: float, duration: float) -> Current:
    """A constant current density in A/m2 for a time in s; positive strips the working electrode."""
    return Current(f"{J!r} A/m2", {"duration": f"{duration!r} s"})


Run = Callable[..., "Result"]
"""Runs the steps that follow the cell."""


def cases(model: CellModel) -> Sequence[ExactCase]:
    """The exact cases of a planar model, on a mesh and at a tolerance fine enough for them. Each takes about a second."""
    slab, fine = Slab(), model.replaced(cells=200, relative_tolerance=1e-9)

    def run(cell: Cell, *steps: Current | Rest | Spectrum | Voltage) -> Result:
        return fine.simulate(cell, Program(list(steps)), silent)

    return (
        ExactCase("steady salt profile", 1e-10, partial(_steady, slab, run)),
        ExactCase("limiting current: 0.99 goes on, 1.01 depletes", 0.0, partial(_depletion, slab, run)),
        ExactCase("slowest relaxation at rest", 1e-3, partial(_relaxation, slab, run)),
        ExactCase("finite-length diffusion impedance", 1e-3, partial(_warburg, slab, run)),
        ExactCase("voltage of symmetric kinetics", 1e-10, partial(_kinetics, Slab(t_plus=1.0), run)),
        ExactCase("life of a foil", 1e-8, partial(_life, slab, run)),
    )


def _steady(slab: Slab, run: Run) -> float:
    """Largest error of the salt profile at half the limiting current, relative to the mean."""
    J = 0.5 * slab.limiting_current_density
    profiles = run(slab.cell(), current_step(J, 40 / slab.slowest_rate())).profiles
    exact = slab.steady_profile(J, profiles["position"][-1])
    return float(np.max(np.abs(profiles["salt_concentration"].values[-1] - exact)) / slab.c0)


def _depletion(slab: Slab, run: Run) -> float:
    """0 if the salt holds out just below the limiting current and not just above it, else 1."""
    J = slab.limiting_current_density
    ends = [run(slab.cell(), current_step(f * J, 20 / slab.slowest_rate())).status.word for f in (0.99, 1.01)]
    return 0.0 if ends == ["program completed", "salt depleted"] else 1.0


def _relaxation(slab: Slab, run: Run) -> float:
    """Error of the rate at which a salt profile fades, once only its slowest mode is left."""
    rate = slab.slowest_rate()
    seen = run(slab.cell(), current_step(20.0, 3 / rate), Rest(f"{4 / rate!r} s"), Rest(f"{2 / rate!r} s"))
    middle, late = (seen.profiles["salt_concentration"].values[n] for n in (1, 2))
    return float(abs(np.log(np.ptp(middle) / np.ptp(late)) / 2 - 1))


def _warburg(slab: Slab, run: Run) -> float:
    """Largest error of the diffusion impedance, relative to it at the same frequency."""
    spectrum = run(slab.cell(), Spectrum("0.2 Hz", "1 mHz")).spectra[0]
    Z = spectrum["electrolyte_real_impedance"].values + 1j * spectrum["electrolyte_imaginary_impedance"].values
    exact = slab.diffusion_impedance(spectrum["frequency"])
    return float(np.max(np.abs(Z - slab.ohmic_resistance() - exact) / np.abs(exact)))


def _kinetics(still: Slab, run: Run) -> float:
    """Error of the steady voltage without gradients; each foil has lost or gained a little lithium, and area with it."""
    J, cell = 30.0, still.cell(exchange_current_density="1 mA/cm2")
    face = numbers(cell).working
    areas = [active_area(face.lithium - lost, face.least_lithium) for lost in (J, -J)]
    halves = [symmetric_voltage(J, 10.0 * area, 0.0, still.T) / 2 + face.native_film_resistance * J / area for area in areas]
    exact = sum(halves) + still.ohmic_resistance() * J
    return float(abs(run(cell, current_step(J, 1.0))["voltage"][-1] / exact - 1))


def _life(slab: Slab, run: Run) -> float:
    """Error of the time at which a foil is exhausted."""
    cell = slab.cell(thickness="50 um")
    face = numbers(cell).working
    t = run(cell, current_step(10.0, 1e6)).status.time
    return float(abs(t / foil_life(face.lithium, face.least_lithium, 10.0) - 1))
