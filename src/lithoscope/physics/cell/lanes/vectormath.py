"""Elementary functions on vectors, to about two units in the last place, with the limits of IEEE 754 at 0, infinity and NaN.

The C library has them for one number at a time, which would be most of the time of a step.

exp    n = rint(x / ln 2), r = x - n ln 2 in two parts, Taylor polynomial of degree 13 on |r| <= ln 2 / 2, 2^n in two factors
log    x = 2^k m with m in [sqrt 1/2, sqrt 2), the series in s = (m - 1) / (m + 1) as in fdlibm's e_log.c (Sun, 1993)
others from these two, arranged so that nothing cancels
"""

from __future__ import annotations

import math

from lithoscope.physics.cell.lanes.writer import Writer

LN2_HIGH, LN2_LOW = float.fromhex("0x1.62e42fee00000p-1"), float.fromhex("0x1.a39ef35793c76p-33")
MAGIC = 1.5 * 2.0**52
"""A whole number added to this stands in the low bits of the sum."""

LOG_SERIES = (
    6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01,
    1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01,
)  # fmt: skip
SQRT_HALF_BITS = 0x3FE6A09E667F3BCD
LARGE = 1e150
"""Beyond it a square overflows."""


def exp(w: Writer, x: str) -> str:
    """e^x."""
    r, n = _reduced(w, _within(w, x, -746.0, 710.0))
    value = w.fma(r, _exp_series(w, r, 1), w.number(1.0))
    half = w.call("rint", w.exact("fmul", n, w.number(0.5)))
    return w.exact("fmul", w.exact("fmul", value, _power_of_two(w, half)), _power_of_two(w, w.exact("fsub", n, half)))


def expm1(w: Writer, x: str) -> str:
    """e^x - 1 for x <= 700."""
    r, n = _reduced(w, _within(w, x, -50.0, 701.0))
    power = _power_of_two(w, n)
    small = w.fma(w.exact("fmul", r, r), _exp_series(w, r, 2), r)
    # Without a reduction the result is that of the series, with the sign of zero.
    large = w.fma(power, small, w.exact("fsub", power, w.number(1.0)))
    return w.choose(w.compare("oeq", n, w.number(0.0)), small, large)


def _within(w: Writer, x: str, low: float, high: float) -> str:
    """x held between two numbers; NaN stays."""
    x = w.choose(w.compare("ogt", x, w.number(high)), w.number(high), x)
    return w.choose(w.compare("olt", x, w.number(low)), w.number(low), x)


def _reduced(w: Writer, x: str) -> tuple[str, str]:
    """r and n of x = n ln 2 + r."""
    n = w.call("rint", w.exact("fmul", x, w.number(1 / math.log(2))))
    r = w.fma(n, w.number(-LN2_HIGH), x)
    return w.fma(n, w.number(-LN2_LOW), r), n


def _exp_series(w: Writer, r: str, first: int) -> str:
    """sum r^(k - first) / k! from k = first to 13."""
    value = w.number(1 / math.factorial(13))
    for k in range(12, first - 1, -1):
        value = w.fma(value, r, w.number(1 / math.factorial(k)))
    return value


def _power_of_two(w: Writer, n: str) -> str:
    """2^n for a whole n from -1022 to 1023."""
    biased = w.bits(w.exact("fadd", n, w.number(MAGIC + 1023)))
    return w.from_bits(w.on_whole("shl", biased, w.integer(52)))


def log(w: Writer, x: str) -> str:
    """ln x: -inf at 0, NaN below."""
    tiny = w.compare("olt", x, w.number(2.0**-1022))
    scaled = w.choose(tiny, w.exact("fmul", x, w.number(2.0**54)), x)
    bits = w.bits(scaled)
    k = w.on_whole("ashr", w.on_whole("sub", bits, w.integer(SQRT_HALF_BITS)), w.integer(52))
    m = w.from_bits(w.on_whole("sub", bits, w.on_whole("shl", k, w.integer(52))))
    e = _from_whole(w, k)
    e = w.exact("fsub", e, w.choose(tiny, w.number(54.0), w.number(0.0)))
    f = w.exact("fsub", m, w.number(1.0))
    s = w.div(f, w.exact("fadd", f, w.number(2.0)))
    z = w.exact("fmul", s, s)
    series = w.number(LOG_SERIES[-1])
    for coefficient in reversed(LOG_SERIES[:-1]):
        series = w.fma(series, z, w.number(coefficient))
    half = w.exact("fmul", w.exact("fmul", f, f), w.number(0.5))
    inner = w.fma(s, w.fma(z, series, half), w.exact("fmul", e, w.number(LN2_LOW)))
    value = w.fma(e, w.number(LN2_HIGH), w.neg(w.exact("fsub", w.exact("fsub", half, inner), f)))
    value = w.choose(w.compare("olt", x, w.number(math.inf)), value, x)
    value = w.choose(w.compare("olt", x, w.number(0.0)), w.number(math.nan), value)
    return w.choose(w.compare("oeq", x, w.number(0.0)), w.number(-math.inf), value)


