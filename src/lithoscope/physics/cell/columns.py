"""Variables of a discretised model, evaluated with NumPy on many states at once.

PyBaMM and CasADi evaluate an expression state by state, which for the thousand states of a step costs a quarter of its
solution. Here each node of the expression is evaluated once, for all states: a variable of one point is a row, a field a matrix
of points and states, a number is the same in all of them. That takes a fifth of the time; machine code, where there is a
compiler, takes a third of that.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from lithoscope.physics.cell.engine import pybamm

Array = NDArray[np.float64]
Value = Any
"""Of a node: an array of the shape (points, states), or a number or a column (points, 1) that is the same in all states."""


Operation = tuple[int, Callable[..., Value], tuple[int, ...]]
"""Place of its value, how it is done, and the places of its operands."""


class Columns:
    """Expressions of PyBaMM, discretised, as functions of many states.

    A node that occurs twice is evaluated once. What depends on no state is a number, or a column of one number per point.
    """

    def __init__(self, expressions: Sequence[Any]) -> None:
        self._constants: list[Value] = []
        self._states: list[tuple[int, list[slice]]] = []
        self._inputs: list[tuple[int, str]] = []
        operations: list[Operation] = []
        places: dict[Any, int] = {}
        for symbol in _children_first(expressions):
            place = places[symbol] = len(self._constants)
            self._constants.append(None)
            if symbol.is_constant():
                self._constants[place] = _constant(symbol)
            elif isinstance(symbol, pybamm.StateVector):
                self._states.append((place, list(symbol.y_slices)))
            elif isinstance(symbol, pybamm.InputParameter):
                self._inputs.append((place, symbol.name))
            else:
                operands = tuple(places[child] for child in symbol.children)
                sparse = any(issparse(self._constants[operand]) for operand in operands)
                operations.append((place, _operation(symbol, sparse), operands))
        self._results = [places[expression] for expression in expressions]
        self._operations = _with_last_use(operations, {place for place, _, _ in operations}.difference(self._results))

    def __call__(self, y: Array, inputs: Mapping[str, float]) -> list[Array]:
        """Each expression at every state: y of shape (states, n) gives shape (points, n) for each."""
        values, n = list(self._constants), y.shape[1]
        for place, slices in self._states:
            values[place] = y[slices[0]] if len(slices) == 1 else np.concatenate([y[rows] for rows in slices])
        for place, name in self._inputs:
            values[place] = inputs[name]
        with np.errstate(all="ignore"):
            for place, apply, operands, done in self._operations:
                values[place] = apply(*[values[operand] for operand in operands])
                for operand in done:
                    values[operand] = None
        return [_in_all(values[place], n) for place in self._results]


def _children_first(expressions: Iterable[Any]) -> Iterable[Any]:
    """Every node of the expressions once, after those that it is made of."""
    known: set[Any] = set()
    waiting = list(reversed(list(expressions)))
    while waiting:
        symbol = waiting[-1]
        missing = [] if symbol.is_constant() else [child for child in symbol.children if child not in known]
        waiting += missing
        if not missing:
            waiting.pop()
            if symbol not in known:
                known.add(symbol)
                yield symbol


def _with_last_use(operations: Sequence[Operation], passing: set[int]) -> list[tuple[*Operation, tuple[int, ...]]]:
    """The operations, each with those passing values that nobody needs after it, so that their memory is used again."""
    last = {operand: n for n, (_, _, operands) in enumerate(operations) for operand in operands if operand in passing}
    ending: dict[int, tuple[int, ...]] = {}
    for operand, n in last.items():
        ending[n] = (*ending.get(n, ()), operand)
    return [(*operation, ending.get(n, ())) for n, operation in enumerate(operations)]


def _constant(symbol: Any) -> Value:
    value = symbol.evaluate()
    if not issparse(value):
        return float(np.squeeze(value)) if np.size(value) == 1 else value
    return value if value.shape[1] > 1 else value.toarray()  # type: ignore[attr-defined]  # SciPy's check does not say so


def _operation(symbol: Any, sparse: bool) -> Callable[..., Value]:
    """What a node does with the values of its children; sparse: whether one of them is."""
    arithmetic = ARITHMETIC.get(type(symbol).__name__)
    if arithmetic and (arithmetic is _product or not sparse):
        return arithmetic
    if isinstance(symbol, pybamm.DomainConcatenation):
        return _by_domain(symbol)
    if isinstance(symbol, pybamm.Concatenation):
        return _stacked
    return _by_pybamm(symbol)


def _by_pybamm(symbol: Any) -> Callable[..., Value]:
    """What PyBaMM itself does where it evaluates a node of this kind, which works on many states as on one."""
    if isinstance(symbol, pybamm.BinaryOperator):
        return symbol._binary_evaluate  # type: ignore[no-any-return]
    if isinstance(symbol, pybamm.UnaryOperator):
        return symbol._unary_evaluate  # type: ignore[no-any-return]
    if isinstance(symbol, pybamm.Function) and not isinstance(symbol, pybamm.Interpolant):
        return lambda *children: symbol._function_evaluate(children)
    raise NotImplementedError(f"no evaluation of {type(symbol).__name__} on many states")


def _power(base: Value, exponent: Value) -> Value:
    # Squares cost a fiftieth of what NumPy's power costs.
    if exponent == 4:
        base, exponent = base * base, 2
    return base * base if exponent == 2 else base**exponent


def _product(matrix: Value, columns: Value) -> Value:
    # What has one row and one column is a number here.
    return matrix @ np.atleast_2d(columns) if np.ndim(matrix) else matrix * columns


ARITHMETIC: dict[str, Callable[..., Value]] = {
    "Addition": operator.add,
    "Subtraction": operator.sub,
    "Multiplication": operator.mul,
    "Division": operator.truediv,
    "Power": _power,
    "MatrixMultiplication": _product,
}
"""Nodes that PyBaMM would ask first whether their operands are sparse, which takes longer than the operation."""


def _in_all(value: Value, n: int) -> Array:
    """What a node gave, in each of n states."""
    column = np.atleast_2d(value)
    return column if column.shape[1] == n else np.repeat(column, n, axis=1)


def _stacked(*parts: Value) -> Array:
    """Columns below each other, in as many states as any of them."""
    columns = [np.atleast_2d(part) for part in parts]
    n = max(column.shape[1] for column in columns)
    return np.concatenate([_in_all(column, n) for column in columns])


def _by_domain(symbol: Any) -> Callable[..., Value]:
    """A field over several layers from fields over some of them."""
    order, start = np.empty(symbol._size, dtype=int), 0
    for at in symbol._children_slices:
        for domain, slices in at.items():
            for rows, of_child in zip(symbol._slices[domain], slices, strict=True):
                order[rows] = start + np.arange(of_child.start, of_child.stop)
        start += max(slices[-1].stop for slices in at.values())
    if np.array_equal(order, np.arange(len(order))):
        return _stacked
    return lambda *parts: _stacked(*parts)[order]
