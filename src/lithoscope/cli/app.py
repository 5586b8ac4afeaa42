"""The commands. Each loads what it needs when it is called, so that `--help` is quick."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from lithoscope import __version__
from lithoscope.cli import output
from lithoscope.errors import End, InputError, LithoscopeError, MissingExtraError, StoreError


class _InterruptedError(Exception):
    """An interrupt on its way past typer, which would turn it into an exit code of its own."""


class _Commands(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            raise _InterruptedError from interrupt


app = typer.Typer(
    name="lithoscope",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

AsJson = Annotated[bool, typer.Option("--json", help="Write JSON to the output, for programs.")]


def start() -> None:
    """Run the command line. What a user can put right is one message and an exit code, never a traceback."""
    try:
        app(prog_name="lithoscope")
    except InputError as error:
        output.complain(f"INPUT REFUSED  {error}")
        sys.exit(2)
    except (StoreError, MissingExtraError) as error:
        output.complain(str(error))
        sys.exit(2)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        output.complain(f"{place}{error.strerror or error}. Nothing more was written.")
        sys.exit(2)
    except (KeyboardInterrupt, _InterruptedError):
        output.complain("INTERRUPTED  Nothing more was written. Run the same command again to repeat it.")
        sys.exit(End.INTERRUPTED.exit_code)
    except LithoscopeError as error:
        output.complain(str(error))
        sys.exit(3)


def _version(asked: bool) -> None:
    if asked:
        output.say(f"lithoscope {__version__}")
        raise typer.Exit


@app.callback()
def lithoscope(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """A virtual laboratory for lithium-metal anodes."""


@app.command()
def run(
    cell: Annotated[str, typer.Argument(help="A cell file, or the name of a ready cell such as perovskite/bare.")],
    program: Annotated[
        str, typer.Argument(help="A program file, or the name of a ready program such as perovskite/first-cycles.")
    ],
    model: Annotated[
        str | None, typer.Option(help="A model file or a model's name; without one the default model for the cell.")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="Folder of the result; without one a folder under results/.")] = None,
    figures: Annotated[bool, typer.Option(help="Draw the voltage and the spectra into the folder.")] = True,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the result of another run that is in the folder, finished or not.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run a program on a cell; keep the result, its figures and its lithium balance in a folder."""
    from lithoscope.cli.running import run_files

    raise typer.Exit(run_files(cell, program, model, to, figures=figures, replace=replace, as_json=as_json))


