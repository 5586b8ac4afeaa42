"""From a small part of Python to the assembly of LLVM: what kernels over grids are made of, and nothing else.

Numbers, tuples, views of memory; `for` over ranges and tuples, `while`, `if`, `break`; calls of functions marked `compiled`,
which become functions, or `in_place`, which are written out where they are called and may give views. Both are functions of
Python as well. Conditions on what is known while a function is translated choose which of their branches is.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar

from llvmlite import ir
from llvmlite.ir import IRBuilder as Build

from lithoscope.physics.morphology.machine.calls import BUILT_IN, SIGNS, Range, attribute, both
from lithoscope.physics.morphology.machine.values import (
    ADDRESS,
    DOUBLE,
    RANK,
    SAFE,
    WHOLE,
    NotTranslatedError,
    View,
    alike,
    combined,
    compared,
    converted,
    known,
    layout,
    leaves,
    number,
    place,
    read,
    shaped,
    truth,
)  # fmt: skip

Function = TypeVar("Function", bound=Callable[..., Any])

_HOW: dict[Callable[..., Any], str] = {}


def compiled(function: Function) -> Function:
    """Mark a function that other machine code calls. Its annotation of the result says which numbers it gives."""
    _HOW[function] = "compiled"
    return function


def in_place(function: Function) -> Function:
    """Mark a function that is written out at each call; a `return` stands only at its end."""
    _HOW[function] = "in place"
    return function


class Program:
    """The functions of one module."""

    def __init__(self, name: str) -> None:
        self.module = ir.Module(name)
        self._made: dict[tuple[Any, str], ir.Function] = {}

    def entry(self, name: str, function: Callable[..., Any]) -> None:
        """A function from an address to a whole number, to be called from outside."""
        made = ir.Function(self.module, ir.FunctionType(WHOLE, [WHOLE]), name)
        self._fill(made, function, (made.args[0],))

    def function(self, function: Callable[..., Any], given: tuple[Any, ...]) -> ir.Function:
        """A function for arguments of such kinds."""
        key = function, layout(given)
        if key not in self._made:
            kinds = [leaf.type for leaf in leaves(given)]
            kind = ir.FunctionType(_result(function), kinds)
            made = ir.Function(self.module, kind, f"{function.__name__}.{len(self._made)}")
            made.linkage = "internal"
            for argument in made.args:
                if argument.type == ADDRESS:
                    argument.add_attribute("noalias")
            self._made[key] = made
            self._fill(made, function, shaped(given, list(made.args)))
        return self._made[key]

    def _fill(self, made: ir.Function, function: Callable[..., Any], given: tuple[Any, ...]) -> None:
        first = made.append_basic_block("slots")
        begin = made.append_basic_block("begin")
        body = Body(self, Build(begin), first, function, given)
        body.run()
        if not body.build.block.is_terminated:
            body.build.ret_void() if made.ftype.return_type == ir.VoidType() else body.build.unreachable()
        Build(first).branch(begin)


@cache
def _tree(function: Callable[..., Any]) -> ast.FunctionDef:
    found = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(found, ast.FunctionDef)
    return found


def _result(function: Callable[..., Any]) -> ir.Type:
    """The kind that the annotation of the result names."""
    text, of = ast.unparse(_tree(function).returns or ast.Constant("nothing")), {"float": DOUBLE, "int": WHOLE}
    parts = text.removeprefix("tuple[").removesuffix("]").split(", ")
    if text != "None" and not all(part in of for part in parts):
        raise NotTranslatedError(f"{function.__name__} says of its result: {text}")
    if text.startswith("tuple["):
        return ir.LiteralStructType([of[part] for part in parts])
    return ir.VoidType() if text == "None" else of[text]


class Body:
    """One function as it is translated: the names that stand for something, and the loops that `break` leaves.

    Numbers lie in slots, which LLVM turns into registers; whatever else has a name keeps it for the block in which it got it.
    """

    def __init__(
        self, program: Program, build: Build, slots: ir.Block, function: Callable[..., Any], given: tuple[Any, ...]
    ) -> None:
        self.program, self.build, self.slots, self.function = program, build, slots, function
        self.names: dict[str, Any] = {}
        self.ends: list[ir.Block] = []
        self.found: Any = None
        self.tree = _tree(function)
        for argument, value in zip(self.tree.args.args, given, strict=True):
            self._name(argument.arg, value)

    def run(self) -> Any:
        """Translate it. What an `in_place` function gives."""
        self._statements(self.tree.body)
        return self.found

    def _fail(self, node: ast.AST, why: str) -> NotTranslatedError:
        line = self.function.__code__.co_firstlineno + getattr(node, "lineno", 1) - 1
        return NotTranslatedError(f"{self.function.__code__.co_filename}:{line}: {ast.unparse(node)}: {why}")

    def _statements(self, nodes: Iterable[ast.stmt]) -> None:
        for node in nodes:
            made = getattr(self, f"_do_{type(node).__name__.lower()}", None)
            if made is None:
                raise self._fail(node, "is not a statement of machine code")
            made(node)

    def _block(self, nodes: Iterable[ast.stmt], then: ir.Block) -> None:
        """Statements with names of their own, and on to another block."""
        outer = set(self.names)
        self._statements(nodes)
        self.names = {name: value for name, value in self.names.items() if name in outer or isinstance(value, ir.AllocaInstr)}
        if not self.build.block.is_terminated:
            self.build.branch(then)

    def _name(self, name: str, value: Any) -> None:
        """Let a name stand for a value; the first number of a name decides which kind it keeps."""
        slot = self.names.get(name)
        if isinstance(value, View | tuple):
            if slot is not None:
                raise NotTranslatedError(f"{self.function.__name__}: {name} stands for something already")
            self.names[name] = value
            return
        value = number(value)
        if slot is None:
            slot = self.names[name] = Build(self.slots).alloca(value.type, name=name)
        kind = slot.allocated_type
        if RANK.index(value.type) > RANK.index(kind):
            raise NotTranslatedError(f"{self.function.__name__}: {name} is a {kind} and gets a {value.type}")
        self.build.store(converted(self.build, value, kind), slot)

    def _store(self, target: ast.expr, value: Any) -> None:
        if isinstance(target, ast.Name):
            self._name(target.id, value)
        elif isinstance(target, ast.Tuple):
            for each, part in zip(target.elts, value, strict=True):
                self._store(each, part)
        elif isinstance(target, ast.Subscript):
            view, at = self._indexed(target)
            self.build.store(converted(self.build, value, view.kind), place(self.build, view, at))
        else:
            raise self._fail(target, "cannot be assigned to")

    def _indexed(self, node: ast.Subscript) -> tuple[View, tuple[Any, ...]]:
        view, at = self.value(node.value), self.value(node.slice)
        at = at if isinstance(at, tuple) else (at,)
        if not isinstance(view, View) or len(at) != len(view.shape):
            raise self._fail(node, "is not one number of a view")
        return view, at

    def _do_expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.value(node.value)

    def _do_assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self._store(target, value)

    def _do_augassign(self, node: ast.AugAssign) -> None:
        old = self.value(node.target)
        self._store(node.target, combined(self.build, SIGNS[type(node.op)], old, self.value(node.value)))

    def _do_return(self, node: ast.Return) -> None:
        value = None if node.value is None else self.value(node.value)
        if _HOW.get(self.function) == "in place":
            self.found = value
            return
        kind = self.build.function.ftype.return_type
        if isinstance(value, tuple):
            made = ir.Constant(kind, ir.Undefined)
            for index, part in enumerate(value):
                made = self.build.insert_value(made, converted(self.build, part, kind.elements[index]), index)
            self.build.ret(made)
        else:
            self.build.ret(converted(self.build, value, kind))

    def _do_break(self, _node: ast.Break) -> None:
        self.build.branch(self.ends[-1])

    def _do_if(self, node: ast.If) -> None:
        condition = truth(self.build, self.value(node.test))
        if isinstance(condition, bool):
            self._statements(node.body if condition else node.orelse)
            return
        then, other, after = (self.build.append_basic_block(name) for name in ("then", "else", "after"))
        self.build.cbranch(condition, then, other)
        for block, nodes in ((then, node.body), (other, node.orelse)):
            self.build.position_at_end(block)
            self._block(nodes, after)
        self.build.position_at_end(after)

    def _do_while(self, node: ast.While) -> None:
        head, body, end = (self.build.append_basic_block(name) for name in ("head", "body", "end"))
        self.build.branch(head)
        self.build.position_at_end(head)
        self.build.cbranch(truth(self.build, self.value(node.test)), body, end)
        self.build.position_at_end(body)
        self.ends.append(end)
        self._block(node.body, head)
        self.ends.pop()
        self.build.position_at_end(end)

    def _do_for(self, node: ast.For) -> None:
        over = self.value(node.iter)
        if not isinstance(over, Range):
            for each in over:
                outer = set(self.names)
                self._store(node.target, each)
                self._statements(node.body)
                self.names = {n: v for n, v in self.names.items() if n in outer or isinstance(v, ir.AllocaInstr)}
            return
        self._count(node, over)

    def _count(self, node: ast.For, over: Any) -> None:
        """A loop with a counter of its own: the name gets its value anew in every turn."""
        build, kept = self.build, Build(self.slots).alloca(WHOLE)
        build.store(number(over.start), kept)
        stop = number(over.stop)
        head, body, after, end = (build.append_basic_block(name) for name in ("head", "body", "next", "end"))
        build.branch(head)
        build.position_at_end(head)
        at = build.load(kept, typ=WHOLE)
        build.cbranch(build.icmp_signed("<" if over.step > 0 else ">", at, stop), body, end)
        build.position_at_end(body)
        self._store(node.target, at)
        self.ends.append(end)
        self._block(node.body, after)
        self.ends.pop()
        build.position_at_end(after)
        build.store(build.add(build.load(kept, typ=WHOLE), number(over.step), flags=("nsw",)), kept)
        build.branch(head)
        build.position_at_end(end)

    def value(self, node: ast.expr) -> Any:
        """What an expression stands for."""
        made = getattr(self, f"_of_{type(node).__name__.lower()}", None)
        if made is None:
            raise self._fail(node, "is not an expression of machine code")
        return made(node)

    def _of_constant(self, node: ast.Constant) -> Any:
        return node.value

    def _of_name(self, node: ast.Name) -> Any:
        found = self.names.get(node.id)
        if isinstance(found, ir.AllocaInstr):
            return self.build.load(found, typ=found.allocated_type)
        if found is not None:
            return found
        if node.id in self.function.__globals__:
            return self.function.__globals__[node.id]
        return getattr(__import__("builtins"), node.id)

    def _of_tuple(self, node: ast.Tuple) -> tuple[Any, ...]:
        parts: list[Any] = []
        for each in node.elts:
            parts += self.value(each.value) if isinstance(each, ast.Starred) else [self.value(each)]
        return tuple(parts)

    def _of_attribute(self, node: ast.Attribute) -> Any:
        return attribute(self.build, self.value(node.value), node.attr)

    def _of_subscript(self, node: ast.Subscript) -> Any:
        of, at = self.value(node.value), self.value(node.slice)
        if isinstance(of, View):
            return read(self.build, of, at if isinstance(at, tuple) else (at,))
        if not known(at):
            raise self._fail(node, "a place in a tuple has to be known")
        return of[at]

    def _of_binop(self, node: ast.BinOp) -> Any:
        return combined(self.build, SIGNS[type(node.op)], self.value(node.left), self.value(node.right))

    def _of_unaryop(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            value = truth(self.build, value)
            return not value if isinstance(value, bool) else self.build.not_(value)
        if known(value) or isinstance(value, float):
            return -value
        return self.build.fneg(value, flags=SAFE) if value.type != WHOLE else self.build.neg(value)

    def _of_compare(self, node: ast.Compare) -> Any:
        parts, found = [self.value(each) for each in (node.left, *node.comparators)], []
        for sign, first, second in zip(node.ops, parts[:-1], parts[1:], strict=True):
            found.append(compared(self.build, SIGNS[type(sign)], first, second))
        return both(self.build, found, all_of=True)

    def _of_boolop(self, node: ast.BoolOp) -> Any:
        parts = [truth(self.build, self.value(each)) for each in node.values]
        return both(self.build, parts, all_of=isinstance(node.op, ast.And))

    def _of_ifexp(self, node: ast.IfExp) -> Any:
        """Both are computed where it is not known which is wanted."""
        condition = truth(self.build, self.value(node.test))
        if isinstance(condition, bool):
            return self.value(node.body if condition else node.orelse)
        return self.build.select(condition, *alike(self.build, self.value(node.body), self.value(node.orelse)))

    def _of_call(self, node: ast.Call) -> Any:
        called, given = self.value(node.func), self._of_tuple(ast.Tuple(node.args))
        if any(each.arg != "strict" for each in node.keywords):
            raise self._fail(node, "has arguments by name")
        if called in _HOW:
            return self._called(called, given)
        if called in BUILT_IN:
            return BUILT_IN[called](self.build, *given)
        if isinstance(called, type) and issubclass(called, tuple):
            return called(*given)
        raise self._fail(node, "is not a function of machine code")

    def _called(self, called: Callable[..., Any], given: tuple[Any, ...]) -> Any:
        if _HOW[called] == "in place":
            return Body(self.program, self.build, self.slots, called, given).run()
        made = self.build.call(self.program.function(called, given), leaves(given))
        if isinstance(made.type, ir.LiteralStructType):
            return tuple(self.build.extract_value(made, index) for index in range(len(made.type.elements)))
        return made
