"""`lithoscope run` and `lithoscope show`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from lithoscope.cli import output
from lithoscope.errors import InputError, RunInterrupted
from lithoscope.run import default_model, run
from lithoscope.units import MAH_PER_CM2

if TYPE_CHECKING:
    from lithoscope.document import Document
    from lithoscope.physics.cell.model import CellModel
    from lithoscope.result import Result

    Read = TypeVar("Read", bound=Document)
    Behaves_co = TypeVar("Behaves_co", covariant=True)

    class Reader(Protocol[Behaves_co]):
        """Makes a model from the text of its file."""

        def __call__(self, text: str, *, file: str | None = None) -> Behaves_co:
            """The model."""


FIGURES = ("voltage", "spectrum")
"""What `run` draws into the folder of a result."""


def run_files(
    cell: str, program: str, model: str | None, to: Path | None, *, figures: bool, replace: bool, as_json: bool
) -> int:
    """Run a cell file through a program file and keep the result, also of an interrupted run; returns the exit code."""
    from lithoscope.design import Cell
    from lithoscope.physics.models import read_model
    from lithoscope.protocol import Program
    from lithoscope.result.manifest import Manifest, inputs_of

    of, plan = read_document(Cell, cell), read_document(Program, program)
    chosen = _named(model, read_model) if model else default_model(of)
    run_id = Manifest(inputs_of(of, plan, chosen)).run_id
    folder = to or Path("results") / f"{Path(cell).stem}-{Path(program).stem}-{run_id}"
    if not as_json:
        output.say(f"model: {chosen.kind}" + ("" if model else " (the default for this cell)"))
    try:
        result = run(of, plan, chosen, to=folder, replace=replace)
    except RunInterrupted as interrupted:
        result = interrupted.result
    # Figures of what was in the folder before show another result than this one.
    for what in FIGURES:
        (folder / f"{what}.svg").unlink(missing_ok=True)
    drawn = _figures(result, folder) if figures else []
    _report(result, folder, drawn, as_json=as_json)
    return result.status.end.exit_code


def _report(result: Result, folder: Path, drawn: list[str], *, as_json: bool) -> None:
    if as_json:
        output.write_json(result.summary() | {"folder": str(folder)})
        return
    describe(result)
    output.say(f"\nresult in {folder}" + (f", with {', '.join(drawn)}" if drawn else ""))


def read_document(kind: type[Read], given: str) -> Read:
    """A document from a file, or from the catalogue if there is no file of that name."""
    from lithoscope.design.catalogue import catalogue, entry

    if not Path(given).exists() and (given in catalogue() or not given.endswith(".toml")):
        return kind.parse(entry(given), file=given)
    return kind.read(given)


def read_model_named(given: str) -> CellModel:
    """A model of the cell scale from its file, or with its defaults by its name."""
    from lithoscope.physics.cell import read_model

    return _named(given, read_model)


def _named(given: str, reader: Reader[Behaves_co]) -> Behaves_co:
    """What a reader makes of a model file, of a model of the catalogue, or of a model's name."""
    from lithoscope.design.catalogue import entry
    from lithoscope.document import read_text

    if Path(given).suffix or Path(given).is_file():
        return reader(read_text(Path(given)), file=Path(given).name)
    if "/" in given:
        return reader(entry(given), file=given)
    return reader(f'kind = "{given}"', file="--model")


def _figures(result: Result, folder: Path) -> list[str]:
    """Draw what the run has into its folder."""
    from lithoscope.analysis.figures import draw, save

    has = {"voltage": bool(result.trace.sizes.get("time")), "spectrum": bool(result.spectra)}
    return [save(draw(result, what), folder / f"{what}.svg").name for what in FIGURES if has[what]]


def show_result(
    result: Path,
    *,
    csv: Path | None,
    spectrum_csv: Path | None,
    spectrum: int | None,
    figure: Path | None,
    what: str,
    as_json: bool,
) -> None:
    """Show a stored result, and write what was asked for."""
    from lithoscope.analysis.figures import draw, save
    from lithoscope.result import export, load

    loaded = load(result)
    chosen = _spectrum(loaded, spectrum) if spectrum_csv or spectrum is not None else 0
    written = []
    if csv:
        written.append(export.trace_csv(loaded, csv))
    if spectrum_csv:
        written.append(export.spectrum_csv(loaded, chosen, spectrum_csv))
    if figure:
        written.append(save(draw(loaded, what), figure))
    if as_json:
        output.write_json(loaded.summary() | {"written": [str(path) for path in written]})
        return
    describe(loaded)
    for path in written:
        output.say(f"wrote {path}")


def _spectrum(result: Result, given: int | None) -> int:
    """The place of a spectrum, from its number counted from 1; the last one without a number."""
    count = len(result.spectra)
    if not count:
        raise InputError("--spectrum-csv", "was asked for, but the program measured no spectrum",
                         do='Add a step of kind "spectrum" to the program')  # fmt: skip
    if given is not None and not 1 <= given <= count:
        raise InputError("--spectrum", f"= {given} is not a spectrum of this result", expected=f"1 to {count}")
    return (given or count) - 1


def describe(result: Result) -> None:
    """How a run ended, its first numbers, where its lithium is, and what it assumed."""
    output.say(f"\n{result.status}")
    for note in result.manifest.notes:
        output.say(f"note: {note}")
    first = [(name.replace("_", " "), f"{m['value']:.5g}", m["unit"]) for name, m in result.metrics.items()]
    output.table("\nfirst numbers", ("", "value", "unit"), first, right=(1,))
    books = [
        (
            name.replace("_", " "),
            f"{r.initial / MAH_PER_CM2:.5f}",
            f"{r.final / MAH_PER_CM2:.5f}",
            f"{r.change / MAH_PER_CM2:+.3e}",
            f"{r.mismatch:.0e}",
        )
        for name, r in result.ledger.reservoirs.items()
    ]
    columns = ("reservoir", "start", "end", "change", "agrees with its flux to")
    output.table("lithium balance, mAh/cm2", columns, books, right=(1, 2, 3, 4))
    output.say(f"the total changes by {result.ledger.residual:.1e} of the inventory")
    _describe_taken(result.manifest.numbers)


def _describe_taken(numbers: Sequence[Mapping[str, Any]]) -> None:
    """What the cell does not give, SI."""
    rows = [
        (row["path"], f"{row['value']:.4g}", _range(row), row["unit"], row["status"] or "", row["source"] or "")
        for row in numbers
        if not row["given"]
    ]
    if rows:
        columns = ("", "value", "range", "unit", "status", "source")
        output.table("numbers that the cell does not give, taken from the data tables", columns, rows, right=(1,))


def _range(row: Mapping[str, Any]) -> str:
    return "" if row["low"] is None or row["high"] is None else f"{row['low']:.4g} to {row['high']:.4g}"
