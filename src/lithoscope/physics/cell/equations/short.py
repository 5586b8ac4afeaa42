"""An electronic leak beside a cell, to be put into any model with two lithium faces.

    J_t     current density at the terminals, A/m2;  J  what crosses the electrolyte as ions
    G       areal conductance of the leak, S/m2;  G*  what it tends to
    t, q    time since the start of the run, s; charge that passed in both directions, C/m2
    x       growth of the leak;  r_t, r_q  its rate per time and per charge, one of them 0;  t_0, q_0  onset
    l, e    1 if the leak grows linearly, exponentially; else 0
    d       depth of its flicker

Equations, in PyBaMM's sign, in which a positive current lowers the voltage V
    J = J_t + G V                                                       (an algebraic unknown; all faces and the salt see J)
    tau dG/dt = G* - G,   G* = min(G_0 (1 + l x) exp(e x), G_max) (1 - d f)  for x >= 0, else 0
    x = r_t (t - t_0) + r_q (q - q_0),   dq/dt = |J_t|
    f = (1 + tanh(4 sum_n sin(w_n t + p_n))) / 2                         (1 where the sum is positive, else 0, but for a second)
    dQ_leak/dt = G V                                                    (in the public sign, as the charge that passed)

tau is one second: without it G would jump inside a step of the integrator; G lags behind G* by what it grows in a second. The
flicker is the sign of a sum of waves with frequencies w_n and phases p_n drawn from a seed: by Rice's formula it changes
pi / (rms w) apart on average. The sum of waves is integrated like an unknown, so that no step of the integrator passes over
it. Electrons in the leak carry no lithium, so what is stripped is less than the charge that passed.

Validity: an ohmic leak that touches both metals, spread evenly over the area; it neither takes up nor gives back lithium.
Source: S. O. Rice, Bell System Technical Journal 23 (1944) 282, for the mean distance of zeros.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lithoscope.physics.cell.engine import pybamm
from lithoscope.physics.cell.params import ShortNumbers

CONTACT_S = 1.0
"""Time in which a contact closes or opens, tau, s."""

WAVES = 6
"""Number of waves whose sum flickers."""


def waves(dwell_time: float, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Angular frequencies, 1/s, and phases of the waves whose sum changes sign every dwell time on average.

    rms(w) = pi / dwell_time
    """
    random = np.random.default_rng(seed)
    w = random.uniform(0.3, 1.7, WAVES)
    return w * np.pi / dwell_time / np.sqrt(np.mean(w**2)), random.uniform(0, 2 * np.pi, WAVES)


def leak_inputs(short: ShortNumbers) -> dict[str, float]:
    """The numbers of a short by the parameter names of the PyBaMM model."""
    w, p = waves(short.dwell_time, short.seed)
    return {
        "Short conductance at onset [S.m-2]": short.conductance,
        "Greatest conductance of the short [S.m-2]": short.greatest_conductance,
        "Short onset time [s]": short.onset_time,
        "Short onset charge [C.m-2]": short.onset_charge,
        "Short growth rate [s-1]": short.rate_by_time,
        "Short growth per charge [m2.C-1]": short.rate_by_charge,
        "Short grows linearly": float(short.growth == "linear"),
        "Short grows exponentially": float(short.growth == "exponential"),
        "Short flicker depth": short.depth,
        **{f"Short flicker frequency {n}": float(value) for n, value in enumerate(w)},
        **{f"Short flicker phase {n}": float(value) for n, value in enumerate(p)},
    }


class Leak:
    """The leak of one model: makes its unknowns, then closes them when the voltage is known.

    model     into which they are put
    terminal  current density at the terminals, A/m2, positive lowers the voltage
    clock     time since the start of the run, s
    """

    def __init__(self, model: Any, terminal: Any, clock: Any) -> None:
        self._model, self._terminal = model, terminal
        waves = _variable(model, "Waves of the short", _flicker(pybamm.Scalar(0)), 1.0)
        model.rhs[waves] = _flicker(clock, slope=True)
        passed = _variable(model, "Charge in both directions [C.m-2]", pybamm.Scalar(0), 1e4)
        model.rhs[passed] = abs(terminal)
        self._target = _conductance(clock, passed, waves)
        begins = _conductance(pybamm.Scalar(0), pybamm.Scalar(0), _flicker(pybamm.Scalar(0)))
        self.conductance = _variable(model, "Short conductance [S.m-2]", begins, 10.0)
        model.rhs[self.conductance] = (self._target - self.conductance) / CONTACT_S
        self.ionic = _variable(model, "Ionic current density [A.m-2]", pybamm.Scalar(0), 10.0)

    def close(self, V: Any) -> None:
        """Share the current of the terminals between ions and electrons.

        V  voltage of the cell, V
        """
        model, leak = self._model, self.conductance * V
        model.algebraic[self.ionic] = self.ionic - self._terminal - leak
        charge = _variable(model, "Leaked charge [C.m-2]", pybamm.Scalar(0), 1e4)
        model.rhs[charge] = leak
        model.variables.update({"Program ionic current density [A.m-2]": -self.ionic, "Leak power [W.m-2]": leak * V})


def _conductance(t: Any, q: Any, waves: Any) -> Any:
    """G*, S/m2, at a time, a charge that has passed and a sum of waves."""
    P = pybamm.Parameter
    by_time = P("Short growth rate [s-1]") * (t - P("Short onset time [s]"))
    x = by_time + P("Short growth per charge [m2.C-1]") * (q - P("Short onset charge [C.m-2]"))
    grown = pybamm.maximum(x, 0)
    start, most = P("Short conductance at onset [S.m-2]"), P("Greatest conductance of the short [S.m-2]")
    linear, exponential = P("Short grows linearly") * grown, P("Short grows exponentially") * grown
    # The exponent is bounded, because the conductance is: exp would overflow long after it has reached its bound.
    size = pybamm.minimum(start * (1 + linear) * pybamm.exp(pybamm.minimum(exponential, pybamm.log(most / start))), most)
    return size * (1 - P("Short flicker depth") * (1 + pybamm.tanh(4 * waves)) / 2) * (x >= 0)


def _flicker(t: Any, *, slope: bool = False) -> Any:
    """The sum of waves, or its slope, 1/s; nothing where the short does not flicker."""
    P = pybamm.Parameter
    total = pybamm.Scalar(0)
    for n in range(WAVES):
        w = P(f"Short flicker frequency {n}")
        angle = w * t + P(f"Short flicker phase {n}")
        total = total + (w * pybamm.cos(angle) if slope else pybamm.sin(angle))
    return total * (P("Short flicker depth") > 0)


def _variable(model: Any, name: str, initial: Any, scale: float) -> Any:
    variable = pybamm.Variable(name, scale=scale)
    model.initial_conditions[variable], model.variables[name] = initial, variable
    return variable
