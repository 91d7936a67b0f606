import logging
import struct
from io import BytesIO

import pytest
from django.conf import settings
from PIL import ExifTags, Image, ImageChops, ImageCms
from PIL.PngImagePlugin import PngInfo

from profiles.images import render_document
from profiles.tests.factories import picture
from profiles.tests.pictures import (
    chunk,
    close,
    large,
    opened,
    red_and_green_swapped,
    rendered,
    saved,
    segment,
    speckled,
    with_segments,
    zipped,
)
from pupmatch.lib.answers import MAX_WHOLE_BYTES


@pytest.mark.requirement("R3.6")
class TestRenditions:
    @pytest.mark.parametrize(
        ("size", "expected"),
        [
            ((3000, 2000), {"small": (320, 213), "medium": (640, 427), "large": (1280, 853)}),
            ((2000, 3000), {"small": (320, 480), "medium": (640, 960), "large": (1280, 1920)}),
            ((500, 400), {"small": (320, 256), "medium": (500, 400), "large": (500, 400)}),
            ((10, 8), {"small": (10, 8), "medium": (10, 8), "large": (10, 8)}),
            ((200, 4000), {"small": (32, 640), "medium": (64, 1280), "large": (128, 2560)}),
        ],
    )
    @pytest.mark.parametrize("format", ["JPEG", "PNG"])
    def test_they_fit_and_are_never_enlarged(self, size, expected, format):
        files = rendered(picture(*size, format)).files
        assert {name: opened(content).size for name, content in files.items()} == expected

    def test_a_large_photo_is_as_sharp_as_it_should_be(self):
        """Against a plain reduction of the whole picture, which takes five times as long."""
        noise = Image.effect_noise((400, 300), 60).resize((4000, 3000), Image.Resampling.BICUBIC)
        photo = saved(noise.convert("RGB"), "JPEG", quality=95)
        ideal = noise.convert("RGB").resize((1280, 960), Image.Resampling.LANCZOS)
        difference = ImageChops.difference(large(photo), ideal).convert("L").tobytes()
        assert sum(difference) / len(difference) < 4

    def test_none_is_larger_than_what_is_handed_over_in_one_piece(self):
        """Else whoever reads it slowly keeps a thread of the web process."""
        content = saved(speckled((1280, 2560)))
        assert len(content) < settings.MAX_PHOTO_BYTES
        for file in (*rendered(content).files.values(), render_document(BytesIO(content))):
            assert len(file) <= MAX_WHOLE_BYTES

    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
    def test_every_exif_orientation_comes_out_upright(self, format, orientation):
        upright = Image.new("RGB", (80, 40), "white")
        upright.paste("red", (0, 0, 40, 20))
        upright.paste("blue", (40, 20, 80, 40))
        # As a camera held that way would store it: the inverse of what sets it right.
        lying = {
            1: None,
            2: Image.Transpose.FLIP_LEFT_RIGHT,
            3: Image.Transpose.ROTATE_180,
            4: Image.Transpose.FLIP_TOP_BOTTOM,
            5: Image.Transpose.TRANSPOSE,
            6: Image.Transpose.ROTATE_90,
            7: Image.Transpose.TRANSVERSE,
            8: Image.Transpose.ROTATE_270,
        }[orientation]
        stored = upright if lying is None else upright.transpose(lying)
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = orientation
        options = {"quality": 95} if format != "PNG" else {}
        found = rendered(saved(stored, format, exif=exif, **options))
        assert (found.width, found.height) == (80, 40)
        shown = opened(found.files["large"])
        assert shown.size == (80, 40)
        for spot, colour in (
            ((20, 10), (255, 0, 0)),
            ((60, 10), (255, 255, 255)),
            ((20, 30), (255, 255, 255)),
            ((60, 30), (0, 0, 255)),
        ):
            assert close(shown.getpixel(spot), colour)

    @pytest.mark.parametrize("value", [0, 9, 65535])
    def test_an_orientation_of_nonsense_is_none(self, value):
        assert rendered(picture(Orientation=value)).width == 64

    def test_damaged_exif_does_not_make_a_damaged_picture(self):
        jpeg = with_segments(picture(), segment(b"\xe1", b"Exif\0\0MM\0*\xff\xff\xff\xff\0\1"))
        assert rendered(jpeg).width == 64
        png = picture(format="PNG")
        at = png.index(b"IDAT") - 4
        assert rendered(png[:at] + chunk(b"eXIf", b"rubbish") + png[at:]).width == 64

    def test_cmyk(self):
        ink = Image.new("CMYK", (64, 48), (0, 255, 255, 0))
        assert close(large(saved(ink, "JPEG", quality=95)).getpixel((9, 9)), (255, 0, 0))

    def test_sixteen_bits_of_grey_are_scaled_and_not_cut_off(self):
        grey = Image.new("I;16", (64, 48), 0x8080)
        assert close(large(saved(grey)).getpixel((9, 9)), (128, 128, 128))
        white = Image.new("I;16", (64, 48), 0xFFFF)
        assert close(large(saved(white)).getpixel((9, 9)), (255, 255, 255))

    @pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
    def test_every_depth_of_png(self, mode):
        image = Image.new("RGB", (64, 48), "white").convert(mode)
        assert close(large(saved(image)).getpixel((9, 9)), (255, 255, 255))

    def test_a_palette_with_transparency(self):
        image = Image.new("P", (64, 48), 0)
        image.putpalette([255, 0, 0, 0, 0, 255])
        image.paste(1, (32, 0, 64, 48))
        shown = large(saved(image, transparency=0))
        assert close(shown.getpixel((10, 20)), (255, 255, 255))
        assert close(shown.getpixel((50, 20)), (0, 0, 255))

    @pytest.mark.parametrize(
        ("mode", "hidden"),
        [("RGBA", (255, 0, 0, 0)), ("LA", (0, 0))],
    )
    def test_transparent_parts_are_white_whatever_is_hidden_there(self, mode, hidden):
        image = Image.new(mode, (64, 48), hidden)
        assert close(large(saved(image)).getpixel((9, 9)), (255, 255, 255))

    @pytest.mark.parametrize(("mode", "marked"), [("RGB", (255, 0, 0)), ("L", 7)])
    def test_a_marked_colour_is_transparent_too(self, mode, marked):
        image = Image.new(mode, (64, 48), marked)
        assert close(large(saved(image, transparency=marked)).getpixel((9, 9)), (255, 255, 255))

    @pytest.mark.parametrize("alpha", [False, True])
    def test_colours_of_another_profile_are_brought_to_srgb(self, alpha):
        swapped = red_and_green_swapped()
        image = Image.new("RGBA" if alpha else "RGB", (64, 48), (250, 0, 0))
        shown = large(saved(image, icc_profile=swapped))
        red, green, _ = shown.getpixel((9, 9))
        assert green > 150
        assert green > red

    @pytest.mark.parametrize("profile", [b"rubbish", b"\0" * 128, b"\xff" * 4000])
    def test_a_broken_profile_leaves_the_numbers_as_they_are(self, profile):
        shown = large(saved(Image.new("RGB", (64, 48), (250, 0, 0)), icc_profile=profile))
        assert close(shown.getpixel((9, 9)), (250, 0, 0))

    def test_grey_with_a_profile_for_colours(self):
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        grey = saved(Image.new("L", (64, 48), 100), "JPEG", icc_profile=profile)
        assert close(large(grey).getpixel((9, 9)), (100, 100, 100))

    @pytest.mark.parametrize("size", [(64, 48), (4000, 10), (10, 4000), (1, 1)])
    def test_the_placeholder_is_short(self, size):
        noise = Image.effect_noise(size, 100).convert("RGB")
        assert 4 < len(rendered(saved(noise)).thumbhash) <= 60


