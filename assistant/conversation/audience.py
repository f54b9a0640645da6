"""The person in a session, as whoever writes an answer for them sees it."""

from assistant.conversation.session import Session


class TurnAudience:
    """`assistant.generation.audience.Audience` of one turn. Loop thread."""

    streams = True

    def __init__(self, session: Session, turn: int) -> None:
        self._session = session
        self._turn = turn

    @property
    def audible(self) -> bool:
        return self._session.audible

    @property
    def waited_s(self) -> float:
        return self._session.waited_s(self._turn)

    def say(self, text: str, source: str) -> None:
        self._session.reply(self._turn, text, source)

    def alive(self) -> None:
        self._session.progress(self._turn)

    async def over(self) -> str:
        return await self._session.answered(self._turn)
