"""Where what must survive is kept, when not on this machine. See docs/scale.md."""

from pydantic import Field, SecretStr

from assistant.config.section import Section


class Stores(Section):
    """Where Rasa keeps conversations, locks and events."""

    tracker_store: SecretStr = Field(
        SecretStr(""),
        validate_default=False,
        description="PostgreSQL for the conversations, as postgresql://USER:PASSWORD@HOST:PORT/DATABASE, better given "
        "as the variable; empty: a file, or what `memory` says.",
    )
    lock_store: SecretStr = Field(
        SecretStr(""),
        validate_default=False,
        description="Redis for Rasa's locks, as redis://:PASSWORD@HOST:PORT/NUMBER; empty: in memory.",
    )
    event_broker: SecretStr = Field(
        SecretStr(""),
        validate_default=False,
        description="Where each event of a conversation is told: amqp://USER:PASSWORD@HOST:PORT/QUEUE, postgresql://… "
        "(another database than the tracker store's) or file:///PATH; empty: nowhere.",
    )


class Storage(Section):
    """Where timers, lists, the record and all else that must survive is kept."""

    url: SecretStr = Field(
        SecretStr(""),
        validate_default=False,
        description="PostgreSQL, as postgresql://USER:PASSWORD@HOST:PORT/DATABASE; better given as the variable. "
        "Empty: `assistant.db` in the state folder. See docs/scale.md.",
    )
