"""The embedded reader reads what is drawn, quietly and without a network, and only with the files that were pinned."""

from __future__ import annotations

import logging
import shutil
import socket
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import LimitError, ModelError, WeightsDamagedError, WeightsMissingError
from pipeline.models.identity import reader_identity
from pipeline.models.protocol import Reader
from pipeline.models.reader import rapid
from pipeline.models.reader.files import DETECTOR, RECOGNISER, installed, locate
from pipeline.models.reader.rapid import RapidReader
from pipeline.models.registry import READER, Registry
from tests.pipeline.models.drawing import drawn


@pytest.fixture(scope="module")
def reader() -> Reader:
    return RapidReader()


@pytest.mark.parametrize("text", ["Pressure 3.2 bar", "12:34:56:07", "-7,5 kg (net)"])
@pytest.mark.parametrize("paper", [255, 0])
def test_it_reads_a_line_where_it_stands(reader: Reader, text: str, paper: int) -> None:
    (line,) = reader.read(drawn([(text, 100, 120, 30)], paper=paper))
    assert line.text.replace(" ", "") == text.replace(" ", "")
    left, top, right, bottom = line.box
    assert 85 <= left <= 105
    assert 110 <= top <= 130
    assert left < right <= 560
    assert 140 <= bottom <= 165
    assert line.confidence > 0.8


@pytest.mark.parametrize("text", ["Größe Straße Übung", "déjà vu façade", "Zażółć gęślą jaźń", "näkymä på ön"])
def test_it_reads_letters_with_marks(reader: Reader, text: str) -> None:
    try:
        picture = drawn([(text, 100, 120, 30)], font="DejaVuSans.ttf")
    except OSError:
        pytest.skip("no font with such letters on this machine")
    assert [line.text.replace(" ", "") for line in reader.read(picture)] == [text.replace(" ", "")]


def test_colours_are_red_green_blue_and_grey_is_the_same(reader: Reader) -> None:
    grey = drawn([("Valve 12 open", 40, 60, 28)])
    red = np.stack([np.full_like(grey, 255), grey, grey], axis=2)
    assert [line.text for line in reader.read(red)] == ["Valve 12 open"]
    assert reader.read(np.repeat(grey[:, :, None], 3, axis=2)) == reader.read(grey)


def test_a_line_is_read_the_same_whatever_stands_beside_it(reader: Reader) -> None:
    alone = reader.read(drawn([("Tank A 17 l", 40, 40, 24)]))
    among = reader.read(drawn([("Tank A 17 l", 40, 40, 24), ("a much longer line of text below it", 40, 200, 24)]))
    assert [line.text for line in among] == ["Tank A 17 l", "a much longer line of text below it"]
    assert all(abs(one - other) <= 6 for one, other in zip(among[0].box, alone[0].box, strict=True))


@pytest.mark.parametrize("shape", [(360, 640), (1, 1), (7, 4000), (9, 4000), (4000, 9)])
def test_where_nothing_is_written_nothing_is_read(reader: Reader, shape: tuple[int, int]) -> None:
    assert reader.read(np.full(shape, 200, np.uint8)) == []


def test_letters_that_it_does_not_know_are_not_read_as_a_few_others(reader: Reader) -> None:
    """Of a Cyrillic line it would keep a comma and a digit: a number that nobody wrote."""
    try:
        picture = drawn([("Привет, мир: давление 3,2 бар", 40, 36, 32)], height=120, font="DejaVuSans.ttf")
    except OSError:
        pytest.skip("no font with such letters on this machine")
    assert reader.read(picture) == []


def test_a_line_has_as_many_characters_as_its_length_asks_for() -> None:
    assert not rapid._fills_its_box(rapid.ReadLine(", :  ,2", (57, 196, 584, 235), 0.94))
    assert rapid._fills_its_box(rapid.ReadLine("2", (57, 196, 80, 235), 0.94))


@pytest.mark.parametrize(
    "wrong", [np.zeros((40, 40), np.float32), np.zeros((40, 40, 4), np.uint8), np.zeros(9, np.uint8)]
)
def test_what_is_no_picture_is_refused(reader: Reader, wrong: np.ndarray) -> None:  # type: ignore[type-arg]
    with pytest.raises(LimitError, match="must be uint8"):
        reader.read(wrong)


def test_it_says_nothing_and_opens_no_socket(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    quiet = RapidReader()
    assert quiet.read(drawn([("secret words", 40, 40, 30)]))
    assert quiet.read(np.full((90, 160), 9, np.uint8)) == []
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("RapidOCR").level == logging.CRITICAL


def test_a_failure_of_the_library_is_a_line_without_what_was_read(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("Traceback (most recent call last): secret words")

    monkeypatch.setattr(reader, "_engine", fails)
    with pytest.raises(ModelError) as caught:
        reader.read(drawn([]))
    assert str(caught.value) == "rapidocr: a picture of 640x360 was not read (RuntimeError)."


def test_other_files_than_the_pinned_are_refused(tmp_path: Path) -> None:
    for file in (DETECTOR, RECOGNISER):
        path = tmp_path / file.pieces[0].member
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(installed() / file.pieces[0].member, path)
    good = locate(tmp_path)
    assert good.detector.stat().st_size == DETECTOR.size
    assert good.recogniser.stat().st_size == RECOGNISER.size
    with good.recogniser.open("r+b") as stream:
        stream.seek(1000)
        stream.write(b"other")
    with pytest.raises(WeightsDamagedError, match="PP-OCRv6_rec_small"):
        locate(tmp_path)
    good.detector.unlink()
    with pytest.raises(WeightsMissingError, match="PP-OCRv6_det_small"):
        locate(tmp_path)


def test_a_lease_holds_one_of_a_number_of_threads() -> None:
    lease = Registry(keep=False).lease()
    one = lease.reader()
    assert lease.reader() is one
    assert one.name == "PP-OCRv6 small (rapidocr 3.10.0)"
    lease.keep({READER})
    assert lease.reader() is one
    lease.close()
    assert lease.reader() is not one


def test_its_identity_names_weights_and_libraries() -> None:
    found = reader_identity()
    assert found["model"] == "PP-OCRv6 small:090f04abcd9d9a74:6f327246b50388f3"
    assert {"rapidocr", "onnxruntime", "opencv-python-headless"} <= found.keys()
