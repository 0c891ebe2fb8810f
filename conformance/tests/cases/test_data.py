"""The same line denotes the same bytes, for ever; and each recipe is what its purpose says."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from conv2d_conformance.cases import arrays, call, exposes, parse
from conv2d_conformance.cases.data import RECIPES
from conv2d_conformance.contract.arrays import Array, dtype_of
from conv2d_conformance.contract.formats import DTYPES, FORMATS

PUBLISHED = {
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 integers:7": "cd8d38518e728f78",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 integers:7": "25ec27582515ff14",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 integers:7": "a3c064231e6d12c9",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 integers:7": "586eb0aff073d779",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 impulse:7": "c5a9235a1d0176b7",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 impulse:7": "da245eed0ab77192",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 impulse:7": "667594bd2f16dd2f",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 impulse:7": "1ee8400318123074",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 sparse:7": "a9d27e2e70f03223",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 sparse:7": "d400718adcec4c75",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 sparse:7": "48a0a2614aab3fc3",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 sparse:7": "9099883786c26b0d",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 uniform:7": "bd20a6d74f86816d",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 uniform:7": "42afbaa9722a791a",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 uniform:7": "ec314a88ad0b290d",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 uniform:7": "6a15ff3b030c5c72",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 normal:7": "c28f3c7db962b8b1",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 normal:7": "d3fca1e73808a02a",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 normal:7": "76d20044fb0f469c",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 normal:7": "e71a6c8431aa4a34",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 ones:7": "99d23852b3859840",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 ones:7": "71f58fe5bc22d1f5",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 ones:7": "270a4f05c614e0e3",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 ones:7": "86e8e6f627b76d38",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 spread:7": "2c219a56845f3f05",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 spread:7": "bc0cd21472678ef1",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 spread:7": "ddae6c2d47a0f53a",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 spread:7": "58583d46b74729fe",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 cancelling:7": "24563e65ad931986",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 cancelling:7": "0b65bd954405e361",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 cancelling:7": "bd4fc0bb16269ef4",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 cancelling:7": "73f8503edf23337e",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 monotone:7": "cf7f1ba4974d818f",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 monotone:7": "23d12b70b6fb32ff",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 monotone:7": "8fd393ab3517f400",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 monotone:7": "69e112552d5d7d37",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 scaled:7": "cd9c2b2db178528c",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 scaled:7": "95acaffe8f9beb8e",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 scaled:7": "e9f40e80dbe69f7f",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 scaled:7": "5774a143e4b05677",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 complementary:7": "71704c79fb38d10f",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 complementary:7": "5a217595183fd9eb",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 complementary:7": "caeacfad92fe1b79",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 complementary:7": "4255e70d642cbd8e",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 subnormal:7": "c063b797a9c4f023",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 subnormal:7": "24e9d9de73cee775",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 subnormal:7": "fa7e6cc2c36b35ec",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 subnormal:7": "c6980aed06e0fbb0",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 near-overflow:7": "ed764d7f28f5d206",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 near-overflow:7": "0f5e589f2ded7bc7",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 near-overflow:7": "0b3449d8e0611e8e",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 near-overflow:7": "e0235c4c84a3f888",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 one-tap:7": "00d6041d1a87c702",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 one-tap:7": "0fcd8eb61a1e25d5",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 one-tap:7": "f26bed7885693986",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 one-tap:7": "3315fde8258e5fb5",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 odd:7": "5bb0f250c4ef31ec",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 odd:7": "59c186a73e3a1828",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 odd:7": "e0bb189b78354316",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 odd:7": "fdaedb0530f7427f",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 tosa0:7": "d38fff54639fda1e",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 tosa0:7": "4c9d9e964fe5567f",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 tosa0:7": "39388b5adac7edf8",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 tosa0:7": "bba91bc6873aade2",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 tosa1:7": "73f597d1c8d817b2",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 tosa1:7": "ae6648065aefacc2",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 tosa1:7": "5e4854d1d96a3f4a",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 tosa1:7": "10feea58f6589924",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 tosa2:7": "d540cabdb7df8901",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 tosa2:7": "b336bc865d7331a1",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 tosa2:7": "f328a75099447c25",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 tosa2:7": "b365bf525bd5b194",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 tosa3:7": "a31d5dd3f0ad8155",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 tosa3:7": "1f4792386bee2b68",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 tosa3:7": "20c8e133acf081c2",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 tosa3:7": "319b06fe79306682",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 tosa4:7": "81289d15ac7da482",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 tosa4:7": "cb7e0ee547c146ed",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 tosa4:7": "3059f31f2dde1f2b",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 tosa4:7": "2b2285eda0b8b698",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 tosa5:7": "91bb86119a78f16a",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 tosa5:7": "1566e9b974032596",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 tosa5:7": "696d216975185159",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 tosa5:7": "b95c09319f8c81ad",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 single:7": "0d643d72572c36b9",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 single:7": "8d82ba659792f3b7",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 single:7": "e157ce7d34646117",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 single:7": "9005194b6df34558",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 few:7": "0efba3281a6f3426",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 few:7": "e65d6c8b2f7eb4ad",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 few:7": "305787dba6947100",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 few:7": "0b5163d6f8ecb867",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 chain:7": "19ac2fd5f70213c5",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 chain:7": "e84f35aea270692d",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 chain:7": "077b17e2b0bbb4bb",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 chain:7": "2ea8a56a4a52291c",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 brim:7": "84777b8a75afde32",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 brim:7": "4ddeec08a9e2ec9e",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 brim:7": "af39ced3bbd0a620",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 brim:7": "f1ebe13de67d9d7d",
    "n1c513h4w5 m9k3 float32 single:3": "4e605ab783c99f0d",
    "n2c70h4w4 m9k1 float16 chain:3": "4a3ad5553ba30c56",
    "n2c70h4w4 m9k1 bfloat16 brim:3": "c4c8182d5763f634",
    "n2c5h6w7 m8k3 p1 bias grad float32 single:2": "fbeba31a41a2fe44",
    "n2c5h6w7 m8k3 p1 bias grad bfloat16 few:2": "5de7add977c6767e",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 lone-pixel:7": "1602f6469d13e8ff",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 lone-pixel:7": "94ec1b78fed4294d",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 lone-pixel:7": "307a929019ca4aee",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 lone-pixel:7": "c34b5fdb978fdb0d",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 exact:7": "48e345b4d8aad5cd",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 exact:7": "57c0827cb1c45712",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 exact:7": "27405f7bb4b70b2d",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 exact:7": "6f9347912b6b611f",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 bell:7": "27621e30b75999f3",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float64 bell:7": "2abc7745105e8bf4",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float16 bell:7": "6d88d9b7b4d352b2",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias bfloat16 bell:7": "49520c593375d018",
    "n1c513h4w5 m9k3 bfloat16 exact:3": "2ccabd63d82b2fa4",
    "n2c5h16w17 m8k3 p1 bias grad float16 exact:2": "9f31037be07b52b8",
    "n2c5h6w7 m8k3 p1 bias grad float32 bell:2": "df93c19ffc0fdafa",
    "n2c4h9w10 m6k3x2 s1x1 p0x0 d1x1 g2 bias float32 integers*100:7": "bd432255a0b5ae36",
    "c3h5w6 m2k3x3 s1x1 p0x0 d1x1 g1 nobias float32 integers:18446744073709551615": "88e528a906dca148",
    "n1c1h1w2 m1k1x2 s1x1 p0x0 d1x1 g1 bias float32 x[0,0,0,1]=1 w[0,0,0,0]=-0.5 b[0]=inf": "80c3f3396742ce59",
    "n2c4h9w10 m6k3x2 g2 bias float32 uniform:7 weight-shape=(6,) weight-dtype=float64": "c523952c89256aa9",
}


def digest(line: str) -> str:
    found = hashlib.sha256()
    for name, array in arrays(parse(line)).items():
        if array is not None:
            found.update(f"{name} {array.dtype} {array.shape}".encode())
            found.update(array.astype(array.dtype.newbyteorder("<")).tobytes())
    return found.hexdigest()[:16]


@pytest.mark.parametrize(("line", "expected"), PUBLISHED.items())
def test_a_published_line_keeps_its_bytes(line: str, expected: str) -> None:
    assert digest(line) == expected


def made(line: str) -> tuple[Array, Array, Array]:
    x, w, b = arrays(parse(line)).values()
    assert x is not None
    assert w is not None
    assert b is not None
    return x, w, b


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("recipe", RECIPES)
def test_arrays_are_contiguous_of_the_asked_shape_and_dtype_and_differ_from_each_other(recipe: str, dtype: str) -> None:
    x, w, b = made(f"n3c4h5w6 m6k3x2 g2 bias {dtype} {recipe}:7")
    assert (x.shape, w.shape, b.shape) == ((3, 4, 5, 6), (6, 2, 3, 2), (6,))
    assert all(array.dtype == dtype_of(dtype) and array.flags.c_contiguous for array in (x, w, b))
    if recipe != "ones":
        assert not np.array_equal(w.ravel()[:6], b)
        seeds = (1, 2, 2**63, 2**63 + 1, 2**64 - 1)
        assert len({digest(f"c1h5w6 m1k3 {recipe}:{seed}") for seed in seeds}) == len(seeds)


@pytest.mark.parametrize("dtype", DTYPES)
def test_integers_are_all_the_integers_of_their_magnitude_but_zero(dtype: str) -> None:
    x, w, b = made(f"n2c4h9w10 m6k3x2 bias {dtype} integers:7")
    allowed = {*range(-7, 0), *range(1, 8)}
    assert set(x.astype(float).ravel()) == set(w.astype(float).ravel()) == allowed
    assert set(b.astype(float)) <= allowed
    hundred = made(f"n2c4h9w10 m6k3x2 bias {dtype} integers*100:7")[0].astype(float)
    assert 90 < np.abs(hundred).max() <= 100
    assert np.array_equal(hundred, np.round(hundred))
    assert set(made(f"n2c4h9w10 m6k3x2 bias {dtype} integers*1:7")[0].astype(float).ravel()) == {-1, 1}


def test_impulses_visit_every_pixel_and_every_weight_has_its_own_id() -> None:
    x, w, b = made("n24c2h3w4 m3k2 bias float32 impulse:5")
    images = x.reshape(24, 24)
    assert np.array_equal(images.argmax(axis=1), (5 + np.arange(24)) % 24)
    assert np.array_equal(images.sum(axis=1), np.ones(24))
    assert sorted(w.ravel()) == list(range(1, 25))
    assert sorted(b) == [25, 26, 27]
    assert list(w.ravel()) != sorted(w.ravel())
    (x, w, _) = made("c2h3w4 m3k2 bias float32 impulse:30")
    assert list(np.flatnonzero(x)) == [6]


def test_ids_are_exact_where_the_dtype_has_few_integers() -> None:
    _, w, b = made("c8h4w4 m16k3 bias bfloat16 impulse:1")
    assert set(w.astype(float).ravel()) == set(range(1, 257))
    assert len(set(b.astype(float))) == 16


@pytest.mark.parametrize("dtype", DTYPES)
def test_uniform_uses_every_bit_of_the_mantissa(dtype: str) -> None:
    x, _, _ = made(f"n4c4h9w10 m6k3x2 bias {dtype} uniform:7")
    magnitudes = np.abs(x.astype(np.float64)).ravel()
    assert magnitudes.min() >= 1
    assert magnitudes.max() < 2
    fractions = ((magnitudes - 1) * 2.0 ** (FORMATS[dtype].precision - 1)).astype(np.uint64)
    for bit in range(FORMATS[dtype].precision - 1):
        assert 0.4 < ((fractions >> np.uint64(bit)) & np.uint64(1)).mean() < 0.6
    assert 0.4 < (x.astype(float) < 0).mean() < 0.6


def test_sparse_is_mostly_zero_and_never_all_zero() -> None:
    x, _, _ = made("n9c4h9w10 m6k3x2 bias float32 sparse:7")
    assert 0.13 < np.count_nonzero(x) / x.size < 0.17
    assert all(all(a.any() for a in made(f"c1h1w1 m1k1 bias float32 sparse:{seed}")) for seed in range(50))


@pytest.mark.parametrize("dtype", DTYPES)
def test_normal_is_bell_shaped_and_exact(dtype: str) -> None:
    values = made(f"n9c4h19w20 m6k3x2 bias {dtype} normal:7")[0].astype(np.float64).ravel()
    assert abs(values.mean()) < 0.05
    assert 1.1 < values.std() < 1.2
    assert np.abs(values).max() <= 4
    assert 0.65 < (np.abs(values) < values.std()).mean() < 0.71
    if dtype in ("float32", "float64"):
        assert len(np.unique(values)) > 0.999 * values.size  # all bits are used, not the 18 of the coarse part alone


def test_one_tap_of_each_filter_is_left_and_no_other_filter_has_it() -> None:
    x, w, b = made("n1c4h9w10 m36k3 bias float32 one-tap:7")
    assert set(x.ravel()) == set(b) | set(x.ravel()) == {*range(-7, 0), *range(1, 8)}
    assert set(np.abs(w).ravel()) == {0, 1}
    assert (np.abs(w).sum(axis=(1, 2, 3)) == 1).all()
    assert (np.abs(w).sum(axis=0) == 1).all()


def test_ones_count_taps() -> None:
    assert all((array == 1).all() for array in made("c2h3w4 m3k2 bias float32 ones:3"))


def test_named_elements_are_placed_and_the_rest_is_zero() -> None:
    x, w, b = made("n1c1h2w2 m1k1x2 bias float16 x[0,0,1,0]=0.1 w[0,0,0,1]=nan b[0]=1e9")
    assert x.tolist() == [[[[0, 0], [np.float16(0.1), 0]]]]
    assert np.isnan(w).tolist() == [[[[False, True]]]]
    assert b.tolist() == [np.inf]


def test_a_call_leaves_out_what_is_omitted_and_replaces_what_is_overridden() -> None:
    arguments, made = call(parse("n2c4h9w10 m6k3x2 s2x1 p1 d1x2 g2 bias"))
    assert arguments == {"stride": (2, 1), "padding": 1, "dilation": (1, 2), "groups": 2}
    assert list(made) == ["input", "weight", "bias"]
    arguments, made = call(parse("c4h9w10 m6k3x2 same omit=stride,groups circular"))
    assert arguments == {"padding": "same", "dilation": (1, 1), "padding_mode": "circular"}
    assert made["bias"] is None
    arguments, made = call(
        parse(
            "c4h9w10 m6k3 bias stride=None padding_mode='zero' input-shape=(9,) weight-dtype=float64 bias-shape=(1,2)"
        )
    )
    assert arguments == {"stride": None, "padding": (0, 0), "dilation": (1, 1), "groups": 1, "padding_mode": "zero"}
    x, w, b = made.values()
    assert x is not None
    assert w is not None
    assert b is not None
    assert (x.shape, w.shape, b.shape) == ((9,), (6, 4, 3, 3), (1, 2))
    assert [array.dtype.name for array in (x, w, b)] == ["float32", "float64", "float32"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("n2c4h9w10 m6k3x2 bias integers:7", True),
        ("c1h1w1 m1k1", True),
        ("c1h2w2 m1k1 w[0,0,0,0]=1", False),  # no input
        ("c1h2w2 m1k1 x[0,0,0]=1", False),  # no weight
        ("c1h2w2 m1k1 bias x[0,0,0]=1 w[0,0,0,0]=1", False),  # the bias could be lost
        ("c1h3w3 m1k3 x[0,0,0]=1 w[0,0,1,1]=1", False),  # the kernel is its own flip
        ("c1h3w3 m1k3 x[0,0,0]=1 w[0,0,1,2]=1", True),
        ("c1h1w2 m1k1 x[0,0,0]=3 x[0,0,1]=3 w[0,0,0,0]=1", False),  # which pixel?
        ("c1h1w2 m1k1 x[0,0,0]=3 x[0,0,1]=4 w[0,0,0,0]=1", True),
        ("n0c1h3w3 m1k3", True),
        ("c1h3w3 m1k3 ones:0", True),
        ("c1h3w3 m1k3 all-zero stride=0", True),
    ],
)
def test_data_expose_a_fault_or_do_not(line: str, expected: bool) -> None:
    case = parse(line)
    assert exposes(case, arrays(case)) is expected
