"""Where the documents of a store are read and written: JSON, or sealed tables of one row where it is encrypted."""

from __future__ import annotations

import json

import pyarrow as pa

from pipeline.errors import StoreDamagedError, StoreError
from pipeline.store.documents import AnyDocument, CorrectionsDocument, Document
from pipeline.store.encryption import DAMAGE, Cipher, damage
from pipeline.store.files import Files
from pipeline.text.markup import escaped

VOCABULARY = "vocabulary.json"
"""The document of a store that says what is heard wrong in all of its recordings."""


class Documents:
    """JSON documents in a store, sealed where it is encrypted."""

    def __init__(self, files: Files, cipher: Cipher) -> None:
        self._files = files
        self._cipher = cipher
        self._held: dict[str, AnyDocument] | None = None
        self._vocabulary: CorrectionsDocument | None = None

    def once(self, files: Files, vocabulary: CorrectionsDocument | None = None) -> Documents:
        """The same documents, in the same place as `files`, for one who looks at them: each is read once.

        `vocabulary` is that of the store, where it is known.
        """
        other = Documents(files, self._cipher)
        other._held, other._vocabulary = {}, vocabulary
        return other

    def load(self, folder: str, name: str, kind: type[Document]) -> Document | None:
        """The document of that name, None where there is none; raises `StoreDamagedError`, `StoreError`."""
        found = self._files.first(folder, (_sealed(name), name))
        return None if found is None else self._read(f"{folder}/{found}", kind)

    def vocabulary(self) -> CorrectionsDocument:
        """What is heard wrong in all recordings of the store; raises `StoreDamagedError`, `StoreError`.

        It is asked for by name: the folder it lies in holds every recording.
        """
        if self._vocabulary is not None:
            return self._vocabulary
        found = next((one for one in (_sealed(VOCABULARY), VOCABULARY) if self._files.exists(one)), None)
        return CorrectionsDocument() if found is None else self._read(found, CorrectionsDocument)

    def _read(self, path: str, kind: type[Document]) -> Document:
        if self._held is None:
            return self._loaded(path, kind)
        found = self._held.get(path)
        if not isinstance(found, kind):
            found = self._held[path] = self._loaded(path, kind)
        return found

    def _loaded(self, path: str, kind: type[Document]) -> Document:
        shown = f"{self._files.url}/{path}"
        try:
            data = self._files.read(path)
        except OSError as error:
            why = error.strerror or str(error)
            raise StoreError(f"{shown}: cannot be read: {why}.", cure="Check its rights and the disk.") from error
        try:
            text = data if path.endswith(".json") else self._cipher.read(data, shown)["json"][0].as_py()
            return kind.model_validate(json.loads(text))
        except DAMAGE as error:
            why = f"{shown}: damaged: {damage(error)}."
            raise StoreDamagedError(why, cure="Delete this file and run again.") from error

    def save(self, folder: str, name: str, document: Document) -> None:
        """Write a document, whole or not at all."""
        # A file's name may be no text: its bytes are halves of characters, which JSON can hold only as `\u` escapes.
        text = escaped(json.dumps(document.model_dump(mode="json"), indent=2, ensure_ascii=False))
        plain = f"{folder}/{name}".removeprefix("/")
        sealed = _sealed(plain)
        if self._held is not None:
            self._held.clear()
        if not self._cipher.on:
            self._files.write(plain, text.encode())
            return
        self._files.write(sealed, self._cipher.write(pa.table({"json": [text]})))
        if self._files.exists(plain):  # from before the store was encrypted
            self._files.delete(plain)


def _sealed(name: str) -> str:
    """The name of a document where the store is encrypted."""
    return name.replace(".json", ".parquet")
