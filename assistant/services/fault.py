"""What is wrong with the arguments of a call, in words to be spoken."""

import contextlib

from pydantic import ValidationError


def sentence_of(error: ValidationError) -> str:
    """The first thing that is wrong with the arguments, as a sentence to be spoken."""
    first = error.errors(include_url=False, include_context=False)[0]
    names = [str(part).replace("_", " ") for part in first["loc"] if isinstance(part, str)]
    what = names[-1] if names else "request"
    match first["type"]:
        case "missing":
            return f"I need to know the {what}."
        case "extra_forbidden":
            return f"I don't know what to do with the {what}."
        case "value_error":
            return first["msg"].removeprefix("Value error, ")
        case "model_type" | "dict_type" if not names:
            return "The arguments have to be an object with names and values."
    with contextlib.suppress(IndexError):
        return f"The {what} is not right: {first['msg'][0].lower()}{first['msg'][1:]}."
    return f"The {what} is not right."
