"""Errors and ends of runs in laboratory words."""

import pytest

from lithoscope.errors import End, InputError, Status, counted, duration_text, nearest


@pytest.mark.fails_when("errors.py", 'f"Expected {self.expected}" if self.expected', '"" if self.expected')
def test_message_has_five_parts_in_order() -> None:
    error = InputError("a.b", "= 3 is too much", expected="at most 2", why="It is full", do="Write 2").in_file("x.toml", 7)
    assert str(error) == "x.toml: a.b (line 7) = 3 is too much. Expected at most 2. It is full. Write 2."


@pytest.mark.fails_when("errors.py", "part for part in (prefix, self.where)", "part for part in (self.where, prefix)")
def test_error_moves_up_with_its_path() -> None:
    assert InputError("thickness", "is missing").under("working").under("cell").where == "cell.working.thickness"


@pytest.mark.fails_when("errors.py", "cutoff=0.6", "cutoff=0.99")
def test_nearest_name_is_hinted_only_if_near() -> None:
    assert nearest("seperator", ["separator", "area"]) == 'Did you mean "separator"?'
    assert nearest("zzz", ["separator", "area"]) == ""


@pytest.mark.parametrize("end", list(End))
def test_every_end_has_a_word_and_an_exit_code_and_a_remedy_unless_completed(end: End) -> None:
    assert End.named(end.word) is end
    assert end.exit_code in (0, 3, 4)
    assert bool(end.remedy) is (end is not End.COMPLETED)
    assert not end.remedy or end.remedy.endswith(".")


@pytest.mark.fails_when("errors.py", 'f" in cycle {self.cycle}" if self.cycle', '"" if self.cycle')
def test_status_says_what_when_and_where() -> None:
    status = Status(End.LITHIUM_EXHAUSTED, "working electrode").at(time=3.2 * 3600, cycle=41, step=82)
    expected = (
        "LITHIUM EXHAUSTED at 3.2 h in cycle 41: working electrode. Data up to that time are kept. To continue: a thicker"
    )
    assert str(status).startswith(expected)


@pytest.mark.fails_when("errors.py", '"" if self.end is End.COMPLETED else ', "")
def test_a_completed_program_is_not_said_to_have_ended_early() -> None:
    assert str(Status(End.COMPLETED, "1 step", 60.0)) == "PROGRAM COMPLETED at 1 min: 1 step."


@pytest.mark.fails_when("errors.py", "if number == 1 else", "if number == 2 else")
def test_one_thing_is_singular() -> None:
    assert [counted(n, "step") for n in (0, 1, 2)] == ["0 steps", "1 step", "2 steps"]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0, "0 s"), (35.0, "35 s"), (720.0, "12 min"), (11520.0, "3.2 h"), (2.88e6, "33.3 d")]
)
@pytest.mark.fails_when("errors.py", '(60.0, "min")', '(6.0, "min")')
def test_duration(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