@app.command()
def sweep(
    cell: Annotated[str, typer.Argument(help="A cell file, or the name of a ready cell such as perovskite/bare.")],
    program: Annotated[
        str, typer.Argument(help="A program file, or the name of a ready program such as perovskite/first-cycles.")
    ],
    vary: Annotated[
        list[str], typer.Option(help='A field and its values, "separator.thickness=15 um, 25 um"; again for more.')
    ],
    paired: Annotated[
        bool, typer.Option("--paired", help="The n-th values of all fields are one design; without it every combination is.")
    ] = False,
    outputs: Annotated[list[str] | None, typer.Option("--output", help="An output that is wanted; again for more.")] = None,
    model: Annotated[
        str | None, typer.Option(help="A model file or a model's name; without one the default model for the cell.")
    ] = None,
    samples: Annotated[
        int, typer.Option(help="Outputs at the ends of so many equal parts of each step as well; they need a folder.")
    ] = 0,
    to: Annotated[
        Path | None,
        typer.Option(
            help="Folder in which designs are kept while the sweep grows: one that was killed goes on there. A name that ends "
            "in .csv: a table of every step of every design, at the end."
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace another sweep that is in the folder, finished or not.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run many designs of a cell through a program, together where that can be done."""
    from lithoscope.cli.sweeping import sweep_files

    code = sweep_files(
        cell, program, vary, paired=paired, outputs=outputs or (), samples=samples, model=model, to=to, replace=replace,
        as_json=as_json,
    )  # fmt: skip
    raise typer.Exit(code)


@app.command(name="map")
def draw_map(
    cell: Annotated[str, typer.Argument(help="A cell file, or the name of a ready cell such as perovskite/masncl3.")],
    program: Annotated[
        str, typer.Argument(help="A program file, or the name of a ready program such as perovskite/first-cycles.")
    ],
    x: Annotated[
        str, typer.Option("--x", help='A field and its range, "separator.thickness=10 um..50 um"; " log" behind it if so.')
    ],
    y: Annotated[
        str, typer.Option("--y", help='The same upwards; a field of all steps is written "program.current_density=...".')
    ],
    to: Annotated[Path, typer.Option(help="Draw the map into this file (svg, png, pdf).")],
    wanted: Annotated[
        str, typer.Option("--output", help="overpotential, cycles, dead_lithium, time_at_end, or an output of the trace.")
    ] = "overpotential",
    points: Annotated[int, typer.Option(help="Values along each axis.", min=2, max=200)] = 21,
    model: Annotated[
        str | None, typer.Option(help="A model file or a model's name; without one the default model for the cell.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run a cell over two quantities and draw what comes out with iso-lines."""
    from lithoscope.cli.mapping import map_files

    raise typer.Exit(map_files(cell, program, x, y, wanted=wanted, points=points, model=model, to=to, as_json=as_json))


@app.command()
def reproduce(
    study: Annotated[str, typer.Argument(help="A study: perovskite, host or dipoles.")],
    to: Annotated[Path, typer.Option(help="Folder of the report.")] = Path("report"),
    long: Annotated[
        bool, typer.Option("--long/--no-long", help="Make the runs that take minutes; without them some claims stay pending.")
    ] = True,
    show: Annotated[bool, typer.Option("--open", help="Open the report in the browser.")] = False,
    ship: Annotated[bool, typer.Option(help="For developers: keep the verdicts in the package.", hidden=True)] = False,
    as_json: AsJson = False,
) -> None:
    """Run a paper's cells to a verdict on each of its claims; write report.html and verdicts.json."""
    from lithoscope.cli.studying import reproduce_study

    reproduce_study(study, to, long=long, show=show, ship=ship, as_json=as_json)


@app.command()
def deposits(
    name: Annotated[str | None, typer.Argument(help="A ready run, all without one; a pattern as channel-* to make.")] = None,
    make: Annotated[bool, typer.Option("--make", help="Make it again on all of its grids, which takes minutes.")] = False,
    to: Annotated[Path | None, typer.Option(help="Folder for what is made again; `deposits` without one.")] = None,
    ship: Annotated[bool, typer.Option(help="For developers: keep it in the package.", hidden=True)] = False,
    as_json: AsJson = False,
) -> None:
    """List the ready runs of the phase field, with what three grids say of each; show one, or make it again."""
    from lithoscope.cli.depositing import show_deposits

    show_deposits(name, to, make=make, ship=ship, as_json=as_json)


@app.command()
def rest(
    cell: Annotated[str, typer.Argument(help="A cell file, or the name of a ready cell such as perovskite/bare.")],
    days: Annotated[float, typer.Option(help="How long it rests.")] = 30.0,
    model: Annotated[str | None, typer.Option(help='A model file with kind = "interphase"; its defaults without one.')] = None,
    to: Annotated[Path | None, typer.Option(help="Keep the result in this folder.")] = None,
    figure: Annotated[
        Path | None,
        typer.Option(
            help="Draw map and curves into this file (svg, png, pdf), the depth profile beside it; CELL-rest.png without one."
        ),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the result of another run in that folder.")] = False,
    then: Annotated[str | None, typer.Option(help="A program that plates on what the rest left; minutes.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let lithium corrode at rest: thickness, composition, lithium lost and resistance of its film, with a map."""
    from lithoscope.cli.resting import rest_cell

    raise typer.Exit(rest_cell(cell, days, model, to, figure, replace=replace, as_json=as_json, then=then))


@app.command(name="target-sei")
def target_sei(
    wanted: Annotated[
        list[str], typer.Argument(metavar="TARGET...", help="Solids and fractions: LiF=0.6 Li2O=0.3 organic=0.1.")
    ],
    thickness: Annotated[str, typer.Option(help="Of the film.")] = "3 nm",
    anion: Annotated[
        list[str] | None, typer.Option(help='An anion to choose, e.g. "NO3-"; again for more; all without.')
    ] = None,
    basis: Annotated[str, typer.Option(help="What fractions are of: volume or mole.")] = "volume",
    organic: Annotated[
        str, typer.Option(help="Solid whose molar volume organics have, where fractions are of moles.")
    ] = "LEDC",
    cell: Annotated[str | None, typer.Option(help="A cell in which what was found rests, to see what becomes of it.")] = None,
    days: Annotated[float, typer.Option(help="How long it rests.")] = 1.0,
    as_json: AsJson = False,
) -> None:
    """Find anions on the surface, and amounts per area, that leave a film of a composition: whether one layer can."""
    from lithoscope.cli.targeting import target_file

    target_file(wanted, thickness, anion or (), basis, cell, days, organic, as_json=as_json)


@app.command()
def claims(
    of: Annotated[
        str | None,
        typer.Argument(
            metavar="[STUDY|CLAIM]", help="A study, or the id of one claim to see all about it; all studies without one."
        ),
    ] = None,
    verdict: Annotated[str | None, typer.Option(help="Only claims with this verdict.")] = None,
    as_json: AsJson = False,
) -> None:
    """List what the papers claim and what the runs say about it."""
    from lithoscope.cli.studying import list_claims, show_claim

    if of and "." in of:
        show_claim(of, as_json=as_json)
    else:
        list_claims(of, verdict, as_json=as_json)


@app.command()
def catalogue(
    name: Annotated[str | None, typer.Argument(help="An entry; all names without one.")] = None,
    to: Annotated[Path | None, typer.Option(help="Copy the entry into this file, to be changed.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the ready cells and programs, print one, or copy it."""
    from lithoscope.cli.listing import show_catalogue

    show_catalogue(name, to, as_json=as_json)


@app.command()
def convert(
    source: Annotated[
        str,
        typer.Argument(
            help="A program file, or the name of a ready program, which becomes a protocol of aurora-unicycler; or a JSON "
            "file with such a protocol or with a list of PyBaMM's experiment strings, which becomes a program."
        ),
    ],
    to: Annotated[Path | None, typer.Option(help="Write it into this file; without one it is printed.")] = None,
    area: Annotated[str | None, typer.Option(help='Geometric area of the cell, e.g. "1.13 cm2".')] = None,
    capacity: Annotated[str | None, typer.Option(help='What a C-rate of 1 passes in an hour, e.g. "3 mAh/cm2".')] = None,
    as_json: AsJson = False,
) -> None:
    """Turn a program into a protocol for a cycler, or what others wrote into a program."""
    from lithoscope.cli.converting import convert_file

    convert_file(source, to, area=area, capacity=capacity, as_json=as_json)


@app.command()
def data(
    pattern: Annotated[
        str | None, typer.Argument(help="Part of an id or a name, e.g. separator; all records without it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the numbers of the data tables; explain one with its range, source and status."""
    from lithoscope.cli.listing import show_data

    show_data(pattern, as_json=as_json)


@app.command()
def show(
    result: Annotated[Path, typer.Argument(help="Folder of a result.")],
    csv: Annotated[Path | None, typer.Option(help="Write the trace as CSV with BDF column names.")] = None,
    spectrum_csv: Annotated[
        Path | None, typer.Option(help="Write a spectrum, whole and by electrode, as CSV with BDF column names.")
    ] = None,
    spectrum: Annotated[
        int | None, typer.Option(help="Which spectrum --spectrum-csv writes, counted from 1; the last one without it.")
    ] = None,
    figure: Annotated[Path | None, typer.Option(help="Draw a figure into this file (svg, png, pdf).")] = None,
    what: Annotated[
        str, typer.Option(help="The figure: voltage, electrodes, spectrum, bode, ledger, profile or cycles.")
    ] = "voltage",
    as_json: AsJson = False,
) -> None:
    """Show how a run ended, its first numbers and where its lithium is."""
    from lithoscope.cli.running import show_result

    show_result(result, csv=csv, spectrum_csv=spectrum_csv, spectrum=spectrum, figure=figure, what=what, as_json=as_json)


@app.command()
def short(
    record: Annotated[Path, typer.Argument(help="Folder of a result, or a text table of time, voltage and current.")],
    current: Annotated[
        str | None, typer.Option(help='The constant current, if the table has no column of it, e.g. "0.4 mA".')
    ] = None,
    time_column: Annotated[str | None, typer.Option(help='Header of the time, e.g. "time/s".')] = None,
    voltage_column: Annotated[str | None, typer.Option(help='Header of the voltage, e.g. "Ewe/V".')] = None,
    current_column: Annotated[str | None, typer.Option(help='Header of the current, e.g. "I/mA".')] = None,
    area: Annotated[str | None, typer.Option(help='Area of the electrode, e.g. "1.13 cm2".')] = None,
    figure: Annotated[Path | None, typer.Option(help="Draw trace, level and score into this file (svg, png, pdf).")] = None,
    as_json: AsJson = False,
) -> None:
    """Look for a soft short in a result or in a measured trace: since when, why, and what else it could be."""
    from lithoscope.cli.shorting import look_for_short

    told = {"time": time_column, "voltage": voltage_column, "current": current_column}
    columns = {name: title for name, title in told.items() if title is not None}
    look_for_short(record, current=current, columns=columns, area=area, figure=figure, as_json=as_json)


@app.command()
def detection(
    processes: Annotated[int, typer.Option(help="Processes that simulate at the same time.", min=1, max=64)] = 2,
    figure: Annotated[Path | None, typer.Option(help="Draw the curves into this file (svg, png, pdf).")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure how well soft shorts are found: simulated ones from weak to strong, beside healthy cells; a minute or two."""
    from lithoscope.cli.shorting import measure_detection

    measure_detection(processes, figure, as_json=as_json)


@app.command()
def check(as_json: AsJson = False) -> None:
    """Check the installation: versions, telemetry, and every exact solution that the models are held against."""
    from lithoscope.cli.checking import check_installation

    raise typer.Exit(check_installation(as_json=as_json))


@app.command()
def bench(
    what: Annotated[
        Literal["all", "ensembles", "morphology"],
        typer.Argument(help="ensembles: thousands of designs instead; morphology: the phase field and its solver."),
    ] = "all",
    runs: Annotated[int, typer.Option(help="Repetitions of each measurement.", min=1, max=100)] = 5,
    life: Annotated[bool, typer.Option("--life", help="Also 400 cycles of a cell that ages: minutes.")] = False,
    as_json: AsJson = False,
) -> None:
    """Time the package beside references on the same machine, in the same run."""
    from lithoscope.cli.bench_ensembles import run_ensembles
    from lithoscope.cli.benching import run_benchmarks

    if what == "ensembles":
        run_ensembles(as_json=as_json)
        return
    if what == "morphology":
        from lithoscope.cli.bench_morphology import run_morphology

        run_morphology(runs, as_json=as_json)
        return
    run_benchmarks(runs, life=life, as_json=as_json)
