"""The font of the pages: STIX Two, under the Open Font License beside the files.

FACES and `buffers()` are what a live page asks for, once per document; `face_css()` is for a file that stands alone.
Greek, accented letters such as ŷ, italic and bold are STIX Two Text; arrows, ∂, ∇, Σ and their kin come from a subset
of STIX Two Math.
"""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "fonts"
LATIN = "U+0000-00FF, U+0131, U+0152-0153, U+02C6, U+02DA, U+02DC, U+0304, U+2000-206F, U+2191, U+2193, U+2212"
ACCENTS = "U+0108-0109, U+011C-011D, U+0124-0125, U+0134-0135, U+015C-015D, U+0174-0178, U+1E7C-1E7D, U+1E90-1E91"
GREEK = "U+0370-0377, U+037A-037F, U+0384-03FF"

FACES = (
    ("stix-two-text-latin-400-normal", "STIX Two Text", "400", "normal", LATIN),
    ("stix-two-text-latin-400-italic", "STIX Two Text", "400", "italic", LATIN),
    ("stix-two-text-latin-600-normal", "STIX Two Text", "600", "normal", LATIN),
    ("stix-two-text-accents-400-normal", "STIX Two Text", "400", "normal", ACCENTS),
    ("stix-two-text-accents-400-italic", "STIX Two Text", "400", "italic", ACCENTS),
    ("stix-two-text-greek-400-normal", "STIX Two Text", "400", "normal", GREEK),
    ("stix-two-text-greek-400-italic", "STIX Two Text", "400", "italic", GREEK),
    ("stix-two-text-greek-600-normal", "STIX Two Text", "600", "normal", GREEK),
    ("stix-two-math-subset", "STIX Two Math", "400", "normal", "U+0000-10FFFF"),
)
"""File, family, weight, style, and the characters it is for."""


def descriptors() -> list[dict[str, str]]:
    """What the browser's FontFace wants to know of each face, in the order of `buffers`."""
    return [
        {"family": family, "weight": weight, "style": style, "unicodeRange": ranges, "display": "swap"}
        for _, family, weight, style, ranges in FACES
    ]


@lru_cache(maxsize=1)
def buffers() -> list[bytes]:
    """The woff2 files, in the order of FACES."""
    return [(FOLDER / f"{file}.woff2").read_bytes() for file, *_ in FACES]


@lru_cache(maxsize=1)
def face_css() -> str:
    """The same as CSS with the font inside, about 140 kB, for an HTML file that must need nothing else."""
    return "".join(
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{style};unicode-range:{ranges};'
        f"font-display:swap;src:url(data:font/woff2;base64,{b64encode(data).decode('ascii')}) format('woff2')}}\n"
        for (_, family, weight, style, ranges), data in zip(FACES, buffers(), strict=True)
    )
