from __future__ import annotations

import base64
import html
import io
import struct
import time
import zlib
from html.parser import HTMLParser
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from amal_attention.notebook.outputs import Room, outputs_html
from amal_attention.notebook.pictures import safe_jpeg, safe_png

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"


class Tags(HTMLParser):
    """The tags of a page with their attributes, as a browser sees them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def shown(*outputs: Any, room: Room | None = None) -> str:
    return outputs_html(list(outputs), "Cell 4", room or Room())


def tags(*outputs: Any) -> list[tuple[str, dict[str, str | None]]]:
    return Tags(shown(*outputs)).tags


def text(*outputs: Any) -> str:
    return "".join(Tags(shown(*outputs)).texts)


def display(**data: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {name.replace("_", "/", 1): value for name, value in data.items()}}


def stream(text: Any, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def picture(kind: str, **options: Any) -> bytes:
    drawn = io.BytesIO()
    image = Image.new("RGB", (7, 5), "red")
    image.putpixel((3, 2), (0, 0, 255))
    image.save(drawn, kind, **options)
    return drawn.getvalue()


def encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def of_image(page: str) -> bytes:
    (source,) = [attributes["src"] for tag, attributes in Tags(page).tags if tag == "img"]
    return base64.b64decode((source or "").partition("base64,")[2])


def test_printed_text_is_text():
    assert text(stream(HOSTILE)) == HOSTILE
    assert [tag for tag, _ in tags(stream(HOSTILE))] == ["pre"]


def test_what_is_printed_in_pieces_stands_in_one():
    assert text(stream(["a\n", "b"]), stream("c\n"), stream("d")) == "a\nbc\nd"
    assert len(tags(stream("a"), stream("b", "stderr"), stream("c"))) == 3


def test_colours_of_a_terminal_are_left_out_and_other_signs_made_visible():
    assert text(stream("\x1b[1;31mred\x1b[0m \x1b]0;title\x07\x1b[2Jx\x00\u202e")) == r"red x\x00\u202e"


def test_of_a_progress_bar_the_last_state_is_shown():
    assert text(stream("10 %\r50 %\r100 %\nnext\r\nlast\r")) == "100 %\nnext\nlast"


def test_a_long_text_is_cut_in_its_middle():
    cut = text(stream("a" * 6000 + "b" * 1_000_000 + "c" * 2000))
    assert cut == "a" * 6000 + "\n… 1,000,000 characters are left out …\n" + "c" * 2000


def test_an_error_is_shown_with_its_traceback():
    raised = {"output_type": "error", "ename": "E", "evalue": HOSTILE, "traceback": ["\x1b[31mline 1", HOSTILE]}
    assert text(raised) == f"line 1\n{HOSTILE}"
    assert text({"output_type": "error", "ename": "E", "evalue": HOSTILE}) == f"E: {HOSTILE}"


def test_html_is_shut_in_a_frame_that_may_do_nothing():
    ((_, _), (tag, attributes)) = tags(display(text_html=f"<b>map</b>{HOSTILE}</iframe>", text_plain=HOSTILE))
    assert tag == "iframe" and attributes["sandbox"] == ""
    assert (attributes["srcdoc"] or "").endswith(f"<b>map</b>{HOSTILE}</iframe>")
    assert attributes["title"] == f"Cell 4, output 1: {HOSTILE}"


@pytest.mark.parametrize("tag", ["link", "meta", "base", "LINK", "Meta", "link/", "base\n"])
def test_tags_that_reach_out_of_a_frame_are_defused(tag: str):
    ((_, _), (_, attributes)) = tags(display(text_html=f"<{tag} href='//x.test' rel=preconnect>a<linked>b<metal>"))
    inside = Tags((attributes["srcdoc"] or "").partition("</style>")[2])
    assert [tag for tag, _ in inside.tags] == ["linked", "metal"]


def test_a_picture_stands_as_data_beside_its_name():
    ((_, _), (tag, attributes)) = tags(display(image_png=encoded(picture("png")), text_plain=f"a\n{HOSTILE}"))
    assert tag == "img" and set(attributes) == {"src", "alt"}
    assert (attributes["src"] or "").startswith("data:image/png;base64,")
    assert attributes["alt"] == f"Cell 4, output 1: a {HOSTILE}"


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_a_picture_keeps_its_points_and_loses_all_else(kind: str):
    about = PngImagePlugin.PngInfo()
    about.add_text("secret", "secret")
    options = {"pnginfo": about} if kind == "png" else {"comment": b"secret", "icc_profile": b"secret" * 9}
    raw = picture(kind, **options) + b"<script>secret"
    assert b"secret" in raw
    kept = of_image(shown(display(**{f"image_{kind}": encoded(raw)})))
    assert b"secret" not in kept and len(kept) < len(raw)
    before, after = (Image.open(io.BytesIO(each)).convert("RGB").tobytes() for each in (raw, kept))
    assert before == after and len(after) == 3 * 7 * 5


@pytest.mark.parametrize("options", [{"progressive": True}, {"exif": b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00"}])
def test_other_kinds_of_jpeg_are_shown_too(options: dict[str, Any]):
    kept = safe_jpeg(picture("jpeg", **options))
    assert kept is not None and b"Exif" not in kept
    assert Image.open(io.BytesIO(kept)).size == (7, 5)
    Image.open(io.BytesIO(kept)).load()


def png_of(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def test_a_picture_that_would_fill_the_memory_is_refused():
    assert safe_png(png_of(4000, 5000)) is not None
    assert safe_png(png_of(5000, 4001)) is None
    assert safe_png(png_of(0, 10)) is None
    jpeg = picture("jpeg")
    assert jpeg.count(b"\x00\x05\x00\x07") == 1
    assert safe_jpeg(jpeg.replace(b"\x00\x05\x00\x07", b"\xff\xff\xff\xff")) is None


@pytest.mark.parametrize("check, kind", [(safe_png, "png"), (safe_jpeg, "jpeg")])
def test_what_is_no_whole_picture_is_refused(check: Any, kind: str):
    raw = picture(kind)
    assert check(raw) is not None
    for end in range(len(raw) - 1):
        kept = check(raw[:end])
        assert kept is None, "the end is what closes it"
    assert check(b"GIF89a" + raw) is None and check(HOSTILE.encode()) is None
    assert check(raw[:8] + raw) is None


@pytest.mark.parametrize("damaged", ["!", "AAAA", "=", HOSTILE, "é", "\ud800"])
def test_in_place_of_a_damaged_picture_stands_its_text(damaged: str):
    assert text(display(image_png=damaged, text_plain="<Figure>")) == "<Figure>"
    assert "cannot be shown (image/png)" in text(display(image_png=damaged))


def test_a_drawing_stands_in_an_image_from_its_first_tag_on():
    prologue = '<?xml version="1.0"?>\n<!DOCTYPE svg [<!ENTITY a "aaaa">]>\n'
    drawing = '<svg xmlns="http://www.w3.org/2000/svg"><g fill="red"><path d="M0 0"></path></g></svg>'
    page = shown(display(**{"image_svg+xml": prologue + drawing}))
    assert of_image(page).decode() == drawing
    assert [tag for tag, _ in Tags(page).tags] == ["div", "img"]


def test_a_picture_comes_before_a_table_and_a_table_before_text():
    both = display(image_png=encoded(picture("png")), text_html="<b>", text_plain="x")
    assert [tag for tag, _ in tags(both)] == ["div", "img"]
    del both["data"]["image/png"]
    assert [tag for tag, _ in tags(both)] == ["div", "iframe"]
    del both["data"]["text/html"]
    assert [tag for tag, _ in tags(both)] == ["pre"]


def test_what_cannot_be_shown_is_named():
    assert text({"output_type": "execute_result", "data": {f"application/{HOSTILE[:20]}": "x"}}) == (
        f"Cell 4, output 1: cannot be shown (application/{HOSTILE[:20]})"
    )


@pytest.mark.parametrize("large", [{"image_png": "A" * 3_000_000}, {"text_html": "a" * 700_000}])
def test_what_is_too_large_is_left_out(large: dict[str, str]):
    assert "left out" in text(display(**large)) and len(shown(display(**large))) < 200


def test_a_page_takes_no_more_than_it_has_room_for():
    room = Room(1000)
    outputs = [display(text_plain="a" * 300) for _ in range(9)]
    page = shown(*outputs, room=room)
    assert page.count("a" * 300) == 2 and page.count("left out") == 7
    assert 0 <= room.left < 400


def test_a_cell_shows_no_more_than_thirty_outputs():
    page = shown(*(display(text_plain=f"[{n}]") for n in range(50)))
    assert "[29]" in page and "[30]" not in page and "more outputs are left out" in page


@pytest.mark.parametrize(
    "strange",
    [
        *(None, 7, "text", [], {}, {"output_type": []}, {"output_type": "error"}, {"output_type": "display_data"}),
        *({"output_type": "display_data", "data": 3}, display(text_plain=7)),
        *(stream(None), stream([3, None]), stream("", "?")),
    ],
)
def test_a_strange_output_is_no_error(strange: Any):
    assert text(strange) in ("", "Cell 4, output 1: cannot be shown (text/plain)")


@pytest.mark.parametrize("sign", ["<", "\r", "\x1b[", "\x1b]", "<meta", "\t", "&", "\x1b[0", "<a "])
def test_hostile_signs_take_no_longer_than_others(sign: str):
    long = sign * (590_000 // len(sign))
    began = time.process_time()
    shown(stream(long), display(text_html=long), display(**{"image_svg+xml": long}))
    assert time.process_time() - began < 3


def test_lone_surrogates_never_reach_the_page():
    page = shown(stream("\ud800"), display(text_html="\ud800"), display(**{"image_svg+xml": "<svg>\ud800"}))
    assert html.unescape(page).encode()
