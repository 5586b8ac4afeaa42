"""Thousands of designs of one cell model through one program."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.physics.cell.control import STEP_ENDS, Setting
from lithoscope.physics.cell.lanes.assembly import SYMBOLS, Layout, module
from lithoscope.physics.cell.lanes.functions import Array, Functions, functions, starts
from lithoscope.physics.cell.lanes.native import Library, compile_module, usual_width
from lithoscope.physics.cell.lanes.rodas import D2, D3, STAGES, parts
from lithoscope.physics.cell.lanes.table import needs_voltage, table

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.physics.cell.lanes import driver
    from lithoscope.physics.cell.model import CellModel
    from lithoscope.protocol import Program


@dataclass
class Built:
    found: Functions
    layout: Layout
    library: Library
    floors: Array


def build(system, outputs, width=None) -> Built:
    width = width or usual_width()
    t0=time.perf_counter()
    found = functions(system, outputs)
    t1=time.perf_counter()
    p = parts(found)
    t2=time.perf_counter()
    text, layout = module(found, p, width)
    t3=time.perf_counter()
    code = compile_module(text)
    t4=time.perf_counter()
    lib = Library(code, SYMBOLS)
    print(f"functions {t1-t0:.2f} parts {t2-t1:.2f} lower {t3-t2:.2f} llvm {t4-t3:.2f} load {time.perf_counter()-t4:.3f}; lines {text.count(chr(10))} object {len(code)}", layout)
    return Built(found, layout, lib, np.full(layout.differential, 1e-2))


def aligned(rows, width):
    a = np.zeros(rows * width + 16)
    first = (-(a.ctypes.data // 8)) % 16
    return a[first : first + rows * width].reshape(rows, width)


def run(b: Built, p: Array, program, rtol=1e-4, samples=0):
    from lithoscope.physics.cell.lanes import driver as d

    told, kept = table(program, b.found.step)
    L = b.layout; W = L.width; n = L.unknowns
    excluded = ~np.isfinite(b.floors)
    lens = dict(a=n + L.cell + L.step + 1, X=n, K=STAGES * n, W=n + L.factors, f=n, left=L.left, jacobian=L.jacobian, rate=L.rate,
                watch=L.watch, newton=L.newton, tolerances=1 + L.differential, watched=L.watched, corrected=n - L.differential + 1,
                batch=n + L.cell + L.step, seen=L.outputs, start=n, end=n, sample=n, earlier=L.conditions)
    places, at = {}, d.VECTORS
    for name, length in lens.items():
        places[name] = at
        at += length
    v = aligned(at, W)
    X0 = starts(b.found, p)
    v[places["tolerances"]] = rtol
    v[places["tolerances"] + 1 : places["tolerances"] + 1 + L.differential] = np.where(excluded, 1e300, rtol * b.floors)[:, None]
    v[places["X"] : places["X"] + n] = X0[0][:, None]
    a = places["a"]
    v[a : a + n] = X0[0][:, None]
    v[a + n : a + n + L.cell] = p[0][:, None]
    v[a + n + L.cell : a + n + L.cell + L.step] = told[0, :-3][:, None]
    v[d.UNTIL] = 1.0
    v[places["batch"]: places["batch"] + n + L.cell + L.step] = v[a: a + n + L.cell + L.step]
    k = np.zeros((d.WHOLES, W), np.int64)
    k[d.WHO] = -1
    z, R = len(p), len(told)
    wat = np.asarray(b.found.watch(X0.T, p.T, np.repeat(told[0, :-3][:, None], z, 1))).T
    plan = d.Plan(told, kept, np.hstack([p, X0, wat[:, -3:]]), np.array([D2, D3]))
    spectra = int(kept.max()) + 1
    out = d.Out(np.full((z, R, samples + 1, L.outputs), np.nan), np.full((z, R), np.nan), np.full((z, R), d.NOT_REACHED), np.full((z, spectra + 1, n), np.nan), np.zeros((z, 3), np.int64))
    step = {name: place for place, name in enumerate(b.found.step)}
    sizes = d.Sizes(width=W, unknowns=n, differential=L.differential, cell=L.cell, step=L.step, conditions=L.conditions, outputs=L.outputs, base=v.ctypes.data,
                    **places, samples=samples, tolerant=len(STEP_ENDS), counted=int((~excluded).sum()), charge=step["Charge at start [C.m-2]"], clock=step.get("Clock at start [s]", -1),
                    voltage=step.get("Set voltage [V]", -1), scan=step.get("Scan rate [V.s-1]", -1))
    sizes = d.Sizes(*map(int, sizes))
    t0 = time.perf_counter()
    d.run(d.Code(*b.library.addresses), sizes, v, k, plan, out)
    return out, time.perf_counter() - t0
