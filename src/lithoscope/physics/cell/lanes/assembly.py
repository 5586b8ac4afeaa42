"""One module of LLVM assembly with everything that the driver calls, and the layout of its buffers.

Buffers hold vectors of one number for each lane:
a  x | p | s | h            arguments of all functions
W  f | factors              what the Jacobian gives
K  K_1 | ... | K_6          of a step
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lithoscope.physics.cell.lanes.functions import BEFORE, Functions
from lithoscope.physics.cell.lanes.lower import Lowered, declarations, lower
from lithoscope.physics.cell.lanes.rodas import Parts
from lithoscope.physics.cell.lanes.writer import Writer
from lithoscope.physics.cell.lanes.writer import declarations as intrinsics
from lithoscope.physics.rosenbrock import STAGES, A, C

SYMBOLS = (
    "step", "commit", "watch", "newton", "outputs", "jacobian_prelude", "rate_prelude", "watch_prelude", "newton_prelude",
)  # fmt: skip
"""The functions that the driver calls, in the order of `records.Code`."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Lengths of the buffers, in vectors.

    width         number of lanes
    unknowns      of the model;  differential: of these
    cell          numbers of the cell;  step: of a step
    conditions    that end a step;  watched: these and what the next step has to know
    outputs       numbers that were asked for;  factors: of the matrix
    jacobian, rate, watch, newton  what their preludes keep
    left          what pieces of a function leave to each other, at most
    """

    width: int
    unknowns: int
    differential: int
    cell: int
    step: int
    conditions: int
    watched: int
    outputs: int
    factors: int
    jacobian: int
    rate: int
    watch: int
    newton: int
    left: int


def module(found: Functions, parts: Parts, width: int) -> tuple[str, Layout]:
    """The assembly of a model. Raises NotLoweredError for an operation that has no form on vectors."""
    n, cell, step = found.size, len(found.cell), len(found.step)
    where = (("a", 0), ("a", n), ("a", n + cell), ("a", n + cell + step))

    def lowered(name: str, function: Any, static: tuple[int, ...] = (1,)) -> Lowered:
        return lower(name, function, where=where[: function.n_in()], static=static, width=width)

    made = {
        "jacobian": lowered("jacobian", parts.jacobian),
        "rate": lowered("rate", parts.rate),
        "watch": lowered("watch", parts.watch),
        "newton": lowered("newton", parts.newton),
        # Outputs are made for lanes of different designs together, so they have no prelude.
        "outputs": lowered("outputs", parts.outputs, ()),
        "solve": lower("solve", parts.solve, where=(("a", 0), ("b", 0)), static=(), width=width),
    }
    layout = Layout(
        width=width,
        unknowns=n,
        differential=found.differential,
        cell=cell,
        step=step,
        conditions=len(found.conditions),
        watched=len(found.conditions) + len(BEFORE),
        outputs=int(parts.outputs.nnz_out(0)),
        factors=parts.factors,
        **{name: made[name].kept for name in ("jacobian", "rate", "watch", "newton")},
        left=max(part.left for part in made.values()),
    )
    texts = [intrinsics(width), declarations(), *(part.text for part in made.values()), _step(layout), _commit(width)]
    return "".join(texts), layout


class _Loops(Writer):
    """A writer of loops over the places of buffers."""

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.block, self._loops, self._sum = "entry", 0, 0
        self.lines.append("entry:")

    def begin(self, start: str | None = None) -> tuple[str, str]:
        """Begin a loop; returns its index and, where a sum has a start, the sum so far."""
        self._loops += 1
        k = self._loops
        self.lines += [f"br label %loop{k}", f"loop{k}:", f"%i{k} = phi i64 [ 0, %{self.block} ], [ %next{k}, %loop{k} ]"]
        if start is not None:
            # Completed at the end of the loop, when the name of the next sum is known.
            self.lines.append(f"%sum{k} = phi {self.vector} [ {start}, %{self.block} ], ")
            self._sum = len(self.lines) - 1
        return f"%i{k}", f"%sum{k}"

    def end(self, count: int | str, more: str | None = None) -> str:
        """End the loop after so many passes; `more` is the sum after a pass. Returns the whole sum."""
        k = self._loops
        if more is not None:
            self.lines[self._sum] += f"[ {more}, %loop{k} ]"
        self.lines += [f"%next{k} = add i64 %i{k}, 1", f"%again{k} = icmp ult i64 %next{k}, {count}",
                       f"br i1 %again{k}, label %loop{k}, label %after{k}", f"after{k}:"]  # fmt: skip
        self.block = f"after{k}"
        return more or ""

    def at(self, pointer: str, index: str, offset: int = 0) -> str:
        """The address of a place that a loop runs over."""
        place = self.put(f"add i64 {index}, {offset}") if offset else index
        return self.put(f"getelementptr {self.vector}, ptr {pointer}, i64 {place}")

    def get(self, address: str) -> str:
        """The vector at an address."""
        return self.put(f"load {self.vector}, ptr {address}, align {8 * self.width}")

    def set(self, address: str, value: str) -> None:
        """Put a vector at an address."""
        self.lines.append(f"store {self.vector} {value}, ptr {address}, align {8 * self.width}")


STEP_ARGUMENTS = ", ".join(f"ptr noalias %{name}" for name in ("a", "X", "K", "W", "f", "qj", "qr", "m", "tolerances", "error"))


def _step(layout: Layout) -> str:
    """@step: a step of the size h in %a from the states in %X.

    Leaves the new states in %a, the stages in %K, and in %error sum (K_6 / (atol + rtol max(|x|, |x_new|)))^2 over the
    differential unknowns, NaN where any unknown is not finite. %tolerances holds rtol and atol of each.
    """
    w = _Loops(layout.width)
    n, nd = layout.unknowns, layout.differential
    factors = w.put(f"getelementptr {w.vector}, ptr %W, i64 {n}")
    h = w.load("%a", n + layout.cell + layout.step)
    per_time = w.div(w.number(1.0), h)
    i, _ = w.begin()
    w.set(w.at("%a", i), w.get(w.at("%X", i)))
    w.end(n)
    w.lines.append("call void @jacobian(ptr %a, ptr %a, ptr %qj, ptr %W, ptr %m)")
    for stage in range(STAGES):
        right = "%W"
        if stage:
            _sums(w, stage, n, nd, per_time)
            right = "%f"
        stage_K = w.put(f"getelementptr {w.vector}, ptr %K, i64 {stage * n}")
        w.lines.append(f"call void @solve(ptr {factors}, ptr {right}, ptr %m, ptr {stage_K}, ptr %m)")
    _error(w, n, nd)
    return w.function("step", STEP_ARGUMENTS)


def _sums(w: _Loops, stage: int, n: int, nd: int, per_time: str) -> None:
    """The argument of a stage, its rate, and the right-hand side of its equation."""
    i, _ = w.begin()
    value = w.get(w.at("%X", i))
    for j, a in enumerate(A[stage]):
        value = w.fma(w.get(w.at("%K", i, j * n)), w.number(a), value)
    w.set(w.at("%a", i), value)
    w.end(n)
    w.lines.append("call void @rate(ptr %a, ptr %a, ptr %qr, ptr %f, ptr %m)")
    i, _ = w.begin()
    value = w.number(0.0)
    for j, c in enumerate(C[stage]):
        value = w.fma(w.get(w.at("%K", i, j * n)), w.number(c), value)
    place = w.at("%f", i)
    w.set(place, w.fma(value, per_time, w.get(place)))
    w.end(nd)


def _error(w: _Loops, n: int, nd: int) -> None:
    """The new states and their error."""
    i, _ = w.begin()
    place = w.at("%a", i)
    w.set(place, w.exact("fadd", w.get(place), w.get(w.at("%K", i, 5 * n))))
    w.end(n)
    rtol = w.load("%tolerances", 0)
    i, squares = w.begin(w.number(0.0))
    size = w.call("maxnum", w.call("fabs", w.get(w.at("%X", i))), w.call("fabs", w.get(w.at("%a", i))))
    share = w.div(w.get(w.at("%K", i, 5 * n)), w.fma(rtol, size, w.get(w.at("%tolerances", i, 1))))
    squares = w.end(nd, w.fma(share, share, squares))
    i, total = w.begin(w.number(0.0))
    total = w.end(n, w.exact("fadd", total, w.exact("fmul", w.get(w.at("%a", i)), w.number(0.0))))
    w.store("%error", 0, w.exact("fadd", squares, total))


def _commit(width: int) -> str:
    """@commit: copy the first %count vectors from %a to %X in the lanes whose %mask is not 0."""
    w = _Loops(width)
    mask = w.compare("une", w.load("%mask", 0), w.number(0.0))
    i, _ = w.begin()
    place = w.at("%X", i)
    w.set(place, w.choose(mask, w.get(w.at("%a", i)), w.get(place)))
    w.end("%count")
    return w.function("commit", "ptr noalias %mask, ptr noalias %a, ptr noalias %X, i64 %count")
