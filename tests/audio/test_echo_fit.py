"""Whether a path fits is told from the sound alone, with a person over it and when the path becomes another."""

import numpy as np
import numpy.typing as npt

from audio.echo_fit import GONE_FOR, KNOWN_AFTER, LASTING, WINDOW, EchoFit
from audio.frames import FRAME_SAMPLES

Sound = npt.NDArray[np.float64]


def voice(frames: int, seed: int) -> Sound:
    """Noise with syllables, (frames, FRAME_SAMPLES)."""
    rng = np.random.default_rng(seed)
    loudness = 200.0 + 2000.0 * np.repeat(rng.random(frames // 5 + 1), 5)[:frames]
    return np.asarray(rng.normal(0.0, 1.0, (frames, FRAME_SAMPLES)) * loudness[:, None])


def fed(fit: EchoFit, near: Sound, echo: Sound) -> list[bool]:
    known = []
    for heard, expected in zip(near, echo, strict=True):
        fit.update(heard, expected)
        known.append(fit.known)
    return known


def known() -> EchoFit:
    fit = EchoFit()
    echo = voice(2 * KNOWN_AFTER, 1)
    assert fed(fit, echo, 0.95 * echo)[KNOWN_AFTER - 2 : KNOWN_AFTER] == [False, True]
    assert fit.usable
    return fit


def test_a_path_that_explains_too_little_is_not_known() -> None:
    fit, echo = EchoFit(), voice(4 * KNOWN_AFTER, 1)
    assert not any(fed(fit, echo, 0.6 * echo))  # of its energy 16 % is left: 8 dB


def test_a_person_does_not_make_it_unknown() -> None:
    fit = known()
    for loudness in (0.5, 1.0, 2.0, 4.0):
        echo, person = voice(200, 2), loudness * voice(200, 3)
        assert all(fed(fit, echo + person, 0.95 * echo))


def test_another_path_is_noticed_in_a_moment() -> None:
    fit = known()
    echo = voice(200, 2)
    late = np.roll(echo.ravel(), 480).reshape(echo.shape)  # by 30 ms
    trusted = fed(fit, late, 0.95 * echo)
    assert not any(trusted[WINDOW:])
    assert not fit.usable


def test_nobody_is_heard_while_it_has_just_changed() -> None:
    fit = known()
    echo = voice(2 * WINDOW + LASTING, 2)
    fed(fit, voice(len(echo), 4), 0.95 * echo)
    assert fit.gone
    fed(fit, 0 * voice(GONE_FOR, 5), 0 * voice(GONE_FOR, 5))
    assert not fit.gone


def test_an_answer_that_is_cut_off_does_not_make_it_another() -> None:
    """Its echo is expected for a moment more, and that moment is not trusted."""
    fit = known()
    echo = voice(LASTING - WINDOW, 2)
    assert not fed(fit, 0.001 * voice(len(echo), 4), 0.95 * echo)[-1]
    assert fit.usable
    echo = voice(2 * WINDOW, 6)
    assert fed(fit, echo, 0.95 * echo)[-1]
