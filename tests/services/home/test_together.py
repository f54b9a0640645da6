"""Several homes as one."""

from collections.abc import Mapping

import pytest

from assistant.services.home.backend import State
from assistant.services.home.together import Together
from assistant.services.service import ServiceError


class Part:
    """A home in memory, which can be cut off."""

    def __init__(self, **states: State) -> None:
        self.kept = states
        self.trouble = ""

    async def states(self) -> Mapping[str, State]:
        if self.trouble:
            raise ServiceError("unreachable", self.trouble)
        return self.kept

    async def apply(self, changes: Mapping[str, State]) -> Mapping[str, State]:
        await self.states()
        self.kept |= {name: self.kept[name] | change for name, change in changes.items()}
        return {name: self.kept[name] for name in changes}


async def test_each_changes_its_own() -> None:
    one, other = Part(a={"on": False}), Part(b={"on": False}, a={"on": True})
    home = Together(one, other)
    assert await home.states() == {"a": {"on": False}, "b": {"on": False}}
    assert await home.apply({"a": {"on": True}, "b": {"on": True}}) == {"a": {"on": True}, "b": {"on": True}}
    assert (one.kept["a"], other.kept["b"]) == ({"on": True}, {"on": True})


async def test_one_that_is_down_does_not_take_the_others_with_it() -> None:
    one, other = Part(a={"on": False}), Part(b={"on": False})
    home = Together(one, other)
    other.trouble = "The other is down."
    assert await home.states() == {"a": {"on": False}}
    assert await home.apply({"a": {"on": True}}) == {"a": {"on": True}}
    assert home.trouble == "The other is down."
    with pytest.raises(ServiceError, match=r"The other is down\."):
        await home.apply({"b": {"on": True}})
    other.trouble = ""
    assert await home.apply({"b": {"on": True}}) == {"b": {"on": True}}


async def test_when_all_are_down_it_says_why() -> None:
    one = Part(a={"on": False})
    one.trouble = "Nobody is there."
    with pytest.raises(ServiceError, match=r"Nobody is there\."):
        await Together(one).states()


async def test_a_fault_of_ours_is_not_taken_for_a_home_that_is_down() -> None:
    class Broken(Part):
        async def states(self) -> Mapping[str, State]:
            raise KeyError("fault")

    with pytest.raises(KeyError):
        await Together(Part(a={"on": True}), Broken()).states()
