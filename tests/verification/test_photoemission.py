"""A film as photoemission and mass spectrometry see it: even films, steps, what is conserved, films of both interphase models."""

from functools import cache

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.analysis.figures.depth import draw_depth_profile
from lithoscope.analysis.figures.style import solid_colours, solid_label
from lithoscope.analysis.photoemission import (
    Strata,
    attenuated,
    composition,
    mean_free_path,
    mixed,
    reduced_share,
    share_in,
    sputtered_ions,
    strata_of,
    strata_of_places,
)
from lithoscope.constants import AVOGADRO
from lithoscope.design.catalogue import entry
from lithoscope.errors import InputError

HERE = "analysis/photoemission.py"
EDGES = np.linspace(0.0, 200e-9, 401)
EVEN = np.ones(400)
MIDDLES = (EDGES[1:] + EDGES[:-1]) / 2


@pytest.mark.fails_when(HERE, "- np.exp(-(lower - z) / length)", "- 0.99 * np.exp(-(lower - z) / length)")
def test_an_even_film_shows_what_it_is() -> None:
    """I = n, also after sputtering, but for what lies below its end."""
    z = np.array([0.0, 30e-9, 100e-9])
    assert attenuated(EDGES, 3 * EVEN, 2e-9, z) == pytest.approx([3.0, 3.0, 3.0], rel=1e-12)
    assert attenuated(EDGES, EVEN, 50e-9, 0.0) == pytest.approx(1 - np.exp(-4.0), rel=1e-12)


@pytest.mark.fails_when(HERE, "-(upper - z) / length", "-(upper + z) / length")
@pytest.mark.parametrize("length", [1e-9, 2.5e-9, 20e-9])
def test_a_step_at_a_depth(length: float) -> None:
    """Beneath an overlayer d the signal is exp(-d / L), and exp(-(d - z) / L) when z of it is off; nothing above is left."""
    d = 40e-9
    beneath = np.where(d < MIDDLES, 1.0, 0.0)
    end = np.exp(-(200e-9) / length)
    assert attenuated(EDGES, beneath, length)[0] == pytest.approx(np.exp(-d / length) - end, rel=1e-9)
    z = np.array([10e-9, 39e-9, 60e-9])
    exact = np.exp(-np.maximum(d - z, 0) / length) - np.exp(-(200e-9 - z) / length)
    assert attenuated(EDGES, beneath, length, z) == pytest.approx(exact, rel=1e-9)
    assert attenuated(EDGES, 1 - beneath, length, z)[2] == 0


@pytest.mark.fails_when(
    HERE, "np.clip(length - edges[..., :-1], 0.0, np.diff(edges))", "np.clip(length - edges[..., :-1], 0.0, 0.0)"
)
@pytest.mark.parametrize("w", [2e-9, 5e-9, 17.3e-9])
def test_mixing_loses_nothing(w: float) -> None:
    """The integral of the signal over the depth is that of the film, wherever the atoms lie, above the first zone too."""
    z = np.linspace(0, 200e-9 + 40 * w, 40001)
    for density in (EVEN, np.where(MIDDLES < 1e-9, 1.0, 0.0), np.where(abs(MIDDLES - 50e-9) < 3e-9, 1.0, 0.0), MIDDLES * 1e7):
        whole = float(np.trapezoid(mixed(EDGES, density, w, z), z))
        assert whole == pytest.approx(float(density @ np.diff(EDGES)), rel=2e-3)


@pytest.mark.fails_when(
    HERE,
    "np.exp((lower - z) / length) - np.exp((upper - z) / length)",
    "np.exp(1.1 * (lower - z) / length) - np.exp(1.1 * (upper - z) / length)",
)
def test_mixing_of_a_step() -> None:
    """An even film shows what it is until its zone meets the end; a step at d shows from d - w on, as 1 - exp(-(z - d + w) / w)."""
    w, d = 3e-9, 50e-9
    z = np.linspace(0, 150e-9, 301)
    assert mixed(EDGES, EVEN, w, z) == pytest.approx(np.ones(301), rel=1e-9)
    exact = np.where(z > d - w, -np.expm1(-(z - d + w) / w), 0.0)
    assert mixed(EDGES, np.where(d < MIDDLES, 1.0, 0.0), w, z) == pytest.approx(exact, abs=1e-9)