SECRETS = [b"GPSLatitude", b"47.6097", b"Rex the dog's home", b"Canon", b"<script>", b"PK\x03\x04"]


@pytest.mark.requirement("R2.3", "R8.5")
class TestNothingElseIsKept:
    def revealing(self, format):
        exif = Image.Exif()
        exif[ExifTags.Base.Make] = "Canon"
        exif[ExifTags.Base.ImageDescription] = "Rex the dog's home"
        exif[ExifTags.Base.Orientation] = 6
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        gps[ExifTags.GPS.GPSLatitudeRef] = "N"
        gps[ExifTags.GPS.GPSLatitude] = (47.0, 36.0, 34.92)
        gps[ExifTags.GPS.GPSAreaInformation] = b"47.6097 -122.3331"
        xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>GPSLatitude 47.6097 <script></x:xmpmeta>"
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        options = {"exif": exif, "icc_profile": profile}
        if format == "PNG":
            options["pnginfo"] = PngInfo()
            options["pnginfo"].add_text("Comment", "Rex the dog's home")
            options["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp.decode())
        else:
            options["xmp"] = xmp
        if format == "JPEG":
            options["comment"] = b"Rex the dog's home"
        return saved(Image.new("RGB", (64, 48), "tan"), format, **options)

    @pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
    def test_no_metadata_is_in_any_rendition(self, format):
        sent = self.revealing(format) + zipped()
        assert any(secret in sent for secret in SECRETS)
        found = rendered(sent)
        assert (found.width, found.height) == (48, 64)
        for content in found.files.values():
            assert not any(secret in content for secret in SECRETS)
            shown = opened(content)
            assert not shown.getexif()
            assert set(shown.info) <= {"loop", "background", "timestamp", "duration"}
            # One chunk of pixels, and nothing behind it.
            assert content[12:16] == b"VP8 "
            assert struct.unpack("<I", content[4:8])[0] + 8 == len(content)
            assert struct.unpack("<I", content[16:20])[0] + 20 in (len(content), len(content) - 1)

    @pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
    def test_the_place_in_a_photo_is_not_logged_either(self, format, caplog):
        sent = self.revealing(format)
        with caplog.at_level(logging.DEBUG):
            rendered(sent)
        assert "34.92" not in caplog.text
        assert "47.6097" not in caplog.text
        assert "Rex" not in caplog.text
