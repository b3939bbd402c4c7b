"""Key frames: new, lit and sharp."""

from __future__ import annotations

import numpy as np
import pytest

from chunkers.key_frames import key_frames, sharpness
from chunkers.pictures import Picture
from data.draw_film import texture, with_ball

RNG = np.random.default_rng(2)
SCENES = [texture(RNG) for _ in range(5)]


def picture(second: int, scene: np.ndarray) -> Picture:
    gray = np.clip(scene, 0, 255).astype(np.uint8)
    return Picture(second * 16_000, np.concatenate([gray, gray[: len(gray) // 2]]))


def seconds(found: tuple[Picture, ...]) -> list[int]:
    return [one.at // 16_000 for one in found]


def test_one_of_each_scene_by_time() -> None:
    shown = [picture(second, SCENES[scene]) for second, scene in enumerate([0, 0, 1, 1, 2])]
    assert seconds(key_frames(shown)) == [0, 2, 4]


def test_no_more_than_asked_for() -> None:
    shown = [picture(second, scene) for second, scene in enumerate(SCENES)]
    assert len(key_frames(shown)) == 3
    assert len(key_frames(shown, most=1)) == 1
    assert key_frames(shown, most=0) == ()


def test_the_sharpest_of_those_that_show_the_same() -> None:
    fine = SCENES[0].copy()
    fine[40:56, 40:56] += 40 * RNG.choice([-1, 1], (16, 16))
    shown = [picture(0, SCENES[0]), picture(1, fine), picture(2, SCENES[0])]
    assert sharpness(shown[1].gray) > sharpness(shown[0].gray)
    assert seconds(key_frames(shown)) == [1]


def test_black_is_never_one() -> None:
    shown = [picture(0, SCENES[0] * 0), picture(1, SCENES[0]), picture(2, np.full((180, 320), 9.0))]
    assert seconds(key_frames(shown)) == [1]
    assert key_frames(shown[:1]) == ()


def test_what_was_shown_by_the_segment_before_is_not_shown_again() -> None:
    last = picture(0, SCENES[0])
    noisy = SCENES[0] + RNG.normal(0, 2, SCENES[0].shape)
    assert key_frames([picture(60, noisy), picture(70, SCENES[0])], last) == ()
    assert seconds(key_frames([picture(60, noisy), picture(70, SCENES[1])], last)) == [70]
    assert seconds(key_frames([picture(60, with_ball(SCENES[0], 1))], last)) == [60]


def test_a_clock_is_not_new() -> None:
    scene = texture(RNG, 1280, 720)
    clock = scene.copy()
    clock[20:56, 1080:1240] = 255
    assert key_frames([picture(60, clock)], picture(0, scene)) == ()


@pytest.mark.parametrize("shape", [(2, 2), (2, 400), (6, 6)])
def test_sizes_without_room_for_a_laplacian(shape: tuple[int, int]) -> None:
    tiny = Picture(0, np.full((shape[0] * 3 // 2, shape[1]), 99, np.uint8))
    assert key_frames([tiny]) == (tiny,)


def test_nothing_to_choose_from() -> None:
    assert key_frames([]) == ()
