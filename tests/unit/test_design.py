"""What a cell can be, and what it cannot."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import lithoscope as ls
from lithoscope.design.anode import known_films
from lithoscope.design.catalogue import catalogue, entry
from lithoscope.design.separator import known_separators
from lithoscope.errors import InputError


def test_the_script_of_the_front_page() -> None:
    cell = ls.Cell.symmetric(
        anode=ls.Foil("50 um", films=[ls.Film("MASnCl3", "1 um")]),
        electrolyte="1 M LiPF6 EC:DMC 1:1",
        separator="PP 20 um",
        area="1.13 cm2",
    )
    assert cell.is_symmetric
    assert cell.counter_electrode == cell.working
    assert cell.electrolyte.concentration.value == 1000.0
    assert cell.separator.thickness.value == pytest.approx(20e-6)


@pytest.mark.fails_when("design/electrolyte.py", "share / sum(shares)", "share")
def test_short_forms_of_an_electrolyte() -> None:
    full = ls.Electrolyte("LiPF6", "1 mol/L", {"EC": 0.5, "DMC": 0.5})
    cell = {"working": ls.Foil("50 um"), "separator": "PP 20 um", "area": "1 cm2"}
    for text in (
        "1 M LiPF6 EC:DMC 1:1",
        "1.0 mol/L LiPF6 in EC:DMC 1:1 by volume",
        "1M LiPF6 EC:DMC",
        "1 M LiPF6 EC:DMC 5:5 vol%",
        "1 M LiPF6 in EC:DMC (1:1)",
        "1 M LiPF6 in EC/DMC (1/1 by volume)",
        "1 M LiPF6 EC/DMC 1:1 v/v",
        "1 M LiPF6 EC:DMC (1:1, v/v)",
        "1 M LiPF6 in EC/DMC (1:1) by vol.",
        "1 M LiPF6 in EC:DMC=1:1 Vol%",
    ):
        assert ls.Cell(electrolyte=text, **cell).electrolyte == full  # type: ignore[arg-type]
    assert ls.Cell(electrolyte="1 M LiPF6 EC:DMC 1:1 wt", **cell).electrolyte.basis == "weight"  # type: ignore[arg-type]
    for text in ("LP30", "lp30 ", "1 M LiPF6 in EC/DMC (1:1 w/w)", "1 M LiPF6 EC:DMC 50:50 wt%"):
        assert ls.Cell(electrolyte=text, **cell).electrolyte == full.model_copy(update={"basis": "weight"})  # type: ignore[arg-type]


@pytest.mark.fails_when("design/separator.py", "[A-Za-z].{0,60}?", "[A-Za-z]+")
def test_short_forms_of_a_separator(bare: ls.Cell) -> None:
    for text, material in (
        ("PP 20 um", "PP"),
        ("PP 20um", "PP"),
        ("PP 2e-2 mm", "PP"),
        (" Celgard 2325 20 µm", "Celgard 2325"),
    ):
        separator = bare.replaced(separator=text).separator
        assert (separator.material, separator.thickness.value) == (material, pytest.approx(20e-6))


@pytest.mark.fails_when("run.py", "    check_read(cell, program)\n", "")
def test_the_name_of_a_file_is_not_what_is_in_it(bare: ls.Cell, tmp_path: Path) -> None:
    program = ls.Program([ls.Rest("1 s")])
    for cell, plan, words in (
        ("cell.toml", program, r'ls\.Cell\.read\("cell\.toml"\)'),
        (tmp_path / "c.toml", program, r"ls\.Cell\.read\("),
        (bare, "program.toml", r'ls\.Program\.read\("program\.toml"\)'),
        (program, bare, "is a Program, not a cell"),
    ):
        with pytest.raises(InputError, match=words):
            ls.run(cell, plan)  # type: ignore[arg-type]


def foil(**fields: object) -> Callable[[], object]:
    return lambda: ls.Foil(**({"thickness": "50 um"} | fields))  # type: ignore[arg-type]


REFUSED = [
    (foil(thickness="0.4 nm"), "thickness", "hardly more than the last layer", foil()),
    (foil(roughness=0.5), "roughness", "outside what is possible", foil(roughness=2)),
    (
        foil(exchange_current_density="-1 mA/cm2"),
        "exchange_current_density",
        "outside",
        foil(exchange_current_density="1 mA/cm2"),
    ),
    (lambda: ls.Film("MASnCl4", "1 um"), "material", 'Did you mean "MASnCl3"', lambda: ls.Film("MASnCl3", "1 um")),
    (
        lambda: ls.Film("Al2O3", "10 nm"),
        "material",
        "Give it, e.g. conductivity",
        lambda: ls.Film("Al2O3", "10 nm", "1e-6 S/cm", "30"),
    ),
    (
        lambda: ls.Separator("glass", "200 um"),
        "material",
        "Give it, e.g. porosity",
        lambda: ls.Separator("glass", "200 um", 0.45, 6),
    ),
    (lambda: ls.Separator("PP", "20 um", 0.1), "macmullin_number", "tortuosity", lambda: ls.Separator("PP", "20 um", 0.1, 10)),
    (
        lambda: ls.Electrolyte("LiPF6", "4 mol/L", {"EC": 0.5, "DMC": 0.5}),
        "concentration",
        "Give its properties",
        lambda: ls.Electrolyte(
            "LiPF6", "4 mol/L", {"EC": 0.5, "DMC": 0.5}, properties=ls.ConstantProperties("1 S/m", "1e-10 m2/s", 0.3, 2)
        ),
    ),
    (lambda: ls.Electrolyte("LiPF6", "1 M", {"EC": 0.5, "DEC": 0.5}), "solvent", "no measured", None),
    (lambda: ls.Electrolyte("LiPF6", "1 M", {"EC": 0.9, "DMC": 0.1}), "solvent", "no measured", None),
    (lambda: ls.Electrolyte("LiPF6", "1 M", {"EC": 1.5, "DMC": -0.5}), "solvent.EC", "is not a share", None),
]


@pytest.mark.parametrize(("wrong", "where", "words", "right"), REFUSED)
@pytest.mark.fails_when("design/separator.py", "if porosity * macmullin < 1:", "if False:")
def test_refusal_and_its_remedy(
    wrong: Callable[[], object], where: str, words: str, right: Callable[[], object] | None
) -> None:
    with pytest.raises(InputError, match=words) as caught:
        wrong()
    assert caught.value.where == where
    if right is not None:
        assert right()


@pytest.mark.fails_when("design/cell.py", "isinstance(self.counter, Same) and not", "False and not")
def test_only_foils_and_hosts_can_be_their_own_counter_electrode() -> None:
    """And the remedy runs."""
    parts: dict[str, Any] = {"separator": "PP 20 um", "electrolyte": "1 M LiPF6 EC:DMC 1:1", "area": "1 cm2"}
    with pytest.raises(InputError, match=r"counter is the same as the working electrode, which is a substrate.*foil") as caught:
        ls.Cell(ls.Substrate("Cu"), **parts)
    assert caught.value.where == "counter"
    assert caught.value.why
    cell = ls.Cell(ls.Substrate("Cu"), **parts, counter={"kind": "foil", "thickness": "500 um"})
    assert not cell.is_symmetric
    assert ls.Cell.parse(cell.to_toml()) == cell


@pytest.mark.parametrize("text", ["PP", "PP 20", "20 um", "", "Celgard 2325", "PP 20 um thick", "x" * 5000])
def test_short_form_of_a_separator_that_cannot_be_read(text: str, bare: ls.Cell) -> None:
    with pytest.raises(InputError, match="separator"):
        bare.replaced(separator=text)


@pytest.mark.parametrize(
    "text", ["1 M LiPF6", "LiPF6 EC:DMC", "1 M LiPF6 EC:DMC 1:1:1", "1 m LiPF6 EC:DMC 1:1", "LP31", "x" * 5000]
)
def test_short_form_of_an_electrolyte_that_cannot_be_read(text: str, bare: ls.Cell) -> None:
    with pytest.raises(InputError, match="electrolyte"):
        bare.replaced(electrolyte=text)


def test_known_materials_have_what_a_cell_needs() -> None:
    for material in known_films():
        assert ls.Film(material, "1 um").property("conductivity").value > 0
    for material in known_separators():
        assert ls.Separator(material, "20 um").property("porosity").value > 0


def test_cells_of_the_catalogue_are_those_of_the_paper() -> None:
    names = {"perovskite/bare": 0, "perovskite/masncl3": 1, "perovskite/mapbcl3": 1}
    for name, films in names.items():
        cell = ls.Cell.parse(catalogue()[name])
        assert cell.is_symmetric
        assert len(cell.working.films) == films
        assert cell.source is not None
        assert cell.source.startswith("10.1038/s41467-020-15643-9")
    with pytest.raises(InputError, match='Did you mean "perovskite/bare"'):
        entry("perovskite/bear")
