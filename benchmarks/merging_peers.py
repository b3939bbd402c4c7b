"""LangChain's map-reduce and LlamaIndex's tree summarise, driven by the same `Writer` and the same words.

Both get the whole text, the same budget and the same cap for an answer, and count tokens with the
model's own tokenizer. They come with `pip install 'longmedia[peers]'`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pipeline.models.protocol import Writer
from pipeline.prompts import Prompt

WORDS = (
    "You merge notes of one recording into one summary. Copy numbers, dates and names exactly. Add nothing.\n\n"
    "Notes:\n{text}\n\nWrite one summary of these notes in plain sentences."
)
_OVERHEAD = 80
"""Tokens of the words above and of the chat template, with some to spare."""


def langchain_map_reduce(writer: Writer, notes: Sequence[str], *, budget: int, output: int, words: str = WORDS) -> str:
    """`load_summarize_chain(chain_type="map_reduce")` over documents as long as the budget allows.

    `words` is what is asked, with `{text}` for the notes.
    """
    from langchain_classic.chains.summarize import load_summarize_chain
    from langchain_core.documents import Document
    from langchain_core.language_models.llms import LLM
    from langchain_core.prompts import PromptTemplate
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    class Model(LLM):
        @property
        def _llm_type(self) -> str:
            return "longmedia"

        def _call(self, prompt: str, *_: Any, **__: Any) -> str:
            return writer.write([Prompt(prompt)], max_tokens=output)[0].text

        def get_num_tokens(self, text: str) -> int:
            return writer.count(text)

    room = budget - output - _OVERHEAD
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=room, chunk_overlap=0, separators=["\n", " "], length_function=writer.count
    )
    prompt = PromptTemplate.from_template(words)
    chain = load_summarize_chain(
        Model(), chain_type="map_reduce", map_prompt=prompt, combine_prompt=prompt, token_max=room
    )
    documents = [Document(page_content=text) for text in splitter.split_text("\n".join(notes))]
    return str(chain.invoke({"input_documents": documents})["output_text"])


def llamaindex_tree(writer: Writer, notes: Sequence[str], *, budget: int, output: int, words: str = WORDS) -> str:
    """`TreeSummarize` with a prompt helper of the same budget; `words` as above."""
    from llama_index.core.indices.prompt_helper import PromptHelper
    from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata
    from llama_index.core.prompts import PromptTemplate
    from llama_index.core.response_synthesizers import TreeSummarize

    class Model(CustomLLM):
        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(context_window=budget, num_output=output, model_name="longmedia")

        def complete(self, prompt: str, *_: Any, **__: Any) -> CompletionResponse:
            return CompletionResponse(text=writer.write([Prompt(prompt)], max_tokens=output)[0].text)

        def stream_complete(self, prompt: str, *_: Any, **__: Any) -> Any:
            raise NotImplementedError

    helper = PromptHelper(
        context_window=budget - 16,  # the chat template, of which the helper knows nothing
        num_output=output,
        chunk_overlap_ratio=0.0,
        tokenizer=lambda text: [0] * writer.count(text),
        separator="\n",
    )
    template = PromptTemplate(words.replace("{text}", "{context_str}"))
    tree = TreeSummarize(llm=Model(), prompt_helper=helper, summary_template=template)
    return str(tree.get_response("", ["\n".join(notes)]))


PEERS: dict[str, Callable[..., str]] = {
    "LangChain map-reduce": langchain_map_reduce,
    "LlamaIndex tree summarise": llamaindex_tree,
}
