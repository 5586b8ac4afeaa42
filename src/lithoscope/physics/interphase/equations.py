"""The rates of all reactions at sites of a surface, and their derivatives.

    r_k = m k_k a_k H(F (U_i - U_k) / R T)                              electrons pass the film, U_i from supply = demand
    a   = a_bulk / (1 + q sum_k nu_k m k_k H_k),   q = L_out / P_out     reactant through the liquid of the outer layer
    j_supply(U_i) = (m_f F P_e / L_in + j_t e^(-2 T)) (1 - e^(-F U_i / R T)) + m_f sigma_e U_i / L_in,   T = sum kappa_j L_j
    r_k += m k_k a' H(-F U_k / R T),   a' with q' = L_in / P_in + q      reactant that reaches the metal, where U_i = 0

At the face of a polarised film it is m k_k G_k^s, and U_i - s phi in H, with s = exp(-L_new / l) (`Face`). What is adsorbed
reacts as a solid that takes no room: n / (n + n_layer).

m, m_f are the factors of the site on the rate constants and on the transport in the film. The unknown U_i is the potential of
the electrons where they are taken up: one scalar equation per site, monotone, solved as ln supply = ln demand by Newton's
method inside a closed bracket, in machine code (`kernel`). All supply vanishes at U_i = 0, so that the root is never below.

The state is the extents xi of the reactions, mol per m2 of true area, shape (sites, reactions).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lithoscope.constants import FARADAY, thermal_voltage
from lithoscope.physics.interphase import kernel
from lithoscope.physics.interphase.network import Network
from lithoscope.physics.interphase.rates import STEP, RateTable

Array = NDArray[np.float64]

ABOVE_LARGEST = 1.0
"""The bracket ends this much above the largest potential of a reaction, V: behind a slow film U_i passes it."""


@dataclass(frozen=True, slots=True)
class Solids:
    """The solids of a film, SI; every array has the shape (solids,).

    names
    molar_volume      V, m3/mol;  decay: kappa of electrons that tunnel, 1/m;  outer_share: laid down in the porous layer
    """

    names: tuple[str, ...]
    molar_volume: Array
    decay: Array
    outer_share: Array


@dataclass(frozen=True, slots=True)
class Supply:
    """What brings electrons to the electrolyte, and electrolyte to the metal, SI.

    electrons     P_e, diffusivity times concentration of electrons in the inner layer, mol/m/s
    tunnelling    j_t, A/m2;  leakage: sigma_e, S/m
    outer         P_out, of reactants in the liquid of the outer layer, mol/m/s
    inner         P_in, of reactants through the inner layer to the metal, mol/m/s; 0 for none
    gap           length that is added to the inner layer where electrons cross it, m
    porosity      of the outer layer;  saturation: amount of a solid below which its reduction slows, mol/m2
    """

    electrons: float
    tunnelling: float
    leakage: float
    outer: float
    inner: float
    gap: float
    porosity: float
    saturation: float


@dataclass(frozen=True, slots=True)
class Stock:
    """The liquid that all sites share, per projected area.

    names      of what is dissolved
    initial    mol/m2
    per_mole   activity of a mole per m2, m2/mol; 0 where the activity is no matter
    area       true over projected area
    """

    names: tuple[str, ...]
    initial: Array
    per_mole: Array
    area: float


class Face(NamedTuple):
    """What a polarised film does to the reactions at its face, SI.

    gain       ln G_k, of the rate constants, (reactions,)
    potential  phi of the plane of reaction, V
    reach      l, thickness of what has grown on the face that screens it, m; infinite where products lie beneath the film
    kept       whether the film keeps its polarisation
    """

    gain: Array
    potential: float = 0.0
    reach: float = np.inf
    kept: bool = True


NO_FACE = Face(np.zeros(1))
"""Nothing that acts on the reactions."""


class Layers(NamedTuple):
    """The film at sites: amounts n, mol/m2, shape (sites, solids); L_in, L_out, m; T; shapes (sites,)."""

    n: Array
    inner: Array
    outer: Array
    decay: Array


class Slopes(NamedTuple):
    """Rates and their derivatives: by the extents of the site (sites, reactions, reactions), by activities (sites, reactions,
    dissolved); U_i, V."""

    rates: Array
    by_extent: Array
    by_activity: Array
    potential: Array


@dataclass(frozen=True)
class Chemistry:
    """A network with its numbers.

    network;  potential: U_k, V;  rate: k_k, mol/m2/s;  table: ln H
    solids, stock, supply;  temperature: K
    face      of a polarised film; none if not given
    layer     amount of a full layer of what is adsorbed, mol/m2
    """

    network: Network
    potential: Array
    rate: Array
    table: RateTable
    solids: Solids
    stock: Stock
    supply: Supply
    temperature: float
    face: Face = NO_FACE
    layer: float = 0.0

    made: Array = field(init=False)
    """Solids that a mole of each reaction makes, (solids, reactions)."""

    used: Array = field(init=False)
    """Change of what is dissolved, (dissolved, reactions)."""

    wants: Array = field(init=False)
    """Moles of each dissolved reactant that a mole of an electrode reaction takes, (reactions, dissolved)."""

    first: Array = field(init=False)
    """1 where a reaction is of first order in what is dissolved, (reactions, dissolved)."""

    solid: Array = field(init=False)
    """Index of the solid that a reaction consumes, -1 for none."""

    half: Array = field(init=False)
    """Amount of that solid at which its reaction is half as fast as with plenty, mol/m2."""

    def __post_init__(self) -> None:
        net, names = self.network, self.stock.names
        found = {
            "made": net.numbers(self.solids.names),
            "used": net.numbers(names),
            "first": np.array([[float(name in each.reactants) for name in names] for each in net.reactions]),
            "solid": np.array([_place(each.reactants, self.solids.names) for each in net.reactions]),
        }
        adsorbed = np.array([set(each.reactants) & set(net.adsorbed) != set() for each in net.reactions], dtype=bool)
        found["half"] = np.where(adsorbed, self.layer, self.supply.saturation)
        found["wants"] = np.where(found["first"] > 0, -found["used"].T, 0.0) * (net.electrons > 0)[:, None]
        for name, value in found.items():
            object.__setattr__(self, name, value)

    @property
    def inner_volume(self) -> Array:
        """Volume of the inner layer per mole of each solid, m3/mol."""
        return np.asarray((1 - self.solids.outer_share) * self.solids.molar_volume)

    @property
    def outer_volume(self) -> Array:
        """Volume of the outer layer, pores included, per mole of each solid, m3/mol."""
        return self.solids.outer_share * self.solids.molar_volume / (1 - self.supply.porosity)


def _place(reactants: tuple[str, ...], names: tuple[str, ...]) -> int:
    return next((names.index(name) for name in reactants if name in names), -1)


class Surface:
    """Sites of a surface that share the liquid.

    m, m_f    factors of the sites, shape (sites,)
    start     solids at the start, mol/m2, shape (sites, solids)
    weight    share of the true area of each site; they add up to 1
    faced     1 where the site lies beside the polarised film, if there is one, else 0
    """

    def __init__(
        self, chemistry: Chemistry, m: Array, m_f: Array, start: Array, weight: Array, faced: Array | float = 1.0
    ) -> None:
        self.chemistry, self.m, self.m_f, self.start, self.weight, self.faced = chemistry, m, m_f, start, weight, faced
        self._slope = 1 / thermal_voltage(chemistry.temperature)
        self._electrode = chemistry.network.electrons > 0
        self._last = np.full(len(m), 0.3)
        self._thickness = start @ (chemistry.inner_volume + chemistry.outer_volume)
        self._kinds = len(chemistry.stock.names)
        reactant = np.where(chemistry.wants.any(axis=1), chemistry.wants.argmax(axis=1), -1)
        self._chemistry = (
            self._slope, chemistry.potential, chemistry.rate, chemistry.network.electrons, reactant, chemistry.wants.max(axis=1)
        )  # fmt: skip
        self._table = (chemistry.table.least, STEP, chemistry.table.coefficients)

    @property
    def sites(self) -> int:
        """How many."""
        return len(self.m)

    def layers(self, xi: Array) -> Layers:
        """The film after extents."""
        c = self.chemistry
        n = self.start + xi @ c.made.T
        return Layers(n, n @ c.inner_volume, n @ c.outer_volume, n @ (c.inner_volume * c.solids.decay))

    def stock(self, xi: Array) -> Array:
        """What is dissolved, mol per projected m2, by the mean of the extents: linear, hence exact."""
        stock = self.chemistry.stock
        return stock.initial + stock.area * (self.chemistry.used @ (self.weight @ xi))

    def activity(self, xi: Array) -> Array:
        """Activities of what is dissolved."""
        return self.stock(xi) * self.chemistry.stock.per_mole

    def rates(self, xi: Array, activity: Array) -> tuple[Array, Array]:
        """Rates, mol/m2/s, shape (sites, reactions), and U_i, V."""
        layers = self.layers(xi)
        U = self._balance(layers, activity)
        return self._outer(U, layers, self._multiples(layers, activity))[0] + self._metal(layers, activity)[0], U

    def supplied(self, U: Array, layers: Layers) -> tuple[Array, Array, Array, Array]:
        """Current density of electrons, A/m2, and its slopes by U, by L_in and by T."""
        s = self.chemistry.supply
        L = np.maximum(layers.inner, 0.0) + s.gap
        free, bound = -np.expm1(-self._slope * U), np.exp(-self._slope * U)
        diffusing, leaking = FARADAY * s.electrons * self.m_f / L, s.leakage * self.m_f / L
        tunnelling = s.tunnelling * np.exp(-2 * layers.decay)
        j = (diffusing + tunnelling) * free + leaking * U
        by_U = (diffusing + tunnelling) * self._slope * bound + leaking
        return j, by_U, -(diffusing * free + leaking * U) / L, -2 * tunnelling * free

    def demanded(self, xi: Array, activity: Array, U: Array) -> Array:
        """Current density that the reactions behind the film take at a potential, A/m2."""
        layers = self.layers(xi)
        rates = self._outer(U, layers, self._multiples(layers, activity))[0]
        return np.asarray(rates @ self.chemistry.network.electrons * FARADAY)

    def _saturation(self, n: Array) -> tuple[Array, Array]:
        """n / (n + n_ref) of the solid that each reaction consumes, and its slope by n; 1 and 0 where none."""
        c = self.chemistry
        held = n[:, c.solid]
        below = held + c.half
        is_solid = c.solid >= 0
        return np.where(is_solid, held / below, 1.0), np.where(is_solid, c.half / below**2, 0.0)

    def _orders(self, activity: Array) -> Array:
        """Product of the bulk activities of the dissolved reactants of each reaction."""
        return np.asarray(np.prod(np.where(self.chemistry.first > 0, activity[None, :], 1.0), axis=1))

    def _multiples(self, layers: Layers, activity: Array) -> Array:
        """What the rate constants are multiplied with: activities in the liquid, and how much of a solid there is."""
        return np.ascontiguousarray(self._orders(activity) * self._saturation(layers.n)[0])

    def _acting(self, layers: Layers) -> Array:
        """s, the share of its action that the face has left, (sites,)."""
        grown = np.maximum(layers.inner + layers.outer - self._thickness, 0.0)
        return np.asarray(self.faced * np.exp(-grown / self.chemistry.face.reach))

    def _gain(self, acting: Array) -> Array:
        """G_k^s, (sites, reactions)."""
        gain = np.broadcast_to(self.chemistry.face.gain, self.chemistry.rate.shape)
        return np.exp(acting[:, None] * gain)

    def _drag(self, layers: Layers) -> Array:
        """q, m2 s/mol."""
        return np.asarray(layers.outer / self.chemistry.supply.outer)

    def _outer(self, U: Array, layers: Layers, base: Array) -> Array:
        """Rates behind the film, their slopes by U, and the share left of the reactant, (3, sites, reactions)."""
        acting = self._acting(layers)
        return np.asarray(kernel.rates(
            U - acting * self.chemistry.face.potential, self.m, self._drag(layers), base, self._gain(acting), self._chemistry,
            self._table, self._kinds,
        ))  # fmt: skip

    def _metal(self, layers: Layers, activity: Array) -> tuple[Array, Array, Array]:
        """Rates at the metal, their slopes by L_in, and by L_out."""
        c = self.chemistry
        if c.supply.inner == 0:
            zero = np.zeros((self.sites, len(c.rate)))
            return zero, zero, zero
        nowhere = np.zeros(self.sites)
        even = np.ones((self.sites, len(c.rate)))
        speed = kernel.rates(nowhere, self.m, nowhere, even, even, self._chemistry, self._table, self._kinds)[0]
        reach = (c.wants > 0).astype(float)
        taken = (speed @ c.wants) @ reach.T
        hindered = reach.any(axis=1)
        q = layers.inner / c.supply.inner + self._drag(layers)
        D = np.where(hindered, 1 / (1 + q[:, None] * taken), 0.0)
        rates = speed * D * self._orders(activity)
        by_q = -rates * D * taken
        return rates, by_q / c.supply.inner, by_q / c.supply.outer

    def _balance(self, layers: Layers, activity: Array) -> Array:
        """U_i at which supply equals demand."""
        s = self.chemistry.supply
        L = np.maximum(layers.inner, 0.0) + s.gap
        passing = s.electrons * self.m_f / L + s.tunnelling * np.exp(-2 * layers.decay) / FARADAY
        given = np.stack([passing, s.leakage * self.m_f / L / FARADAY])
        base, acting = self._multiples(layers, activity), self._acting(layers)
        self._last = np.asarray(kernel.balance(
            self._last, self.most, acting * self.chemistry.face.potential, self.m, self._drag(layers), base, self._gain(acting),
            self._chemistry, self._table, self._kinds, given,
        ))  # fmt: skip
        return self._last

    @property
    def most(self) -> float:
        """Upper end of the bracket of U_i, V."""
        highest = float(max(self.chemistry.potential[self._electrode], default=0.0))
        return highest + ABOVE_LARGEST + max(self.chemistry.face.potential, 0.0)

    def slopes(self, xi: Array, activity: Array) -> Slopes:
        """Rates with their whole derivatives; U_i follows the state."""
        c = self.chemistry
        layers = self.layers(xi)
        U = self._balance(layers, activity)
        rates, by_U, left = self._outer(U, layers, self._multiples(layers, activity))
        by_xi, by_a = self._outer_slopes(U, layers, activity, rates, left, by_U)
        supply = self.supplied(U, layers)
        volume, decay = c.inner_volume @ c.made, (c.inner_volume * c.solids.decay) @ c.made
        supply_by_xi = supply[2][:, None] * volume + supply[3][:, None] * decay
        electrons = c.network.electrons * FARADAY
        tilt = (supply[1] - by_U @ electrons)[:, None]
        U_by_xi = (np.einsum("k,nkm->nm", electrons, by_xi) - supply_by_xi) / tilt
        U_by_a = np.einsum("k,nks->ns", electrons, by_a) / tilt
        by_xi += by_U[:, :, None] * U_by_xi[:, None, :]
        by_a += by_U[:, :, None] * U_by_a[:, None, :]
        metal, by_inner, by_outer = self._metal(layers, activity)
        by_xi += by_inner[:, :, None] * volume + by_outer[:, :, None] * (c.outer_volume @ c.made)
        by_a += self._by_activity(metal, activity)
        return Slopes(rates + metal, by_xi, by_a, U)

    def _outer_slopes(
        self, U: Array, layers: Layers, activity: Array, rates: Array, left: Array, by_U: Array
    ) -> tuple[Array, Array]:
        """Derivatives of the rates behind the film at a fixed U_i, by extents and by activities."""
        c = self.chemistry
        # The share left is 1 / (1 + q X), so that d ln r / dq = -X left.
        bare = self._outer(U, layers._replace(outer=np.zeros(self.sites)), np.ones_like(rates))[0]
        taken = (bare @ c.wants) @ (c.wants > 0).T.astype(float)
        by_xi = -(rates * left * taken)[:, :, None] * ((c.outer_volume @ c.made) / c.supply.outer)
        held, slope = self._saturation(layers.n)
        by_xi += (bare * left * self._orders(activity) * slope)[:, :, None] * np.where(
            (c.solid >= 0)[:, None], c.made[c.solid], 0.0
        )
        by_xi += self._face_slopes(layers, rates, left, bare, by_U)
        return by_xi, self._by_activity(bare * left * held, activity, bare=True)

    def _face_slopes(self, layers: Layers, rates: Array, left: Array, bare: Array, by_U: Array) -> Array | float:
        """Derivatives by extents through what buries the face: ds = -s dL_new / l."""
        c = self.chemistry
        if np.isinf(c.face.reach):
            return 0.0
        gain = np.broadcast_to(c.face.gain, c.rate.shape)
        shared = ((bare * gain) @ c.wants) @ (c.wants > 0).T.astype(float)
        by_s = rates * (gain - left * self._drag(layers)[:, None] * shared) - by_U * c.face.potential
        grown = layers.inner + layers.outer > self._thickness
        fading = np.where(grown, -self._acting(layers) / c.face.reach, 0.0)
        return np.asarray((by_s * fading[:, None])[:, :, None] * ((c.inner_volume + c.outer_volume) @ c.made))

    def _by_activity(self, rates: Array, activity: Array, *, bare: bool = False) -> Array:
        """Derivatives by activities; bare: whether the rates are still without them."""
        c = self.chemistry
        out = np.zeros((*rates.shape, len(activity)))
        for s in range(len(activity)):
            others = np.where(np.arange(len(activity)) == s, 1.0, activity)
            product = np.prod(np.where(c.first > 0, others[None, :], 1.0), axis=1) * c.first[:, s]
            with np.errstate(divide="ignore", invalid="ignore"):
                whole = rates if bare else np.where(self._orders(activity) != 0, rates / self._orders(activity), 0.0)
            out[:, :, s] = whole * product
        return out
