"""Knowledge of the moment: who tells the weather and what money is worth, and whose measures are meant."""

from typing import Annotated, Literal

from pydantic import Field

from assistant.config.section import Section

Seconds = Annotated[float, Field(gt=0.0, le=7.0)]
"""Less than an action waits for a service."""


class Knowledge(Section):
    """Sums, units and money. See docs/knowledge.md."""

    measures: Literal["us", "imperial", "metric"] = Field(
        "us", description="Whose cups, spoons, pints, gallons and tons are meant where it is not said."
    )
    rates_url: str = Field(
        "",
        description="Exchange rates of the day in the shape of Frankfurter's, such as "
        "https://api.frankfurter.dev/v1/latest; empty: none.",
    )
    rates_timeout_s: Seconds = Field(4.0, description="How long the exchange rates may take.")


class Weather(Section):
    """A weather service whose API has the shape of Open-Meteo's. See docs/knowledge.md."""

    url: str = Field("", description="Such as https://api.open-meteo.com/v1/forecast; empty: no weather.")
    places_url: str = Field(
        "",
        description="Where places have their coordinates from, such as "
        "https://geocoding-api.open-meteo.com/v1/search; empty: only the place below is known.",
    )
    place: str = Field("", description="Where you are, as the weather is told: Berlin.")
    latitude: float | None = Field(
        None, ge=-90, le=90, description="Of your place; empty: looked up at `places_url`."
    )
    longitude: float | None = Field(None, ge=-180, le=180, description="Of your place.")
    timeout_s: Seconds = Field(3.0, description="How long each answer of the service may take.")
