"""What is kept for somebody to look at holds nothing that must not be written down."""

from pathlib import Path

from tests.oversight.test_reviews import kept, replied, tables, understood


def in_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_turns_to_look_at_hold_no_numbers_addresses_or_passwords(tmp_path: Path) -> None:
    said = "write down anna at example dot com my pin is four eight two one"
    async with tables(tmp_path) as both:
        [item] = await kept(
            both,
            understood(1, said, "nlu_fallback"),
            replied(1, "Do you mean card 4111 1111 1111 1111?", "guess"),
        )
        assert item.text == "write down [email] my pin is [pin]"
        assert item.parse["entities"] == []
        assert item.guess == "Do you mean card [card]?"
    content = in_bytes(tmp_path)
    assert all(each not in content for each in (b"anna at example", b"four eight two", b"4111 1111"))
