"""Another language model while people speak: the real PocketSphinx, and no utterance that notices."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.dialogue.annotations import parse_annotations
from assistant.dialogue.training_data import Example, TrainingData
from assistant.recognition.base import RecognizerUnavailable
from assistant.recognition.build import LanguageModelFiles, build_language_model
from assistant.recognition.sphinx import SphinxRecognizer, SphinxStream
from tests.recognition.speech import WHY, home, needs_flite, say, speak

pytestmark = pytest.mark.skipif(needs_flite, reason=WHY)

NEW = "turn on the disco ball"


def with_a_disco_ball() -> TrainingData:
    known = home()
    named = Example("turn_on", parse_annotations("turn on the [disco ball](device)"))
    return replace(known, examples=(*known.examples, named))


@pytest.fixture(scope="module")
def other_model(tmp_path_factory: pytest.TempPathFactory) -> LanguageModelFiles:
    folder = tmp_path_factory.mktemp("language-models")
    return asyncio.run(build_language_model(with_a_disco_ball(), folder, overrides=folder / "none.txt"))


async def heard(sphinx: SphinxRecognizer, text: str) -> str:
    stream = sphinx.stream()
    await speak(stream, say(text), pause_s=0.0)
    return (await stream.finish()).text


async def test_the_next_utterance_knows_the_new_name(
    sphinx: SphinxRecognizer, other_model: LanguageModelFiles
) -> None:
    assert await heard(sphinx, NEW) != NEW
    await sphinx.swap(other_model)
    assert await heard(sphinx, NEW) == NEW
    assert await heard(sphinx, "add butter to the shopping list") == "add butter to the shopping list"


async def test_an_utterance_under_way_ends_as_it_began(
    sphinx: SphinxRecognizer, other_model: LanguageModelFiles
) -> None:
    """Its model has no disco ball: it is not to hear one because another model has come meanwhile."""
    stream, pcm = sphinx.stream(lambda _partial: None), say(NEW)
    await speak(stream, pcm[: pcm.size // 2], pause_s=0.001)
    await sphinx.swap(other_model)
    await speak(stream, pcm[pcm.size // 2 :], pause_s=0.001)
    text = (await stream.finish()).text
    assert "disco" not in text
    assert "ball" not in text
    assert await heard(sphinx, NEW) == NEW


async def test_many_swaps_among_many_speakers_lose_no_turn(
    sphinx: SphinxRecognizer, home_model: LanguageModelFiles, other_model: LanguageModelFiles
) -> None:
    """Whoever speaks, and whenever models come, each utterance is heard whole by one of the two models."""
    said = ["stop", "what time is it", "turn on the light", "add bread to the shopping list"] * 3

    async def one(text: str) -> str:
        stream: SphinxStream = sphinx.stream(lambda _partial: None)
        await speak(stream, say(text), pause_s=0.004)
        return (await stream.finish()).text

    async def swaps() -> None:
        for files in (other_model, home_model) * 4:
            await sphinx.swap(files)

    async with asyncio.TaskGroup() as group:
        group.create_task(swaps())
        turns = [group.create_task(one(text)) for text in said]
    assert [turn.result() for turn in turns] == said


async def test_a_model_that_cannot_be_loaded_leaves_the_old_one(
    sphinx: SphinxRecognizer, tmp_path: Path
) -> None:
    (tmp_path / "lm").write_text("not a language model")
    (tmp_path / "dict").write_text("stop S T AA P\n")
    with pytest.raises(RecognizerUnavailable):
        await sphinx.swap(LanguageModelFiles(tmp_path))
    assert await heard(sphinx, "stop") == "stop"