@pytest.mark.fails_when(HERE, "(kinetic / 1000) **", "(kinetic / 900) **")
def test_mean_free_paths() -> None:
    """The number of the table at 1 keV; faster electrons come from deeper."""
    assert mean_free_path("Sn") == pytest.approx(2.5e-9, rel=1e-3)
    assert mean_free_path("F") < mean_free_path("Sn") < mean_free_path("Pb") < mean_free_path("Li")
    with pytest.raises(InputError, match="has no line that is known"):
        mean_free_path("Zn")
    assert mean_free_path("Pb", 3e-9) == pytest.approx(1.2 * mean_free_path("Pb"))


def film(reduced: float) -> Strata:
    """An even film of MASnCl3 of which a share of the tin is metal."""
    amount = np.array([[1 - reduced], [reduced]]) * 1e-3
    atoms = {"MASnCl3": {"C": 1, "H": 6, "N": 1, "Sn": 1, "Cl": 3}, "Sn": {"Sn": 1}}
    return Strata(np.array([1e-7]), amount, amount * 1e-4, atoms)


@pytest.mark.fails_when(HERE, "1.0 if species == metal else 0.0", "1.0 if species != metal else 0.0")
@pytest.mark.parametrize("angle", [0.0, 60.0])
def test_shares_of_an_even_film(angle: float) -> None:
    """Atoms as they are, hydrogen left out; metal over all tin; at no angle anything else."""
    found = composition(film(0.0), angle=angle)
    assert {name: float(share[0]) for name, share in found.items()} == pytest.approx(
        {"C": 1 / 6, "N": 1 / 6, "Cl": 1 / 2, "Sn": 1 / 6}
    )
    assert reduced_share(film(0.3), "Sn", angle=angle)[0] == pytest.approx(0.3)


@cache
def grown(roughness: float = 1.0, **adsorbed: str) -> ls.Result:
    cell = ls.Cell.parse(entry("perovskite/bare")).changed_at({"working.roughness": roughness})
    anions = {f"{name}-": amount for name, amount in adsorbed.items()}
    return ls.run(cell, ls.Program([ls.Rest("10 d")]), ls.Interphase(edge=1, defects=[], adsorbed=anions))


@pytest.mark.fails_when(HERE, "share = np.stack([outer, ions, np.where(ions, 0.0, 1 - outer)], axis=1)", "share = np.stack([np.where(ions, 0.0, 1 - outer), ions, outer], axis=1)")  # fmt: skip
def test_the_film_of_a_rest_has_its_layers() -> None:
    """The porous layer outside, as thick as the model has both; nothing is lost; organic outside, salts inside."""
    result = grown()
    strata = strata_of(result)
    thickness = [float(result[name][-1]) for name in ("outer_film_thickness", "inner_film_thickness")]
    assert strata.thickness == pytest.approx(thickness, rel=1e-6)
    assert strata.amount.sum(axis=1) == pytest.approx(result.tree["film"]["film_amount"].values[-1])
    carbon = composition(strata, np.array([0.0, strata.edges[1] + 1e-9]))["C"]
    assert carbon[0] > carbon[1]
    z = np.linspace(0, 1e-6, 20001)
    ions = sputtered_ions(strata, z)
    assert np.trapezoid(ions["Li"], z) == pytest.approx(strata.element("Li").sum(), rel=5e-3)


