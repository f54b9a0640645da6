"""A vocabulary of bytes: 256 of them, the space, and marks that no text can contain.

llama.cpp's tokenizer of kind `llama` (SentencePiece) writes a space as `▁` (U+2581) and takes a character that the
vocabulary does not have apart into `<0x00>` to `<0xFF>`: nothing is unknown, and a character of English is one token.
"""

SPACE = "▁"
MARKS = ("<|user|>", "<|assistant|>", "<|tool|>", "<|end|>")
TOKENS: tuple[str, ...] = ("<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), SPACE, *MARKS)

UNKNOWN, BEGIN, _ = range(3)
_FIRST_BYTE = 3
_ID_OF = {token: number for number, token in enumerate(TOKENS)}
USER, ASSISTANT, TOOL, END = (_ID_OF[mark] for mark in MARKS)


def encode(text: str) -> list[int]:
    """Of text without marks."""
    return [_ID_OF[SPACE] if byte == 0x20 else _FIRST_BYTE + byte for byte in text.encode()]


def decode(tokens: list[int]) -> str:
    data = bytearray()
    for token in tokens:
        if token == _ID_OF[SPACE]:
            data += b" "
        elif _FIRST_BYTE <= token < _FIRST_BYTE + 256:
            data.append(token - _FIRST_BYTE)
    return data.decode(errors="replace")
