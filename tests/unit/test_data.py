"""The tables: every number parsed, ranged, cited."""

import pytest

from lithoscope.data import Record, lookup, records, sources
from lithoscope.errors import InputError
from lithoscope.units import STATUSES, parse_unit


@pytest.mark.parametrize("record", list(records().values()), ids=list(records()))
@pytest.mark.fails_when("data/tables/lithium.toml", "low = 12.98", "low = 13.98")
def test_every_record_is_complete(record: Record) -> None:
    parse_unit("mS/cm" if isinstance(record.value, tuple) else record.unit)
    assert record.name
    assert record.status in STATUSES
    assert record.source in sources()
    if record.low is not None or record.high is not None:
        assert record.low is not None
        assert record.high is not None
        assert record.low <= record.number <= record.high
    if record.status == "prior":
        assert record.low is not None, "a prior has a range"


def test_every_source_is_used() -> None:
    used = {record.source for record in records().values()}
    assert used <= set(sources())
    assert set(sources()) - used == set()


@pytest.mark.fails_when("data/lookup.py", "do=nearest(identifier, known)", 'do=""')
def test_lookup_converts_and_hints() -> None:
    assert lookup("lithium.molar_volume").to("m3/mol") == pytest.approx(13e-6)
    quantity = lookup("lithium.exchange_current_density").quantity("A/m2")
    assert (quantity.value, quantity.low, quantity.high, quantity.status) == (70.6, 1.0, 100.0, "prior")
    with pytest.raises(InputError, match='Did you mean "lithium.molar_volume"'):
        lookup("lithium.molar_volum")
    with pytest.raises(TypeError, match="holds 6 values"):
        lookup("landesfeind2019_ec_dmc.conductivity").to("S/m")


def test_faraday_thickness_per_capacity() -> None:
    """4.850 um per mAh/cm2, and density and molar mass give the same volume within their ranges."""
    thickness = 36000 / 96485.33212 * lookup("lithium.molar_volume").to("m3/mol")
    assert thickness * 1e6 == pytest.approx(4.850, abs=1e-3)
    from_density = lookup("lithium.molar_mass").to("kg/mol") / lookup("lithium.density").to("kg/m3")
    assert from_density == pytest.approx(lookup("lithium.molar_volume").to("m3/mol"), rel=6e-3)
