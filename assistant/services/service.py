"""What a service is: a method of a domain's class, with a name, a typed input and a risk.

    class Bulletin:
        def __init__(self, clock: Clock) -> None:
            self._clock = clock

        @service("bulletin.read", "Read the newest bulletin.", Risk.READ)
        async def read(self, asked: ReadInput, origin: Origin) -> dict[str, Any]:
            if not known(asked.topic):
                raise ServiceError("unknown_topic", f"I have no news about {asked.topic}.")
            return {"spoken": "..."}

`ReadInput` is an `Input` with a described field for each argument. `registry.add(Bulletin(clock))` offers it.
A service that changes something returns `Done(result, undo=...)` with the calls that take it back.
"""

import enum
import inspect
import typing
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel, ConfigDict

Role = Literal["guest", "member", "owner"]


ASIDE = "+routine-"
"""Behind it, in the name of the session in which a sentence of a routine is said, is what tells it from others: the
session that the routine was begun in waits for it, and what the sentence before left open is no matter."""


def place_of(session: str) -> str:
    """The session at whose place it is said."""
    return session.partition(ASIDE)[0]


class Risk(enum.StrEnum):
    """What a call can do to the world, and so what it needs."""

    READ = "read"
    REVERSIBLE = "reversible"
    RISKY = "risky"  # needs a spoken yes
    FORBIDDEN = "forbidden"


class Input(BaseModel):
    """Base of every service's arguments. An argument that is not known is refused, not dropped."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, str_max_length=500)


class NoInput(Input):
    """For services that need to be told nothing."""


class ServiceError(Exception):
    """A service could not do it. `code` is for programs, `str()` is a sentence to be spoken."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Origin:
    """Who asks, and from where: `session` is the place of the conversation, `channel` the way that the call came,
    `room` and `person` what is known of them. `confirmation`: the nonce of the registry's question that the person
    has just said yes to. `undoing`: the call takes another one back, and is not itself to be taken back.
    `preview`: it is not sure yet that this was asked for, so nothing but reading is done, and nothing is told or
    written down."""

    session: str
    turn: int | str = 0
    channel: str = ""
    confirmation: str = field(default="", repr=False)
    undoing: bool = False
    preview: bool = False
    room: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a service by name, such as one that undoes another."""

    service: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """A result with the calls that take its effect back, in the order to make them."""

    result: dict[str, Any]
    undo: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """The risk of one call with its arguments, and the question to put to the person when it is risky, which names
    the thing; empty: one made of the service's description."""

    risk: Risk
    question: str = ""


@dataclass(frozen=True, slots=True)
class Spec:
    """A service as the registry offers it. `assess` looks at the arguments where they decide the risk, and changes
    nothing. `stops`: it makes something stop, and is never too much. `least`: the role that it takes where no rule of
    the owner's says otherwise. `private`: what it is told and tells is not written down, and no observer is told."""

    name: str
    description: str
    risk: Risk
    input: type[Input]
    run: Callable[[Any, Origin], Awaitable[dict[str, Any] | Done]]
    assess: Callable[[Any, Origin], Awaitable[Assessment]] | None = None
    timeout_s: float = 5.0
    stops: bool = False
    plugin: str = ""  # whose it is
    least: Role = "guest"
    private: bool = False

    def schema(self) -> dict[str, Any]:
        """JSON schema of the arguments."""
        return self.input.model_json_schema()


@dataclass(frozen=True, slots=True)
class _Mark:
    name: str
    description: str
    risk: Risk
    assess: str
    timeout_s: float
    stops: bool
    least: Role
    private: bool


_Method = TypeVar("_Method", bound=Callable[..., Any])


def service(
    name: str,
    description: str,
    risk: Risk,
    *,
    assess: str = "",
    timeout_s: float = 5.0,
    stops: bool = False,
    least: Role = "guest",
    private: bool = False,
) -> Callable[[_Method], _Method]:
    """Make a method `async (self, asked: SomeInput, origin: Origin) -> dict | Done` a service.

    `name` is `domain.action`. `assess` names a method `async (self, asked, origin) -> Assessment` that is
    asked first. `stops`, `least`, `private`: see `Spec`.
    """

    def marked(method: _Method) -> _Method:
        mark = _Mark(name, description, risk, assess, timeout_s, stops, least, private)
        method.__service__ = mark  # type: ignore[attr-defined]
        return method

    return marked


@runtime_checkable
class MadeOfSettings(Protocol):
    """An object with services that settings name, beside those of its methods."""

    def declared(self) -> Iterable[Spec]: ...


def specs_of(provider: object) -> list[Spec]:
    """The services that an object's methods offer, and those that it declares, by name."""
    specs = list(provider.declared()) if isinstance(provider, MadeOfSettings) else []
    for _, method in inspect.getmembers(provider, inspect.ismethod):
        mark = getattr(method, "__service__", None)
        if not isinstance(mark, _Mark):
            continue
        specs.append(
            Spec(
                name=mark.name,
                description=mark.description,
                risk=mark.risk,
                input=_input_of(method, mark.name),
                run=method,
                assess=getattr(provider, mark.assess) if mark.assess else None,
                timeout_s=mark.timeout_s,
                stops=mark.stops,
                least=mark.least,
                private=mark.private,
            )
        )
    return sorted(specs, key=lambda spec: spec.name)


def _input_of(method: Callable[..., Any], name: str) -> type[Input]:
    parameters = list(inspect.signature(method).parameters)
    hints = typing.get_type_hints(method)
    input_type = hints.get(parameters[0]) if len(parameters) == 2 else None
    if not (inspect.isclass(input_type) and issubclass(input_type, Input)):
        raise TypeError(f"service {name}: expected (self, asked: <an Input>, origin: Origin)")
    return input_type
