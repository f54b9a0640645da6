"""Commands of the owner: what may be run or fetched when a sentence is said."""

import ipaddress
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, model_validator

from assistant.config.placeholders import placeholders
from assistant.config.section import Section

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]

_SHELLS = frozenset(
    [
        "sh", "ash", "bash", "dash", "zsh", "ksh", "fish", "csh", "tcsh", "busybox", "cmd", "cmd.exe",
        "powershell", "pwsh", "ssh", "su", "eval", "watch", "xargs", "parallel", "python", "python3",
        "perl", "ruby", "node", "php", "lua", "awk", "gawk", "mawk", "sed", "osascript", "at", "batch",
        "expect", "script", "tmux", "screen",
    ]
)  # fmt: skip
"""Programs that read a program or a command line in an argument."""
_TAKEN = frozenset({"output"})


class Parameter(Section):
    """What may be said in place of `{name}`."""

    name: Name
    kind: Literal["choice", "number", "text"] = "text"
    choices: dict[str, str] = Field(
        {}, description="Of a choice: words as they are said = what is handed over."
    )
    minimum: float | None = Field(None, description="Of a number.")
    maximum: float | None = Field(None, description="Of a number.")
    whole: bool = Field(True, description="Of a number: no fraction.")
    max_length: int = Field(80, ge=1, le=400, description="Of a text: characters.")
    pattern: str = Field(r"\w[\w .,'-]*", description="Of a text: a regular expression for the whole of it.")
    dash: bool = Field(False, description="It may begin with `-`, which programs take for an option.")
    question: str = Field("", description="What is asked when it was not said.")

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.name in _TAKEN:
            raise ValueError(f"a parameter cannot be named {self.name}")
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError(
                f"the parameter {self.name} needs `choices` if its kind is choice, and only then"
            )
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"the parameter {self.name} has a minimum above its maximum")
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise ValueError(f"the pattern of {self.name} is no regular expression: {error}") from error
        return self


class ServiceCall(Section):
    """A call of a service, as `assistant call --list` names them."""

    service: str
    arguments: dict[str, Any] = Field({})


class Http(Section):
    """A request. `{name}` may stand in the path and query of the URL, and in the texts of the body; a header may hold
    `{env:NAME}` or `{file:PATH}`."""

    url: str
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    headers: dict[str, str] = Field({})
    body: dict[str, Any] = Field(
        {}, description="Sent as JSON; a text that is one placeholder becomes its value."
    )
    answer_at: str = Field(
        "", description="JSON pointer (RFC 6901) to what is answered; empty: the whole answer as text."
    )
    lan: bool = Field(False, description="Unencrypted `http` may go to a machine of the private network.")

    @model_validator(mode="after")
    def _safe(self) -> Self:
        url = urlsplit(self.url)
        if url.scheme not in ("http", "https") or not url.hostname:
            raise ValueError("`http.url` must begin with https:// or http:// and name a host")
        if placeholders(f"{url.scheme}{url.netloc}"):
            raise ValueError("the host of `http.url` cannot be spoken; name it")
        if url.username or url.password:
            raise ValueError("`http.url` must hold no password; use `headers` with {env:NAME} or {file:PATH}")
        if url.scheme == "http" and not (self.lan or is_loopback(url.hostname)):
            raise ValueError(
                "`http.url` must be https, or loopback; set `http.lan` for a machine of your network"
            )
        if url.scheme == "http" and not _may_be_near(url.hostname):
            raise ValueError("`http.url` must be https: that address is not on a private network")
        if self.answer_at and not self.answer_at.startswith("/"):
            raise ValueError("`http.answer_at` is a JSON pointer such as /current/temperature")
        return self


class Command(Section):
    """A command of yours: a program to run (`run`), a request (`http`), or services to call (`macro`). See
    docs/commands.md."""

    name: Name
    say: tuple[str, ...] = Field((), description="Sentences that mean it, with {name} for parameters.")
    description: str = Field("", description="What it does, for the list of services.")
    run: tuple[str, ...] = Field((), description="A program and its arguments; no shell reads them.")
    http: Http | None = None
    macro: tuple[ServiceCall, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    risk: Literal["auto", "risky", "reversible", "read"] = Field(
        "auto",
        description="What is `risky` needs a spoken yes. `auto`: a program or a request is; a macro is as risky as "
        "the services that it calls.",
    )
    undo: str = Field("", description="Command that takes this one back, given the same parameters.")
    ask: str = Field("", description="The question before a risky command; empty: one made of `say`.")
    answer: str = Field(
        "{output}",
        description="What is said when it went well; {output} is the beginning of what it printed.",
    )
    folder: str = Field("", description="Where the program runs; empty: your home folder.")
    environment: tuple[str, ...] = Field(
        (), description="Variables that the program gets beside HOME, PATH, USER, LANG and TZ."
    )
    timeout_s: float = Field(
        30.0, gt=0.0, le=3_600.0, description="After this it is ended with all its children."
    )
    output_kb: int = Field(16, ge=1, le=1_024, description="So much of its output is kept.")

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if sum(map(bool, (self.run, self.http, self.macro))) != 1:
            raise ValueError(f"the command {self.name} needs one of `run`, `http` and `macro`")
        known = {parameter.name for parameter in self.parameters}
        if len(known) != len(self.parameters):
            raise ValueError(f"the command {self.name} has two parameters of one name")
        for where, text in self._texts():
            allowed = known | _TAKEN if where == "answer" else known
            for name in placeholders(text):
                if name not in allowed:
                    raise ValueError(
                        f"`{where}` of the command {self.name} has {{{name}}}, which is none of its parameters; "
                        f"write {{{{{name}}}}} for braces"
                    )
        self._no_program_of_speech()
        return self

    def _texts(self) -> Iterator[tuple[str, str]]:
        yield from (("say", each) for each in self.say)
        yield from (("run", each) for each in self.run)
        if self.http:
            yield "http.url", self.http.url
            yield from (("http.body", each) for each in _strings(self.http.body))
        yield from (("macro", text) for call in self.macro for text in _strings(call.arguments))
        yield "ask", self.ask
        yield "answer", self.answer

    def _no_program_of_speech(self) -> None:
        """The program is the owner's choice, and free words are no part of a program that a shell would read."""
        if self.run and (not self.run[0] or placeholders(self.run[0])):
            raise ValueError(f"the program of the command {self.name} cannot be spoken; name it")
        free = {parameter.name for parameter in self.parameters if parameter.kind == "text"}
        reader = ""
        for argument in self.run:
            if reader and free & set(placeholders(argument)):
                raise ValueError(
                    f"the command {self.name} would hand free words to {reader}, which may take them for a program; "
                    "use a parameter with choices, or a script of yours that takes them as an argument"
                )
            if PurePath(argument).name.casefold() in _SHELLS:
                reader = PurePath(argument).name


def is_loopback(host: str) -> bool:
    """`localhost`, or an address of this machine."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _may_be_near(host: str) -> bool:
    """False for the address of a machine elsewhere; what a name stands for is seen when it is asked."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return True


def _strings(value: Any) -> Iterator[str]:
    """Every text in a JSON value, keys aside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for each in value.values() for text in _strings(each))
    elif isinstance(value, list | tuple):
        yield from (text for each in value for text in _strings(each))
