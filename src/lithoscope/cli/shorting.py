"""`lithoscope short` and `lithoscope detection`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lithoscope.cli import output

if TYPE_CHECKING:
    from lithoscope.analysis.detection import Trial
    from lithoscope.analysis.soft_short import Diagnosis
    from lithoscope.analysis.trace import Trace


def look_for_short(
    record: Path, *, current: str | None, columns: dict[str, str], area: str | None, figure: Path | None, as_json: bool
) -> None:
    """Say whether there is a soft short in a result or in a measured trace, since when and why."""
    from lithoscope.analysis.soft_short import soft_short
    from lithoscope.analysis.trace import Trace, read_trace
    from lithoscope.result import load

    if record.is_dir():
        result = load(record)
        trace, found = Trace.of(result), soft_short(result)
    else:
        trace = read_trace(record, columns=columns, current=current, area=area)
        found = soft_short(trace)
    if figure is not None:
        _draw(trace, found, figure)
    if as_json:
        output.write_json(_data(found))
        return
    output.say(f"{found.verdict.value.upper()}. {found.reason}")
    for said in found.mimics:
        output.say(f"  It could also be: {said}")
    rows = [(f"{f.number}", f"{f.start / 3600:.2f}", f"{f.score:.2f}", f"{f.leaked_share:.0%}", f.verdict.value)
            for f in found.findings]  # fmt: skip
    output.table("", ("half-cycle", "from / h", "score", "leaks", "verdict"), rows, right=(0, 1, 2, 3))


def _draw(trace: Trace, found: Diagnosis, figure: Path) -> None:
    from lithoscope.analysis.figures import save
    from lithoscope.analysis.figures.shorts import draw_diagnosis

    save(draw_diagnosis(trace, found), figure)


def _data(found: Diagnosis) -> dict[str, Any]:
    findings = [asdict(f) | {"verdict": f.verdict.value} for f in found.findings]
    return {"verdict": found.verdict.value, "onset_s": found.onset, "reason": found.reason, "mimics": list(found.mimics),
            "half_cycles": findings}  # fmt: skip


def measure_detection(processes: int, figure: Path | None, *, as_json: bool) -> None:
    """Simulate shorts from weak to strong beside healthy cells, and print how many are found."""
    from lithoscope.analysis.detection import Sample, rate, trials

    found = trials(Sample(), processes=processes)
    if figure is not None:
        from lithoscope.analysis.figures import save
        from lithoscope.analysis.figures.shorts import draw_detection

        save(draw_detection(found), figure)
    groups: dict[tuple[str, float, float], list[Trial]] = {}
    for trial in found:
        groups.setdefault((trial.kind, trial.noise, trial.share), []).append(trial)
    if as_json:
        output.write_json([{"cell": kind, "noise_V": noise, "leaked_share": share, "records": len(of), "alarms": rate(of)}
                           for (kind, noise, share), of in sorted(groups.items())])  # fmt: skip
        return
    rows = [(kind, f"{noise * 1e3:g}", f"{share:.0%}" if share else "healthy", f"{len(of)}", f"{rate(of):.0%}")
            for (kind, noise, share), of in sorted(groups.items())]  # fmt: skip
    output.table("", ("cell", "noise / mV", "leaks in the end", "records", "alarms"), rows, right=(1, 2, 3, 4))