def _from_whole(w: Writer, k: str) -> str:
    """A whole number of less than 51 bits as a double."""
    magic = 0x4338000000000000
    return w.exact("fsub", w.from_bits(w.on_whole("add", k, w.integer(magic))), w.number(MAGIC))


def log1p(w: Writer, x: str) -> str:
    """ln(1 + x), with what 1 + x loses given back."""
    u = w.exact("fadd", x, w.number(1.0))
    lost = w.div(w.exact("fsub", x, w.exact("fsub", u, w.number(1.0))), u)
    value = w.exact("fadd", log(w, u), lost)
    usual = w.both("and", w.compare("ogt", u, w.number(0.0)), w.compare("olt", u, w.number(math.inf)))
    value = w.choose(usual, value, log(w, u))
    # The sign of zero, and numbers whose square does not count.
    return w.choose(w.compare("olt", w.call("fabs", x), w.number(2.0**-54)), x, value)


def asinh(w: Writer, x: str) -> str:
    """sign(x) ln(|x| + sqrt(x^2 + 1)), as log1p(|x| + x^2 / (1 + sqrt(x^2 + 1)))."""
    a = w.call("fabs", x)
    far = w.compare("ogt", a, w.number(LARGE))
    b = w.choose(far, w.number(1.0), a)
    square = w.exact("fmul", b, b)
    root = w.call("sqrt", w.exact("fadd", square, w.number(1.0)))
    near = log1p(w, w.exact("fadd", b, w.div(square, w.exact("fadd", root, w.number(1.0)))))
    beyond = w.exact("fadd", log(w, a), w.number(math.log(2)))
    return w.call("copysign", w.choose(far, beyond, near), x)


def tanh(w: Writer, x: str) -> str:
    """(e^2x - 1) / (e^2x + 1)."""
    a = _within(w, w.call("fabs", x), 0.0, 30.0)
    e = expm1(w, w.exact("fadd", a, a))
    return w.call("copysign", w.div(e, w.exact("fadd", e, w.number(2.0))), x)


def sinh(w: Writer, x: str) -> str:
    """(e^x - e^-x) / 2."""
    a = w.call("fabs", x)
    e = expm1(w, a)
    near = w.exact("fmul", w.exact("fadd", e, w.div(e, w.exact("fadd", e, w.number(1.0)))), w.number(0.5))
    t = exp(w, w.exact("fmul", a, w.number(0.5)))
    far = w.exact("fmul", w.exact("fmul", t, w.number(0.5)), t)
    return w.call("copysign", w.choose(w.compare("ogt", a, w.number(40.0)), far, near), x)


def cosh(w: Writer, x: str) -> str:
    """(e^x + e^-x) / 2."""
    t = exp(w, w.exact("fmul", w.call("fabs", x), w.number(0.5)))
    half = w.exact("fmul", t, w.number(0.5))
    return w.fma(half, t, w.div(w.number(0.5), w.exact("fmul", t, t)))


def hypot(w: Writer, x: str, y: str) -> str:
    """sqrt(x^2 + y^2) without overflow."""
    a, b = w.call("fabs", x), w.call("fabs", y)
    more, less = w.call("maxnum", a, b), w.call("minnum", a, b)
    safe = w.choose(w.compare("oeq", more, w.number(0.0)), w.number(1.0), more)
    ratio = w.div(less, safe)
    value = w.exact("fmul", more, w.call("sqrt", w.fma(ratio, ratio, w.number(1.0))))
    value = w.choose(w.compare("uno", x, y), w.number(math.nan), value)
    return w.choose(w.compare("oeq", more, w.number(math.inf)), more, value)


def power(w: Writer, x: str, y: str) -> str:
    """x^y as e^(y ln |x|), negative x for whole y only."""
    length = log(w, w.call("fabs", x))
    product = w.exact("fmul", y, length)
    lost = w.fma(y, length, w.neg(product))
    usual = w.compare("olt", w.call("fabs", product), w.number(800.0))
    lost = w.choose(usual, lost, w.number(0.0))
    value = exp(w, product)
    # Where it overflows nothing was lost.
    value = w.choose(w.both("and", usual, w.compare("olt", value, w.number(math.inf))), w.fma(value, lost, value), value)
    is_whole = w.compare("oeq", w.call("floor", y), y)
    half = w.exact("fmul", y, w.number(0.5))
    is_odd = w.both("and", is_whole, w.compare("one", w.call("floor", half), half))
    value = w.choose(is_odd, w.call("copysign", value, x), value)
    undefined = w.both("and", w.compare("olt", x, w.number(0.0)), w.compare("ogt", x, w.number(-math.inf)))
    value = w.choose(w.both("and", undefined, w.compare("une", w.call("floor", y), y)), w.number(math.nan), value)
    one = w.both("or", w.compare("oeq", y, w.number(0.0)), w.compare("oeq", x, w.number(1.0)))
    even = w.both("and", w.compare("oeq", x, w.number(-1.0)), w.compare("oeq", w.call("fabs", y), w.number(math.inf)))
    return w.choose(w.both("or", one, even), w.number(1.0), value)