@pytest.mark.fails_when(HERE, 'float(volume @ (1 - outer) / trace["inner_film_thickness"])', "1.0")
def test_a_rough_surface_has_the_film_of_each_of_its_places() -> None:
    """Three times the area holds three times as much; an instrument looks down on a film that is as thick as the run says."""
    result = grown(3.0)
    strata = strata_of(result)
    assert strata.edges[-1] == pytest.approx(float(result["film_thickness"][-1]), rel=1e-9)
    assert strata.amount.sum(axis=1) * 3 == pytest.approx(result.tree["film"]["film_amount"].values[-1], rel=1e-9)


@pytest.mark.fails_when(HERE, 'ion = lookup("double_layer.ion_size").to("m") / full', "ion = 0.0")
def test_an_anion_that_is_still_adsorbed_stands_between_the_layers() -> None:
    """PF6- is left over: a part of a layer of ions, 0.7 nm thick, on the compact layer; all of its phosphorus is counted."""
    result = grown(1.0, PF6="1 umol/m2")
    strata = strata_of(result)
    names, n = list(strata.atoms), result.tree["film"]["film_amount"].values[-1]
    left = float(n[names.index("PF6- adsorbed")])
    assert left > 0.5e-6
    assert strata.atoms["PF6- adsorbed"] == {"P": 1, "F": 6}
    assert strata.thickness == pytest.approx(
        [
            float(result["outer_film_thickness"][-1]),
            0.7e-9 * left / (2e18 / AVOGADRO),
            float(result["inner_film_thickness"][-1]),
        ],
        rel=1e-6,
    )
    held = {"PF6- adsorbed": 1, "LiPOF2": 1}
    assert strata.element("P").sum() == pytest.approx(sum(held.get(name, 0) * x for name, x in zip(names, n, strict=True)))
    z = np.linspace(0, 1e-6, 20001)
    ions = sputtered_ions(strata, z)
    assert np.trapezoid(ions["P"], z) == pytest.approx(strata.element("P").sum(), rel=5e-3)
    without = composition(strata_of(grown()))
    shown = composition(strata)
    assert shown["P"][0] > without["P"][0]
    assert sum(float(share[0]) for share in shown.values()) == pytest.approx(1.0)


@pytest.mark.fails_when(
    HERE, 'depth[name].values for name in ("layer_thickness"', 'depth[name].values[..., ::-1] for name in ("layer_thickness"'
)
def test_a_film_that_converts_from_beneath_is_itself_at_the_surface() -> None:
    cell = ls.Cell.parse(entry("perovskite/masncl3"))
    result = ls.run(cell, ls.Program([ls.Rest("1 h")]), ls.ConvertingFilm(reaction_depth="42 nm", layers=24))
    strata = strata_of(result)
    assert float(reduced_share(strata, "Sn")[0]) < 1e-3
    assert float(reduced_share(strata, "Sn", strata.edges[-1] - 20e-9)[0]) > 0.99
    axes = draw_depth_profile(result).axes
    assert [each.get_title(loc="left") or each.get_title() for each in axes] == [
        "what lies where",
        "photoemission, without H",
        "mass spectrometry",
    ]


@pytest.mark.fails_when(HERE, '    if "film" in groups:', "    if True:")
def test_a_result_without_a_film_is_refused() -> None:
    cell = ls.Cell.parse(entry("perovskite/bare"))
    plain = ls.run(cell, ls.Program([ls.Rest("1 min")]), ls.Planar())
    with pytest.raises(InputError, match="has no film with a depth"):
        strata_of(plain)


