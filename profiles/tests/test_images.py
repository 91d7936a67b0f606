import io
import re
import struct
import tracemalloc
import zlib

import pytest
from PIL import Image

from profiles import uploads
from profiles.images import (
    MAX_PIXELS,
    MAX_SCANS,
    EndlessImage,
    ImageTooLarge,
    ImageUnusable,
    NotAnImage,
    render,
)
from profiles.tests.factories import picture
from profiles.tests.pictures import (
    chunk,
    close,
    large,
    opened,
    rendered,
    saved,
    segment,
    with_segments,
    zipped,
)

pytestmark = pytest.mark.requirement("R2.3", "R3.2", "P4")

TEN_MB = 10_485_760


def two_scans(jpeg):
    """The same with its only scan once more."""
    return jpeg[:-2] + jpeg[jpeg.index(b"\xff\xda") :]


class TestWhatIsTaken:
    @pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
    def test_the_three_formats(self, format):
        found = rendered(picture(900, 600, format))
        assert (found.width, found.height) == (900, 600)
        assert found.byte_size == len(picture(900, 600, format))
        for content in found.files.values():
            assert opened(content).format == "WEBP"

    def test_several_pictures_in_one_jpeg_as_phones_make_them(self):
        """The first is taken."""
        first, second = Image.new("RGB", (64, 48), "red"), Image.new("RGB", (32, 24), "blue")
        multi = saved(first, "MPO", save_all=True, append_images=[second])
        assert opened(multi).format == "MPO"
        assert close(large(multi).getpixel((30, 20)), (255, 0, 0))
        assert rendered(multi).width == 64

    @pytest.mark.parametrize("format", ["PNG", "WEBP"])
    def test_of_an_animation_the_first_frame(self, format):
        frames = [Image.new("RGB", (64, 48), colour) for colour in ("red", "lime", "blue")]
        moving = saved(frames[0], format, save_all=True, append_images=frames[1:], duration=50)
        assert opened(moving).n_frames == 3
        still = large(moving)
        assert getattr(still, "n_frames", 1) == 1
        assert close(still.getpixel((30, 20)), (255, 0, 0))

    @pytest.mark.parametrize("size", [(1, 1), (1, 65500), (65500, 1), (3, 20_000), (16383, 2)])
    def test_the_thinnest_shapes(self, size):
        found = rendered(picture(*size))
        assert (found.width, found.height) == size
        assert len(found.thumbhash) <= 60

    @pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
    def test_ten_megabytes_exactly_and_not_a_byte_more(self, format):
        exactly = picture(format=format).ljust(TEN_MB, b"\0")
        assert uploads.render(io.BytesIO(exactly)).byte_size == TEN_MB
        with pytest.raises(uploads.PictureTooLarge):
            uploads.render(io.BytesIO(exactly + b"\0"))

    def test_a_name_says_nothing(self, tmp_path):
        named = tmp_path / "dog.txt"
        named.write_bytes(picture(format="PNG"))
        with named.open("rb") as file:
            assert render(file).width == 64


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\xff\xd8\xff",
            b"I am a dog, honestly.",
            b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n",
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100,
            b"\0\0\0\x1cftypavif\0\0\0\0avifmif1" + b"\0" * 100,
            b"%PDF-1.7\n",
            b"RIFF\x24\0\0\0WAVEfmt ",
            b"MZ" + b"\0" * 200,
            zipped(),
            picture(format="GIF"),
            picture(format="BMP"),
            picture(format="TIFF"),
            picture(format="ICO"),
            picture(format="PPM"),
            picture(format="TGA"),
        ],
        ids=[
            *("nothing", "jpeg-signature", "text", "svg", "eps", "heic", "avif", "pdf", "wav"),
            *("exe", "zip", "gif", "bmp", "tiff", "ico", "ppm", "tga"),
        ],
    )
    def test_anything_else(self, content):
        with pytest.raises(NotAnImage):
            rendered(content)

    @pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
    def test_half_a_picture(self, format):
        noise = Image.effect_noise((300, 200), 60).convert("RGB")
        whole = saved(noise, format)
        for part in (len(whole) // 2, len(whole) - 40):
            with pytest.raises((ImageUnusable, NotAnImage)):
                rendered(whole[:part])

    @pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
    def test_any_truncation_is_refused_in_words(self, format):
        whole = picture(format=format)
        for end in range(0, len(whole) - 20, 7):
            with pytest.raises((ImageUnusable, NotAnImage)):
                rendered(whole[:end])

    def test_a_png_whose_pixels_do_not_match_its_checksum(self):
        broken = bytearray(picture(format="PNG"))
        broken[broken.index(b"IDAT") + 6] ^= 0xFF
        with pytest.raises((ImageUnusable, NotAnImage)):
            rendered(bytes(broken))

    @pytest.mark.parametrize(
        ("format", "size"),
        [
            ("PNG", (5001, 5000)),
            ("WEBP", (4001, 4000)),
            ("JPEG", (8193, 6144)),
            ("PNG", (25_000_001, 1)),
        ],
    )
    def test_more_pixels_than_are_decoded(self, format, size):
        assert size[0] * size[1] > MAX_PIXELS[format]
        with pytest.raises(ImageTooLarge):
            rendered(picture(*size, format))

    def test_in_several_scans_fewer(self):
        """Their coefficients are all kept: six to eight bytes a pixel, however small it is shown."""
        size = (5001, 5000)
        assert rendered(picture(*size)).width == 5001
        progressive = saved(Image.new("L", size), "JPEG", progressive=True)
        with pytest.raises(ImageTooLarge):
            rendered(progressive)
        # Without the word for it, but as many scans as there are colours.
        with pytest.raises(ImageTooLarge):
            rendered(two_scans(picture(*size)))

    @pytest.mark.parametrize("size", [(12_000, 12_000), (2**31 - 1, 2**31 - 1)])
    def test_a_decompression_bomb_costs_next_to_nothing(self, size):
        header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 6, 0, 0, 0))
        pixels = chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000))
        bomb = b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND")
        tracemalloc.start()
        with pytest.raises(ImageTooLarge):
            rendered(bomb)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
        tracemalloc.stop()

    def test_a_text_chunk_that_unpacks_to_a_gigabyte(self):
        png = picture(format="PNG")
        bomb = chunk(b"zTXt", b"k\0\0" + zlib.compress(b"\0" * 200_000_000))
        at = png.index(b"IDAT") - 4
        with pytest.raises((ImageUnusable, NotAnImage)):
            rendered(png[:at] + bomb + png[at:])

    def test_a_jpeg_of_endless_scans(self):
        """Each scan makes the decoder go over all pixels again."""
        jpeg = saved(Image.new("RGB", (64, 48)), "JPEG", progressive=True)
        scans = [found.start() for found in re.finditer(b"\xff\xda", jpeg)]
        again = jpeg[scans[-1] : -2]
        ordinary = jpeg[:-2] + again * (MAX_SCANS - len(scans)) + b"\xff\xd9"
        assert rendered(ordinary).width == 64
        with pytest.raises(EndlessImage):
            rendered(jpeg[:-2] + again * (MAX_SCANS - len(scans) + 1) + b"\xff\xd9")

    def test_scans_in_metadata_or_behind_the_end_do_not_count(self):
        jpeg = picture()
        disguised = with_segments(jpeg, segment(b"\xe5", b"\xff\xda\0\2" * 500))
        assert rendered(disguised + b"\xff\xda\0\2" * 500).width == 64

    def test_a_jpeg_of_endless_segments(self):
        many = with_segments(picture(), segment(b"\xfe", b"") * 10_001)
        with pytest.raises(EndlessImage):
            rendered(many)
