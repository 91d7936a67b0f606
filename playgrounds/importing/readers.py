"""Rows of GeoJSON and CSV files, one at a time: a country's extract need not fit in memory."""

import csv
import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from playgrounds.importing.rows import Row, Unreadable
from pupmatch.lib.fields import NUMBER

CHUNK = 1 << 16
NOT_UTF_8 = "The file is not UTF-8."

LATITUDE_COLUMNS = ("latitude", "lat", "y", "lat_wgs84", "y_coord")
LONGITUDE_COLUMNS = ("longitude", "lon", "lng", "long", "x", "lon_wgs84", "x_coord")


class Reader:
    """The rows of a file, and what it says about itself before and after them (`members`).

    The text is to be opened with encoding="utf-8-sig" and newline="".
    """

    def __init__(self, text: TextIO) -> None:
        self.text = text
        self.members: dict[str, Any] = {}

    def __iter__(self) -> Iterator[Row]:
        try:
            yield from self._rows()
        except UnicodeDecodeError as error:
            raise Unreadable(NOT_UTF_8) from error
        except RecursionError as error:
            raise Unreadable("The file is nested too deeply.") from error

    def _rows(self) -> Iterator[Row]:
        raise NotImplementedError


class CSVReader(Reader):
    """A table with a header; columns named latitude and longitude, or as usual for them."""

    def _rows(self) -> Iterator[Row]:
        header = self.text.readline()
        delimiter = max(",;\t|", key=header.count)
        names = [
            name.strip().lower() for name in next(csv.reader([header], delimiter=delimiter), [])
        ]
        y = next((name for name in LATITUDE_COLUMNS if name in names), None)
        x = next((name for name in LONGITUDE_COLUMNS if name in names), None)
        if y is None or x is None:
            raise Unreadable("The table has no columns named latitude and longitude.")
        try:
            for number, cells in enumerate(csv.reader(self.text, delimiter=delimiter), 2):
                if any(cell.strip() for cell in cells):
                    properties = dict(zip(names, cells, strict=False))
                    yield Row(number, properties, _point(properties.get(x), properties.get(y)))
        except csv.Error as error:
            raise Unreadable(f"The table cannot be read: {error}.") from error


def _point(*texts: str | None) -> dict:
    # A comma is the decimal point of half of Europe.
    cells = [(text or "").strip().replace(",", ".") for text in texts]
    if not any(cells):
        return {}
    coordinates = [float(cell) if NUMBER.fullmatch(cell) else None for cell in cells]
    return {"type": "Point", "coordinates": coordinates}


class GeoJSONReader(Reader):
    """A FeatureCollection, or one Feature. Its features are decoded one by one."""

    def _rows(self) -> Iterator[Row]:
        scanner = _Scanner(self.text)
        scanner.take("{")
        has_features = False
        while scanner.peek() != "}":
            name = str(scanner.value())
            scanner.take(":")
            if name == "features" and scanner.peek() == "[":
                has_features = True
                for number, feature in enumerate(scanner.elements(), 1):
                    yield _row(number, feature)
            else:
                self.members[name] = scanner.value()
            if scanner.peek() == ",":
                scanner.take(",")
        if self.members.get("type") == "Feature":
            yield _row(1, self.members)
        elif not has_features:
            raise Unreadable("There are no features in the file.")


def _row(number: int, feature: Any) -> Row:
    if not isinstance(feature, dict):
        return Row(number, {})
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        properties = {}
    by_name = {name.lower(): value for name, value in properties.items()}
    return Row(number, by_name, feature.get("geometry"), feature.get("id"))


def _whole_number(digits: str) -> int | float:
    # Python refuses thousands of digits with an error of its own; as a float they are infinite.
    return int(digits) if len(digits) < 20 else float(digits)


class _Scanner:
    """Takes a JSON text apart at the top, holding no more than one value of it."""

    WHITE = re.compile(r"[ \t\r\n]*")

    def __init__(self, text: TextIO) -> None:
        self.text = text
        self.decoder = json.JSONDecoder(parse_int=_whole_number)
        self.buffer, self.at, self.ended = "", 0, False

    def peek(self) -> str:
        """The next character that is not white."""
        while True:
            self.at = self.WHITE.match(self.buffer, self.at).end()  # type: ignore[union-attr]
            if self.at < len(self.buffer) or self.ended:
                return self.buffer[self.at : self.at + 1]
            self._read_on()

    def take(self, character: str) -> None:
        """Step over this character; raises Unreadable when there is another."""
        if self.peek() != character:
            raise self._unreadable()
        self.at += 1

    def value(self) -> Any:
        """The next value, whole."""
        self.peek()
        while True:
            try:
                value, end = self.decoder.raw_decode(self.buffer, self.at)
            except ValueError as error:
                if self.ended:
                    raise self._unreadable() from error
            else:
                # A number at the very end of the buffer may go on in the file.
                if end < len(self.buffer) or self.ended:
                    self.at = end
                    return value
            self._read_on()

    def elements(self) -> Iterator[Any]:
        """The values of an array."""
        self.take("[")
        while self.peek() != "]":
            yield self.value()
            if self.peek() != "]":
                self.take(",")
        self.take("]")

    def _read_on(self) -> None:
        rest = self.buffer[self.at :]
        # As much again as there is, so that a large value is not decoded over and over.
        read = self.text.read(max(CHUNK, len(rest)))
        self.buffer, self.at, self.ended = rest + read, 0, not read

    def _unreadable(self) -> Unreadable:
        near = self.buffer[self.at : self.at + 40]
        return Unreadable(
            f"This is not GeoJSON, from {near!r} on." if near else "The file breaks off."
        )


def reader_for(text: TextIO, name: str) -> Reader:
    """The reader for a file, by its name and else by how it begins."""
    if name.lower().endswith((".csv", ".tsv", ".txt")):
        return CSVReader(text)
    if name.lower().endswith((".geojson", ".json")):
        return GeoJSONReader(text)
    try:
        begins_like_json = text.read(100).lstrip().startswith("{")
    except UnicodeDecodeError as error:
        raise Unreadable(NOT_UTF_8) from error
    text.seek(0)
    return GeoJSONReader(text) if begins_like_json else CSVReader(text)