@pytest.mark.fails_when(
    HERE, "signal.mean(axis=1) if signal.ndim > 1 else signal", "signal[:, 0] if signal.ndim > 1 else signal"
)
def test_places_side_by_side_show_their_mean() -> None:
    """Two places with films of 5 and 40 nm of one solid on another: the mean of the two single spectra, for both instruments."""
    thick, z = np.array([5e-9, 40e-9]), np.array([0.0, 3e-9, 20e-9])
    atoms = {"LiF": {"Li": 1, "F": 1}, "Li2O": {"Li": 2, "O": 1}}
    volume = np.zeros((2, 2, 2))
    volume[0, :, 0], volume[1, :, 1] = thick, 1e-6
    amount = volume / np.array([9.83e-6, 14.84e-6])[:, None, None]
    both = Strata(volume.sum(axis=0), amount, volume, atoms)
    single = [Strata(both.thickness[n], amount[:, n], volume[:, n], atoms) for n in range(2)]
    for name, signal in sputtered_ions(both, z).items():
        assert signal == pytest.approx(np.mean([sputtered_ions(each, z)[name] for each in single], axis=0), rel=1e-12)
    L = mean_free_path("F")
    covered = np.mean([-np.expm1(-np.maximum(d - z, 0) / L) for d in thick], axis=0) / 9.83e-6
    whole = sum(
        np.mean([attenuated(each.edges, each.density(each.element(name)), mean_free_path(name), z) for each in single], axis=0)
        for name in ("Li", "F", "O")
    )
    assert composition(both, z)["F"] == pytest.approx(covered / whole, rel=1e-9)


@pytest.mark.fails_when(HERE, "held[:, ::step, ::step]", "held[:, ::step, :1]")
def test_an_uneven_film_is_seen_place_by_place_on_its_lithium() -> None:
    """The mean over the map is the mean film; sputtered through, lithium is left; before, what the surface shows is film."""
    cell = ls.Cell.parse(entry("perovskite/bare"))
    result = ls.run(cell, ls.Program([ls.Rest("1 d")]), ls.Interphase(edge=8, snapshots=2))
    places = strata_of_places(result)
    assert places.thickness.shape == (64, 3)
    assert float(places.edges[:, -2].mean()) == pytest.approx(float(result["film_thickness"][-1]), rel=1e-6)
    shown = composition(places, np.array([0.0, 2e-7]))
    assert shown["Li"][0] < 0.6
    assert shown["Li"][1] > 0.99
    mean = strata_of(result).amount.sum(axis=1)
    assert places.amount.sum(axis=-1).mean(axis=1)[: len(mean)] == pytest.approx(mean, rel=1e-6)
    with pytest.raises(InputError, match="has no map of a film"):
        strata_of_places(ls.run(cell, ls.Program([ls.Rest("1 min")]), ls.Planar()))


@pytest.mark.fails_when(HERE, "if species in solids else 0", "if species else 0")
def test_share_of_atoms_in_some_solids() -> None:
    """An even film as it is; beneath an overlayer what is left of each line, the overlayer's own shares of atoms for the rest."""
    assert share_in(film(0.25), ["Sn"])[0] == pytest.approx(0.25 / (0.25 + 0.75 * 6))
    d, atoms = 5e-9, {"LiF": {"Li": 1, "F": 1}, "Li2O": {"Li": 2, "O": 1}}
    thickness = np.array([d, 1e-6])
    layered = Strata(thickness, np.diag(thickness) * 1e4, np.diag(thickness), atoms)
    lost = {name: np.exp(-d / mean_free_path(name)) for name in ("Li", "F", "O")}
    over = sum(1 - lost[name] for name in ("Li", "F"))
    assert share_in(layered, ["LiF"])[0] == pytest.approx(over / (over + 2 * lost["Li"] + lost["O"]), rel=1e-9)


@pytest.mark.fails_when("analysis/figures/style.py", "if name not in names]", "]")
def test_a_solid_has_one_colour_in_every_figure() -> None:
    """Known ones their own, others what is left, none twice; formulas are set as formulas."""
    first, second = ["Li2O", "PolyDOL", "LiF"], ["LiF", "LiNO2", "LiOH", "MASnCl3", "Li2O"]
    colours = [dict(zip(names, solid_colours(names), strict=True)) for names in (first, second)]
    assert colours[0]["LiF"] == colours[1]["LiF"]
    assert colours[0]["Li2O"] == colours[1]["Li2O"]
    assert len(set(colours[1].values())) == 5
    assert solid_label("Li2CO3") == "Li$_2$CO$_3$"
    assert solid_label("LEDC") == "LEDC"
