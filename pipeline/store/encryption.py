"""Encryption at rest: every file of a store as encrypted Parquet, readable only with the key.

It is Parquet's own modular encryption (https://parquet.apache.org/docs/file-format/data-pages/encryption/):
each file has a random key of its own, which is stored in it wrapped by the user's key; names of columns
and statistics are encrypted too. Readers that know the scheme open the files with the same key.
"""

from __future__ import annotations

import base64
import binascii
import io
import os
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

from pipeline.errors import SettingsError, StoreLockedError

_ENCRYPTED, _NAME = b"PARE", "longmedia"
_MAKE = "`openssl rand -base64 32` makes one."

DAMAGE = (pa.ArrowException, OSError, ValueError, TypeError, KeyError)
"""What reading a file raises that is no table, or not the table it should be."""


def damage(error: Exception) -> str:
    """What is wrong with a file, without a value of it: of errors that may show one only their kind is told."""
    if isinstance(error, pa.ArrowException | OSError):
        return (str(error).splitlines() or [""])[0]
    return f"not what it should hold ({type(error).__name__})"


class Cipher:
    """Reads and writes Parquet with a key, or without one."""

    def __init__(self, key: str | None = None) -> None:
        """`key` says where the key is: `env:NAME` or `file:PATH`; None: nothing is encrypted.

        Raises `SettingsError` where there is no usable key.
        """
        self.on = key is not None
        if key is not None:
            secret = _load(key)
            self._factory = pe.CryptoFactory(lambda _config: _Keeper(secret))
            self._kms = pe.KmsConnectionConfig()

    def write(self, table: pa.Table) -> bytes:
        """The table as one Parquet file."""
        sink = io.BytesIO()
        properties = None
        if self.on:
            rules = pe.EncryptionConfiguration(
                footer_key=_NAME, uniform_encryption=True, double_wrapping=False, data_key_length_bits=256
            )
            properties = self._factory.file_encryption_properties(self._kms, rules)
        pq.write_table(table, sink, compression="zstd", encryption_properties=properties)
        return sink.getvalue()

    def read(self, data: bytes, name: str) -> pa.Table:
        """The table of a Parquet file, encrypted or not; raises `StoreLockedError` without the right key.

        Never with pyarrow's threads: a process that ends soon after they were used aborts now and then (exit code
        134 in 20 of 100 starts with pyarrow 26), and a part is too small to gain by them. `read_table` starts one
        even when told to use none.
        """
        if data[-4:] != _ENCRYPTED:
            return pq.ParquetFile(pa.BufferReader(data)).read(use_threads=False)
        if not self.on:
            raise StoreLockedError(
                f"{name}: encrypted, and no key is set.", cure="Set encryption.key to env:NAME or file:PATH."
            )
        try:
            properties = self._factory.file_decryption_properties(self._kms)
            return pq.ParquetFile(pa.BufferReader(data), decryption_properties=properties).read(use_threads=False)
        except _WrongKeyError as error:
            raise StoreLockedError(f"{name}: encrypted with another key.", cure="Look at encryption.key.") from error


class _WrongKeyError(Exception):
    """The key does not open what it is asked to open."""


class _Keeper(pe.KmsClient):  # type: ignore[misc]
    """Wraps the keys of files with the user's key, by AES-GCM."""

    def __init__(self, secret: bytes) -> None:
        super().__init__()
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._aes = AESGCM(secret)

    def wrap_key(self, key_bytes: bytes, master_key_identifier: str) -> bytes:
        """Parquet's question at writing; the answer is stored in the file."""
        nonce = os.urandom(12)
        return base64.b64encode(nonce + self._aes.encrypt(nonce, key_bytes, master_key_identifier.encode()))

    def unwrap_key(self, wrapped_key: bytes | str, master_key_identifier: str) -> bytes:
        """Parquet's question at reading."""
        from cryptography.exceptions import InvalidTag

        wrapped = base64.b64decode(wrapped_key)
        try:
            opened: Any = self._aes.decrypt(wrapped[:12], wrapped[12:], master_key_identifier.encode())
        except InvalidTag as error:
            raise _WrongKeyError from error
        return cast("bytes", opened)


def _load(key: str) -> bytes:
    where, _, name = key.partition(":")
    try:
        text = Path(name).expanduser().read_text("ascii") if where == "file" else os.environ[name]
        secret = base64.b64decode(text.strip(), validate=True)
    except KeyError as error:
        raise SettingsError(f"encryption.key: the environment has no {name}.", cure=_MAKE) from error
    except OSError as error:
        raise SettingsError(f"encryption.key: {name}: {error.strerror}.", cure=_MAKE) from error
    except (binascii.Error, UnicodeDecodeError) as error:
        raise SettingsError(f"encryption.key: {name} holds no base64 text.", cure=_MAKE) from error
    if len(secret) != 32:
        raise SettingsError(f"encryption.key: {name} holds {len(secret)} bytes instead of 32.", cure=_MAKE)
    return secret
