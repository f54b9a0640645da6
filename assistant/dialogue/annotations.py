"""Rasa's way of marking entities inside a sentence: `turn on the [lamp](device)`.

The long form, `[lamp]{"entity": "device", "value": "floor lamp", "role": "target"}`, carries a value to use
instead of the words, and a role. Source: https://rasa.com/docs/rasa/3.x/training-data-format#entities
"""

import json
import re
from dataclasses import dataclass

_MARK = re.compile(
    r"\[(?P<text>[^\]]+)\](?:\((?P<short>[^):]+)(?::(?P<short_value>[^)]*))?\)|(?P<long>\{[^}]*\}))"
)


class AnnotationError(ValueError):
    """A sentence is marked in a way that Rasa would not understand; says which."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a sentence; plain words have no `entity`. Without a `value` the words are the value."""

    text: str
    entity: str | None = None
    value: str | None = None
    role: str | None = None


def parse_annotations(sentence: str) -> tuple[Segment, ...]:
    """The segments of one annotated sentence; their texts joined are the sentence without its marks.

    Raises `AnnotationError` for a long mark that is no JSON object or names no entity.
    """
    segments: list[Segment] = []
    end = 0
    for match in _MARK.finditer(sentence):
        if match.start() > end:
            segments.append(Segment(sentence[end : match.start()]))
        segments.append(_marked(match, sentence))
        end = match.end()
    if end < len(sentence):
        segments.append(Segment(sentence[end:]))
    return tuple(segments)


def _marked(match: re.Match[str], sentence: str) -> Segment:
    text = match["text"]
    if match["short"] is not None:
        return Segment(text, match["short"].strip(), match["short_value"])
    try:
        mark = json.loads(match["long"])
        return Segment(text, mark["entity"], mark.get("value"), mark.get("role"))
    except (ValueError, KeyError) as error:
        raise AnnotationError(
            f"The mark {match['long']} in {sentence!r} is not one that Rasa knows."
        ) from error
