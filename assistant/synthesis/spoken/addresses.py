"""E-mail addresses, web addresses and telephone numbers."""

import re

from assistant.synthesis.spoken.numbers import digits

_EMAIL = re.compile(r"(?<![\w.@])([\w.+-]{1,64})@((?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24})\b")
_URL = re.compile(
    r"(?<![\w@])(?:(?:https?|ftp)://|www\.)([^\s<>()\"']+)"
    r"|(?<![\w@./-])((?:[a-z0-9-]{2,63}\.){1,4}(?:com|org|net|io|dev|de|uk|eu|gov|edu|info)(?:/[^\s<>()\"']*)?)(?![\w@])",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?<![\w.,/$€£+-])(?:"
    r"\+\d{1,3}(?:[ .-]?\(?\d{1,5}\)?){2,6}"
    r"|(?:1[ .-])?\(\d{3}\)\s?\d{3}[ .-]\d{4}"
    r"|(?:1[ .-])?\d{3}[ .-]\d{3}[ .-]\d{4}"
    r"|0\d{2,4}[ /-]\d{3,4}[ -]?\d{3,5}"
    r"|\d{3}-\d{4}"
    r")(?![\w/]|[.,-]\d)"
)
_FILE = re.compile(
    r"(?<![\w@/.-])([\w-]{1,64}(?:\.[\w-]{1,32}){0,3}\.(?:toml|pdf|txt|py|json|ya?ml|wav|flac|mp3|md|csv|html?|js|jpe?g|png|zip|gz|conf|exe"
    r"|docx?|xlsx?|pptx?|sh|log|ini|db|onnx))(?![\w@/-]|\.\w)"
)
_PATH = re.compile(r"(?<![\w/.~<])((?:/[\w.-]{0,63}[\w-]){2,8})/?(?![\w/])")
_NETWORK = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_LONGEST_PATH = 30  # characters; the rest of an address is for reading


def say_addresses(text: str) -> str:
    """bob@example.com → bob at example dot com; (555) 123-4567 digit by digit, in its groups."""
    text = _EMAIL.sub(lambda m: f"{_spell(m[1])} at {_spell(m[2])}", text)
    text = _URL.sub(_url, text)
    text = _FILE.sub(lambda m: _spell(m[1]), text)
    text = _PATH.sub(lambda m: "slash " + _spell(m[1].strip("/").replace("/", " slash ")), text)
    return _PHONE.sub(_phone, text)


def _url(match: re.Match[str]) -> str:
    address = match[1] or match[2]
    closing = re.search(r"[.,;:!?*_]+$", address)
    end = closing.group() if closing else ""
    address = address[: len(address) - len(end)]
    address = re.split(r"[?#]", address)[0].removeprefix("www.").rstrip("/")
    host, slash, path = address.partition("/")
    if len(path) > _LONGEST_PATH:
        slash = path = ""
    host = re.sub(r"^.*@", "", host)
    if _NETWORK.fullmatch(host):
        host = " dot ".join(digits(part) for part in host.split("."))
    return _spell(host) + (" slash " + _spell(path.replace("/", " slash ")) if slash else "") + end


def _spell(text: str) -> str:
    for sign, word in (
        (".", "dot"),
        ("-", "dash"),
        ("_", "underscore"),
        ("+", "plus"),
        ("@", "at"),
        (":", "colon"),
    ):
        text = text.replace(sign, f" {word} ")
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s]", " ", text)).strip()


def _phone(match: re.Match[str]) -> str:
    plus = "plus " if match[0].startswith("+") else ""
    return plus + ", ".join(digits(group) for group in re.findall(r"\d+", match[0]))
