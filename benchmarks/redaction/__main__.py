"""`script/bench redaction`: recall on written and spoken forms, ordinary sentences that are touched, and the time."""

import argparse
import re
import time
from dataclasses import dataclass
from pathlib import Path

from assistant.safety.redaction import redact
from benchmarks.report import load, machine

FOLDER = Path(__file__).parent
_MARKED = re.compile(r"⟦(.*?)⟧")


@dataclass(frozen=True, slots=True)
class Case:
    """`hidden`: the pieces of `text` that must be gone."""

    kind: str
    text: str
    hidden: tuple[str, ...]

    @property
    def kept(self) -> list[str]:
        """Words of the pieces that are there still, beyond those that stand around them."""
        words = _words(redact(self.text))
        for word in _words(_around(self.text, self.hidden)):
            if word in words:
                words.remove(word)
        return [word for piece in self.hidden for word in _words(piece) if word in words]


def cases(name: str) -> list[Case]:
    """Of a file beside this one: kind, tab, text with ⟦what must be gone⟧."""
    found = []
    for line in _lines(name):
        kind, _, text = line.partition("\t")
        found.append(Case(kind, _MARKED.sub(r"\1", text), tuple(_MARKED.findall(text))))
    return found


def ordinary() -> list[str]:
    return _lines("ordinary")


def main() -> None:
    """Prints a table; with --all each piece that was missed and each sentence that was touched."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="what was missed, and what was touched")
    everything = parser.parse_args().all
    print(f"{machine()}; {load()}")
    for name in ("written", "spoken"):
        those = cases(name)
        missed = [(case, case.kept) for case in those if case.kept]
        print(f"{name:<10} {len(those):>4} pieces   recall {1 - len(missed) / len(those):.3f}")
        for case, kept in missed if everything else ():
            print(f"   {case.kind:<9} {redact(case.text)}   ({' '.join(kept)})")
    sentences = ordinary()
    touched = [each for each in sentences if redact(each) != each]
    print(
        f"{'ordinary':<10} {len(sentences):>4} sentences  untouched {1 - len(touched) / len(sentences):.3f}"
    )
    for each in touched if everything else ():
        print(f"   {redact(each)}")
    texts = [*sentences, *(case.text for name in ("written", "spoken") for case in cases(name))]
    for text in texts:
        redact(text)
    began = time.process_time()
    for text in texts:
        redact(text)
    print(f"{(time.process_time() - began) / len(texts) * 1e6:.0f} µs of CPU a line")


def _around(text: str, hidden: tuple[str, ...]) -> str:
    for piece in hidden:
        text = text.replace(piece, " ", 1)
    return text


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", re.sub(r"\[[a-z ]+\]", " ", text.lower()))


def _lines(name: str) -> list[str]:
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


if __name__ == "__main__":
    main()
