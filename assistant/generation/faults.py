"""What is said of a model that cannot answer."""

from assistant.generation.base import GenerationUnavailable

UNREACHABLE = "I can't reach the language model right now."
SLOW = "The language model takes too long to answer."
BROKEN = "The language model broke off."
REFUSED = "The language model refuses my key; please check generation.api_key."
UNKNOWN = (
    "The language model's server doesn't know that model; please check generation.url and generation.model."
)
BUSY = "The language model is too busy right now; please try again later."
FAILED = "The language model has a problem right now."
TOO_LONG = "That is too much for the language model at once."
NO_SERVER = "What answers there is no language model; please check generation.url."


def unavailable(sentence: str, detail: str, *, of_request: bool = False) -> GenerationUnavailable:
    """`of_request`: the server is well, and would refuse the same again."""
    return GenerationUnavailable(sentence, detail, of_request=of_request)


def of_status(status: int) -> GenerationUnavailable:
    """What an answer that is not 200 means."""
    sentence = {401: REFUSED, 403: REFUSED, 404: UNKNOWN, 413: TOO_LONG, 429: BUSY, 503: BUSY}.get(
        status, FAILED
    )
    return unavailable(sentence, f"HTTP {status}", of_request=status in (400, 413, 422))
