"""The document of the film that a surface carries: what it refuses and how that is put right."""

import pytest

import lithoscope as ls
from lithoscope.design.carried import (
    CarriedFilm,
    Corrosion,
    Cracking,
    Defect,
    Diffusion,
    FerroelectricLayer,
    FilmMap,
    FilmSpecies,
    Tunnelling,
    known_species,
)
from lithoscope.errors import InputError

CARRIED = "design/carried.py"


@pytest.mark.fails_when(CARRIED, "if self.thickness.value < MOLECULE_M:", "if self.thickness.value < 0:")
def test_a_film_thinner_than_a_molecule_is_refused() -> None:
    with pytest.raises(
        InputError,
        match=r"thickness = 0\.2 nm is thinner than a molecule\. Expected at least 0\.3 nm\. Less than one layer.*"
        r'Write thickness = "0\.3 nm" or more',
    ):
        FilmSpecies("LiF", "0.2 nm")
    assert FilmSpecies("LiF", "0.3 nm").thickness.value == pytest.approx(3e-10)


@pytest.mark.fails_when(CARRIED, "if self.resolved and self.thickness < least:", "if self.resolved and self.thickness < 0:")
def test_a_thin_film_as_cells_of_the_grid_is_refused() -> None:
    film = CarriedFilm([FilmSpecies("Li2CO3", "1 um")], resolved=True)
    with pytest.raises(
        InputError,
        match=r"film\.resolved = true for a film of 1000 nm\. Expected a film above 2\.5 um\. The reaction moves to the outer "
        r"edge.*Write resolved = false",
    ):
        film.check_on(0.25e-6)
    CarriedFilm([FilmSpecies("Li2CO3", "1 um")], resolved=False).check_on(0.25e-6)
    with pytest.raises(InputError, match="is not built yet.*Write resolved = false"):
        film.check_on(0.05e-6)
    with pytest.raises(
        InputError, match="film.thickness = 1 um is more than the surface can carry on this grid. Expected at most"
    ):
        CarriedFilm([FilmSpecies("Li2CO3", "1 um")]).check_on(0.05e-6)


@pytest.mark.fails_when(CARRIED, "self.coercive_field.value <= 0", "self.coercive_field.value <= -1e12")
def test_a_negative_coercive_field_is_refused() -> None:
    given = {"material": "BaTiO3", "thickness": "50 nm", "conductivity": "1e-7 S/cm"}
    with pytest.raises(
        InputError,
        match=r"coercive_field = -50 MV/m is not positive\. Expected a magnitude\. Both signs.*"
        r'Write coercive_field = "50 MV/m" and start = "out" or "in"',
    ):
        FerroelectricLayer(**given, coercive_field="-50 MV/m")
    assert FerroelectricLayer(**given, coercive_field="50 MV/m", start="in").number("coercive_field") == 5e7
    assert FerroelectricLayer(**given).number("polarisation") == 0.265


@pytest.mark.fails_when(CARRIED, "self.corrosion.product not in names", "self.corrosion.product in ()")
def test_corrosion_grows_a_species_of_the_film() -> None:
    growth = Diffusion("1e-20 m2/s")
    with pytest.raises(InputError, match=r'corrosion\.product = "LiF" is not a species of this film.*Write product = "Li2CO3"'):
        CarriedFilm([FilmSpecies("Li2CO3", "5 nm")], corrosion=Corrosion(growth, "LiF"))
    CarriedFilm([FilmSpecies("Li2CO3", "5 nm")], corrosion=Corrosion(growth, "Li2CO3"))


@pytest.mark.fails_when(CARRIED, "if missing and self.material not in known_species():", "if missing and False:")
def test_an_unknown_species_needs_all_of_its_numbers() -> None:
    with pytest.raises(
        InputError, match=r'material = "Li2CO4" is not in the data tables.*Did you mean "Li2CO3"\? Give conductiv'
    ):
        FilmSpecies("Li2CO4", "5 nm")
    own = FilmSpecies("mine", "5 nm", conductivity="1e-8 S/cm", molar_volume="30 cm3/mol", lithium=2, fracture_strain="0.02")
    assert own.number("lithium") == 2
    assert set(known_species()) >= {"LiF", "Li2O", "Li2CO3", "Li3N", "LEDC"}


@pytest.mark.fails_when(CARRIED, 'return lookup(f"sei.{self.material}.{name}").to(unit)', "return 1.0")
def test_a_model_with_a_film_makes_the_round_trip() -> None:
    film = CarriedFilm(
        [FilmSpecies("Li2CO3", "10 nm"), FilmSpecies("LEDC", "5 nm", conductivity="1e-8 S/cm")],
        porosity="0.1", corrosion=Corrosion(Tunnelling("1e-10 m/s", "2 nm"), "Li2CO3", mode="galvanic"),
        cracking=Cracking(strain="0.03", weibull="5"), map=FilmMap("3 um", conductivity="0.5"),
        defects=[Defect("10 um", "2 um", kinetics="10")],
        ferroelectric=FerroelectricLayer("BaTiO3", "50 nm", "1e-7 S/cm", potential_step="50 mV", switching=True),
    )  # fmt: skip
    model = ls.PhaseField(width="64 um", height="48 um", film=film)
    again = ls.PhaseField.parse(model.to_toml())
    assert again == model
    assert again.film is not None
    assert again.film.thickness == pytest.approx(15e-9 / 0.9)
    assert again.film.species[0].number("molar_volume") == pytest.approx(35e-6)
    with pytest.raises(InputError, match=r'growth\.kind = "magic" is not a law of growth'):
        Corrosion({"kind": "magic"}, "LiF")  # type: ignore[arg-type]
