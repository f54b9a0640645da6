"""Writes the model as a GGUF file: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md"""

from pathlib import Path

import gguf
import numpy as np

from training.gguf import tokens
from training.gguf.model import EPSILON, ROPE_BASE, Llama

MOST_CHARACTERS = 300
"""Of a question that the model is shown; it was trained on no more."""

TEMPLATE = """\
{%- set ns = namespace(last=0) -%}
{%- if messages[0].role == 'system' -%}
{{- messages[0].content[:0] -}}
{%- for m in messages -%}{%- if m.role == 'user' -%}{%- set ns.last = loop.index0 -%}{%- endif -%}{%- endfor -%}
{%- endif -%}
{%- for m in messages -%}
{%- if loop.index0 >= ns.last -%}
{%- if m.role == 'assistant' -%}
{{- '<|assistant|>' -}}{%- if m.content -%}{{- m.content -}}{%- endif -%}
{%- for c in m.tool_calls or [] -%}
{{- '<tool_call>\\n{"name": "' + c.function.name + '", "arguments": ' -}}
{%- set given = c.function.arguments -%}
{%- if given is string -%}{{- given -}}{%- else -%}{{- given | tojson -}}{%- endif -%}
{{- '}\\n</tool_call>' -}}
{%- endfor -%}
{{- '<|end|>' -}}
{%- elif m.role == 'tool' -%}
{{- '<|tool|>' + m.content[:MOST] + '<|end|>' -}}
{%- elif m.role == 'user' -%}
{{- '<|user|>' + m.content[-MOST:] + '<|end|>' -}}
{%- endif -%}
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|assistant|>' -}}{%- endif -%}
""".replace("MOST", str(MOST_CHARACTERS))
"""The chat template, in Jinja: only the last question and what came of it, which is all that the model can read.
Without a system message all is shown: so llama.cpp's server finds out how tool calls are written, and can read them.
Nothing of the system message is shown, but it is looked at: else the server would put it into the question."""


def export(model: Llama, path: Path) -> None:
    """Matrices as float16, the rest as float32. With Q8_0 llama.cpp computes with 8 bits too, and so small a model
    is put off its track by that."""
    writer = gguf.GGUFWriter(path, "llama")
    _describe(writer, model)
    _vocabulary(writer)
    for name, weight in model.state_dict().items():
        values = weight.detach().numpy().astype(np.float32)
        if values.ndim == 2:
            writer.add_tensor(name, values.astype(np.float16))
        else:
            writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _describe(writer: gguf.GGUFWriter, model: Llama) -> None:
    shape = model.shape
    writer.add_name("fixture")
    writer.add_license("GPL-3.0-or-later")
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_rope_dimension_count(shape.head)
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_layer_norm_rms_eps(EPSILON)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)


def _vocabulary(writer: gguf.GGUFWriter) -> None:
    kinds = gguf.TokenType
    writer.add_tokenizer_model("llama")
    writer.add_token_list([token.encode() for token in tokens.TOKENS])
    writer.add_token_scores([0.0] * len(tokens.TOKENS))
    writer.add_token_types([_kind(token, kinds) for token in tokens.TOKENS])
    writer.add_bos_token_id(tokens.BEGIN)
    writer.add_eos_token_id(tokens.END)
    writer.add_unk_token_id(tokens.UNKNOWN)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(TEMPLATE)


def _kind(token: str, kinds: type[gguf.TokenType]) -> int:
    if token == "<unk>":
        return int(kinds.UNKNOWN)
    if token.startswith("<0x"):
        return int(kinds.BYTE)
    return int(kinds.NORMAL if token == tokens.SPACE else kinds.CONTROL)
