"""Typed text becomes a turn or a sentence; standard input is read without blocking anything."""

import asyncio
import os

import pytest

from assistant.cli.texts import LONGEST_TURN, lines, plain, turn_text
from assistant.errors import UserError


@pytest.mark.parametrize(
    ("typed", "turn"),
    [
        ("what time is it", "what time is it"),
        ("  what\ttime\nis  it ", "what time is it"),
        ("what\x00time\x1b[31m is\x07 it", "what time [31m is it"),
        ("/restart", "restart"),
        ("/ /restart", "restart"),
        ("/\u00a0/restart", "restart"),
        ("and/or", "and/or"),
        ("x" * LONGEST_TURN, "x" * LONGEST_TURN),
        ("wie spät ist es 🙂", "wie spät ist es 🙂"),
    ],
)
def test_what_becomes_a_turn(typed: str, turn: str) -> None:
    assert turn_text(typed) == turn


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "empty"),
        (" \t\n", "empty"),
        ("\x01\x02", "empty"),
        ("///", "empty"),
        ("/ / /", "empty"),
        ("\udcff\udcfe", "UTF-8"),
        ("x" * (LONGEST_TURN + 1), rf"longer .*\({LONGEST_TURN} characters"),
    ],
)
def test_what_is_refused_in_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence) as caught:
        turn_text(typed, "The line")
    assert str(caught.value).startswith("The line is ")
    assert caught.value.exit_status == 2


def test_text_to_be_spoken_may_be_of_any_length() -> None:
    assert len(plain("word " * 100_000)) == 499_999


async def read(*chunks: bytes) -> list[str]:
    reader, writer = os.pipe()

    async def write() -> None:
        for chunk in chunks:
            await asyncio.to_thread(os.write, writer, chunk)
        os.close(writer)

    writing = asyncio.create_task(write())
    try:
        return [line async for line in lines(reader)]
    finally:
        await writing
        os.close(reader)


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([b"one\ntwo\n"], ["one", "two"]),
        ([b"one\n\ntwo"], ["one", "", "two"]),
        ([b"o", b"ne\ntw", b"o\n"], ["one", "two"]),
        ([b"sp\xc3", b"\xa4t\n"], ["spät"]),  # a character in two pieces
        ([b"\xff\n"], ["\udcff"]),
        ([], []),
    ],
)
async def test_lines_of_standard_input(chunks: list[bytes], expected: list[str]) -> None:
    assert await read(*chunks) == expected


async def test_a_line_without_end_does_not_fill_the_memory() -> None:
    [line] = await read(*([b"x" * 50_000] * 40))
    assert LONGEST_TURN < len(line) <= LONGEST_TURN + 2
    with pytest.raises(UserError, match="longer"):
        turn_text(line)


async def test_waiting_for_a_line_holds_nothing_up() -> None:
    reader, writer = os.pipe()
    waiting = asyncio.ensure_future(anext(lines(reader)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    os.close(writer)
