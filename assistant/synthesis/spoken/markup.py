"""Markdown and HTML out of the text: what is left is what a person would read aloud."""

import html
import re

_FENCE = re.compile(r"^[ \t]*(```|~~~)[^\n]*\n(.*?)(?:^[ \t]*\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_TABLE_RULE = re.compile(
    r"^[ \t]*\|?[ \t]*:?-{3,}:?[ \t]*(?:\|[ \t]*:?-{3,}:?[ \t]*)*\|?[ \t]*$", re.MULTILINE
)
_ROW = re.compile(r"^[ \t]*\|(.*?)\|?[ \t]*$", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*(?:[-*_][ \t]*){3,}$|^[ \t]*=+[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$", re.MULTILINE)
_QUOTE = re.compile(r"^[ \t]*>+[ \t]?", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*[-*+•‣◦][ \t]+(?:\[[ xX]\][ \t]+)?(.*?)[ \t]*$", re.MULTILINE)
_NUMBERED = re.compile(r"^[ \t]*(\d{1,3})[.)][ \t]+(.*?)[ \t]*$", re.MULTILINE)
_IMAGE = re.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)")
_LINK = re.compile(r"\[([^\]\n]+)\](?:\([^)\n]*\)|\[[^\]\n]*\])")
_FOOTNOTE = re.compile(r"\[\^?\d+\]")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^>\s]+)>")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>|<!--.*?-->", re.DOTALL)
_STRONG = re.compile(r"(\*\*\*|\*\*|___|__|~~)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=[^\s*_])([^*_\n]*?[^\s*_])\1(?![\w*])")
_CODE = re.compile(r"(`+)(.+?)\1")
_SHORTCODE = re.compile(r"(?<!\w):[a-z]+_[a-z_]+:(?!\w)|:(?:smile|grin|wink|heart|thumbsup|tada|fire):")


_EMOTICON = re.compile(r"(?<![\w(])[:;]-?[)(DPp](?!\w)")


def strip_markup(text: str) -> str:
    """Blocks become sentences, a table is read row by row, a block of code is only mentioned."""
    text = html.unescape(text)
    text = _FENCE.sub("\n(There is code in the written answer.)\n", text)
    text = _TABLE_RULE.sub("", text)
    text = _ROW.sub(lambda m: _sentence(", ".join(c.strip() for c in m[1].split("|") if c.strip())), text)
    text = _RULE.sub("", text)
    text = _HEADING.sub(lambda m: _sentence(m[1]), text)
    text = _QUOTE.sub("", text)
    text = _BULLET.sub(lambda m: _sentence(m[1]), text)
    text = _NUMBERED.sub(lambda m: _sentence(f"{m[1]}, {m[2]}") if m[2] else m[0], text)
    text = _AUTOLINK.sub(lambda m: m[1].removeprefix("mailto:"), text)
    text = _IMAGE.sub(r"\1", text)
    text = _LINK.sub(r"\1", text)
    text = _FOOTNOTE.sub("", text)
    text = _TAG.sub(" ", text)
    text = _CODE.sub(r"\2", text)
    for _ in range(2):  # bold inside italic
        text = _STRONG.sub(r"\2", text)
        text = _EMPHASIS.sub(r"\2", text)
    return _EMOTICON.sub("", _SHORTCODE.sub("", text))


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in ".!?:;,…" else text + "."
