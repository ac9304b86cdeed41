"""Small files that no reader of PDFs should trust: broken, endless, swollen, or merely odd.

`HOSTILE` names each kind and the function that makes its bytes: the same bytes every time, in less than two seconds.
Some stay within the limits that pypdf sets itself, and want more time or memory than anybody has.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from unittest.mock import patch

from pypdf import PdfReader, PdfWriter

Objects = dict[int, bytes]

BOX = b"/MediaBox[0 0 612 792]"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
FONTS = b"/Font<</F1 3 0 R>>"
FORMS = FONTS + b"/XObject<</X 10 0 R>>"


def _lines(*lines: bytes) -> bytes:
    """Content that shows these lines below one another."""
    return b"BT /F1 12 Tf 72 720 Td " + b" 0 -20 Td ".join(b"(%s) Tj" % line for line in lines) + b" ET"


TEXT = _lines(b"1 Purpose", b"This text can be read.")


def _stream(data: bytes, entries: bytes = b"") -> bytes:
    """A stream of data as it is, encoded as its entries say."""
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(data), data)


def _flate(data: bytes, filters: bytes = b"") -> bytes:
    """A stream of compressed data, to which more filters apply once it is inflated."""
    return _stream(zlib.compress(data), b"/Filter[/FlateDecode%s]" % filters)


def _pdf(objects: Objects) -> bytes:
    """A file of these objects, of which the first is the catalogue, with a correct table of their offsets."""
    out, size = bytearray(b"%PDF-1.7\n"), max(objects) + 1
    rows = [b"0000000000 65535 f \n"] * size
    for number, body in objects.items():
        rows[number] = b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    end = b"xref\n0 %d\n%strailer\n<</Size %d/Root 1 0 R/Info<<>>>>\n" % (size, b"".join(rows), size)
    return bytes(out) + end + b"startxref\n%d\n%%%%EOF\n" % len(out)


def _refs(numbers: Iterable[int]) -> bytes:
    """References to objects."""
    return b" ".join(b"%d 0 R" % number for number in numbers)


def _file(
    *contents: bytes, page: bytes = BOX, resources: bytes = FONTS, root: bytes = b"", more: Objects | None = None
) -> bytes:
    """A file with a page for each content (objects 4 and 5, 6 and 7, …), and with other things where they are given."""
    numbers = range(4, 4 + 2 * len(contents or (TEXT,)), 2)
    tree = b"<</Type/Pages/Kids[%s]/Count %d>>" % (_refs(numbers), len(numbers))
    objects = {1: b"<</Type/Catalog/Pages 2 0 R%s>>" % root, 2: tree, 3: FONT}
    for number, content in zip(numbers, contents or (TEXT,), strict=True):
        entries = b"/Resources<<%s>>/Contents %d 0 R%s" % (resources, number + 1, page)
        objects |= {number: b"<</Type/Page/Parent 2 0 R%s>>" % entries, number + 1: _stream(content)}
    return _pdf(objects | (more or {}))


def _locked(user: str, owner: str, line: bytes) -> bytes:
    """A file encrypted with AES-256, all its random numbers being zero."""
    writer, out = PdfWriter(clone_from=PdfReader(io.BytesIO(_file(_lines(b"1 Purpose", line))))), io.BytesIO()
    with patch("secrets.token_bytes", bytes):
        writer.encrypt(user, owner, algorithm="AES-256")
        writer.write(out)
    return out.getvalue()


def _cut_update() -> bytes:
    """A file of one page to which eleven were appended, cut within what was appended: the first version is whole."""
    pages = [_lines(b"Page %d" % number) for number in range(1, 13)]
    appended = _file(*pages).split(b"\n", 1)[1]
    return _file(pages[0]) + appended[: len(appended) // 2]


def _many_pages(count: int, content: bytes, more: Objects | None = None) -> bytes:
    """A file of many pages that share their content."""
    pages = dict.fromkeys(range(100, 100 + count), b"<</Type/Page/Parent 2 0 R/Contents 5 0 R>>")
    tree = b"<</Type/Pages/Kids[%s]/Count %d%s/Resources<<%s>>>>" % (_refs(pages), count, BOX, FONTS)
    return _file(content, more={2: tree} | pages | (more or {}))


def _chain(count: int, link: bytes) -> Objects:
    """Objects from 10 on, each with a link to the next; the last links to none."""
    return {number: link % {b"next": number + 1} for number in range(10, 10 + count)}


def _bomb(times: int = 1) -> bytes:
    """Content of 1 GiB of blanks, deflated so many times: one mebibyte, whose deflated form is repeated."""
    deflate, block, checksum = zlib.compressobj(9), b" " * 2**20, 1
    first, other = (deflate.compress(block) + deflate.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    for _ in range(1024):
        checksum = zlib.adler32(block, checksum)
    data = first + other * 1023 + b"\x03\x00" + checksum.to_bytes(4, "big")
    for _ in range(times - 1):
        data = zlib.compress(data, 9)
    return _file(more={5: _stream(data, b"/Filter[%s]" % (b"/FlateDecode" * times))})


def _form(target: int, calls: int) -> bytes:
    """A form XObject that shows a text and draws another so many times."""
    entries = b"/Subtype/Form/BBox[0 0 612 792]/Resources<<%s/XObject<</X %d 0 R>>>>" % (FONTS, target)
    return _stream(TEXT + b" /X Do" * calls, entries)


def _wide(widths: bytes) -> bytes:
    """A page of a composite font with these widths."""
    kid = b"<</Type/Font/Subtype/CIDFontType2/BaseFont/A/W[%s]>>" % widths
    font = b"<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/DescendantFonts[%s]>>" % kid
    return _file(more={3: font})


def _cmap(kind: bytes, *entries: bytes) -> bytes:
    """A ToUnicode stream of characters or ranges."""
    return _flate(b"begincmap\nbeginbf%s\n%s\nendbf%s\nendcmap" % (kind, b"\n".join(entries), kind))


MAPPED = FONT[:-2] + b"/ToUnicode 10 0 R>>"
SWOLLEN = _cmap(b"char", b"<61> <%s>" % (b"0061" * 256))
SIGNS = b"D800 0000 202E E000 FFFF DC00 001B DBFFDFFF 200B 000A 0301 DB40DC41".split()


def _outline(more: Objects) -> bytes:
    """A page, and bookmarks that begin at object 10."""
    return _file(root=b"/Outlines<</First 10 0 R/Last 10 0 R/Count 1>>", more=more)


def _tagged(more: Objects) -> bytes:
    """A page of marked text, and a structure tree whose first element is object 10."""
    tree = {8: b"<</Type/StructTreeRoot/K 10 0 R>>"}
    text = b"/P<</MCID 0>>BDC " + TEXT + b" EMC"
    return _file(text, page=BOX + b"/StructParents 0", root=b"/StructTreeRoot 8 0 R", more=tree | more)


ELEMENT = b"<</Type/StructElem/S/P/P 8 0 R/Pg 4 0 R/K %s>>"
URIS = (
    *b"javascript:alert\\(1\\) file:///etc/passwd \\000\\033]8;;".split(),
    b"\xfe\xff\xd8",
    b"http://" + b"a" * 70_000,
)
ANNOTATIONS = b"""7 null true (text) /Name [] [10 0 R] 99 0 R 2 0 R 10 0 R 4 0 R <<>> <</Subtype/Link>> <</Subtype 7>>
    <</Subtype/Link/Rect[(a)(b)/c null]/A<</S/URI/URI(http://example.org/)>>>> <</Subtype/Link/Rect[0 0 9]/A[]>>
    <</Subtype/Link/Rect[9 9 0 0]/A<</S/JavaScript/JS(app.alert\\(1\\))>>>> <</Subtype/Link/Rect[0 0 9 9]/A 10 0 R>>
    <</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI 7>>>> <</Subtype/Link/Rect[0 0 9 9]/A<</S/Launch/F(x.exe)>>>>
    <</Subtype/Link/Rect[0 0 9 9]/Dest[4 0 R/XYZ/a(b)null]>> <</Subtype/Link/Rect[0 0 9 9]/Dest(nowhere)>>
    """ + b"".join(b"<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(%s)>>>>" % uri for uri in URIS)
POPUP = b"<</Subtype/Popup/Rect[-99999999999 0 .-. null]/Parent 10 0 R/Popup 10 0 R/A<</S/URI/Next 10 0 R>>>>"
NO_NUMBERS = b"""BT /F1 (nan) Tf (nan) 0 0 (inf) /x null Tm (a) Tj 1 0 0 Tm (b) Tj [1] 2 Td 9 (x) TD T* (c) Tj ET
    (nan) (nan) (nan) (nan) (nan) (nan) cm --1 +-2 1.2.3 .-. 1e308 nan cm 0 0 0 0 0 0 cm Q Q Q q """
NO_OPERANDS = b"""BT Tj TJ Tf Td Tm TD ' " 7 Tj /a Tj null Tj [/a/b null[(c)](d)<</e(f)>>] TJ (g) TJ /F9 12 Tf (h) Tj
    /F1 Tf /F1 /x Tf 3 0 Tf 1 2 " (a) (b) (i) " BDC /P BDC 7 8 BDC /P /Missing BDC /P<</MCID(x)>>BDC EMC EMC EMC EMC
    Do 7 Do /Missing Do (x) TL /x Tz null Tc [] Tw (j) ' sh gs BX EX unknown ET ET """
INFO = b"/Author/Na#6De#00/Producer<FEFFD800>/Subject 7/Keywords[1 2]/CreationDate(D:99999999)/Title<FEFF%s>" % (
    b"0000001B005B00330031006D202E000A000D0041" * 10_000
)

HOSTILE: dict[str, Callable[[], bytes]] = {
    # No PDF, or only a part of one.
    "empty": bytes,
    "html": lambda: b"<!DOCTYPE html>\n<title>404</title>\n<h1>Not Found</h1>\n" + b"<p>Try again.</p>\n" * 99,
    "text": lambda: b"1 Purpose\nThis is no PDF, whatever its name says.\n",
    "cut_off": lambda: (file := _file(*[TEXT] * 12))[: len(file) // 2],
    "cut_off_update": _cut_update,
    "cut_off_mark": lambda: _file()[:-3],  # nothing is missing but the last of %%EOF
    "bad_xref": lambda: _file().replace(b"\n", b"\n%" + b"-" * 40 + b"\n", 1),
    "missing_objects": lambda: _file(more={2: b"<</Kids[4 0 R %s]>>" % _refs(range(99, 50_000))}),
    # No text, or none without a password.
    "zero_pages": lambda: _file(more={2: b"<</Type/Pages/Kids[]/Count 0>>"}),
    "image_only": lambda: _file(
        b"612 0 0 792 0 0 cm /X Do",
        resources=FORMS,
        more={10: _stream(b"\x7f" * 64, b"/Subtype/Image/Width 8/Height 8/BitsPerComponent 8/ColorSpace/DeviceGray")},
    ),
    "user_password": partial(_locked, "user", "owner", b"Only who knows the password may read this."),
    # Trees that never end, or end too deep.
    "cyclic_page_tree": lambda: _file(more={2: b"<</Type/Pages/Kids[4 0 R 10 0 R]>>", 10: b"<</Kids[2 0 R]>>"}),
    "self_parent": lambda: _file(more={2: b"<</Type/Pages/Kids[4 0 R 2 0 R]/Count 2/Parent 2 0 R>>"}),
    "parent_loop": lambda: _file(more={4: b"<</Type/Page/Parent 4 0 R/Contents 5 0 R>>"}),
    "deep_page_tree": lambda: _file(more={2: b"<</Kids[4 0 R 10 0 R]>>"} | _chain(5000, b"<</Kids[%(next)d 0 R]>>")),
    "deep_arrays": lambda: _file(TEXT, b"[" * 100_000 + TEXT, TEXT),
    "deep_arrays_object": lambda: _file(page=BOX + b"/PieceInfo " + b"[" * 100_000),
    "outline_cycle": lambda: _outline({10: b"<</Title(Part)/Dest[4 0 R/Fit]/First 10 0 R/Next 10 0 R/Parent 10 0 R>>"}),
    "outline_fan_out": lambda: _outline(_chain(50, b"<</Title(Part)/First %(next)d 0 R/Next %(next)d 0 R>>")),
    "deep_outline": lambda: _outline(_chain(5000, b"<</Title(Part)/Dest[4 0 R/Fit]/First %(next)d 0 R>>")),
    "struct_tree_cycle": lambda: _tagged({10: ELEMENT % b"[0 10 0 R 11 0 R 8 0 R]", 11: ELEMENT % b"10 0 R"}),
    "deep_struct_tree": lambda: _tagged(_chain(50_000, ELEMENT % b"[0 %(next)d 0 R]")),
    "page_label_loop": lambda: _file(root=b"/PageLabels 10 0 R", more={10: b"<</Limits[0 99]/Kids[10 0 R]>>"}),
    # Small files that want much time or memory.
    "slow_content": lambda: _file(more={5: _flate(b"BT /F1 9 Tf (%s) Tj" % (b"a" * 8_000_000) + b"(b) Tj " * 400_000)}),
    "zlib_bomb": _bomb,
    "nested_flate_bomb": partial(_bomb, 2),
    "ascii85_bomb": lambda: _file(more={5: _flate(b"+<VdL" * 6_500_000 + b"~>", b"/ASCII85Decode")}),
    "run_length_bomb": lambda: _file(more={5: _flate(b"\x01  " * 24_900_000 + b"\x80", b"/RunLengthDecode")}),
    "text_bomb": lambda: _many_pages(500, _lines(b"a" * 100_000), {3: MAPPED, 10: SWOLLEN}),
    "font_bomb": lambda: _file(
        resources=b"/Font<<%s>>" % b"".join(b"/F%d 3 0 R" % number for number in range(100)),
        more={3: MAPPED, 10: _cmap(b"range", b"<0000> <FFFF> <0000>")},
    ),
    "many_pages": lambda: _many_pages(20_000, _lines(b"x")),
    "xobject_fan_out": lambda: _file(
        TEXT + b" /X Do", resources=FORMS, more={n: _form(n + 1, 10) for n in range(10, 20)}
    ),
    "cyclic_xobject": lambda: _file(TEXT + b" /X Do", resources=FORMS, more={10: _form(11, 2), 11: _form(10, 2)}),
    "huge_font_widths": partial(_wide, b"0 2000000000 500"),
    "odd_font_widths": partial(_wide, b"null (a) /b 7 [null (a)] 2000000000 2000000001 500"),
    "huge_tounicode": lambda: _file(more={3: MAPPED, 10: _cmap(b"range", b"<00000000> <7FFFFFFF> <0000>")}),
    # Odd, but most of it can be read.
    "annotation_loop": lambda: _file(page=BOX + b"/Annots[%s]" % ANNOTATIONS, more={10: POPUP}),
    "nan_matrices": lambda: _file(
        TEXT, NO_NUMBERS + TEXT, b"(1e308) 0 0 1 0 0 cm " + TEXT, b"9" * 99 + b" Tc " + TEXT, TEXT
    ),
    "odd_operands": lambda: _file(TEXT, NO_OPERANDS + TEXT, b"BI /W 9 /H 9 ID " + TEXT, TEXT),
    "null_bytes": lambda: _file(
        _lines(b"1 Purpose", b"ABCDEFGHIJKL and \\000\\001\\200\\377"),
        more={3: MAPPED, 10: _cmap(b"char", *(b"<%02X> <%s>" % pair for pair in enumerate(SIGNS, start=0x41)))},
    ),
    "huge_mediabox": lambda: _file(page=b"/MediaBox[0 0 1000000000 1000000000]"),
    "negative_mediabox": lambda: _file(page=b"/MediaBox[612 792 0 0]/CropBox[0 0 -9 -9]"),
    "zero_mediabox": lambda: _file(page=b"/MediaBox[0 0 0 0]"),
    "missing_mediabox": lambda: _file(page=b""),
    "odd_mediabox": lambda: _file(page=b"/MediaBox[(a) null /b]/CropBox 7"),
    "rotation_45": lambda: _file(page=BOX + b"/Rotate 45"),
    "name_escapes": lambda: _file().replace(b"/Info<<", b"/Info<<" + INFO),
}

OWNER_LOCKED: Callable[[], bytes] = partial(_locked, "", "owner", b"This text is locked against copying only.")


def write(kind: str, folder: Path) -> Path:
    """Write the file of one kind into a folder, under the name of the kind."""
    path = folder / f"{kind}.pdf"
    path.write_bytes(HOSTILE[kind]())
    return path
