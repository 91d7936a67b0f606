"""Playgrounds out of open data: GeoJSON and CSV files, dirty as they are published.

`readers` makes rows of a file, `datasets` knows what its columns mean (`osm`, `tables`), `service`
compares with what is stored and writes the difference.
"""
