#!/usr/bin/env python3
"""What a handy colleague would write instead of inzage: viewer events in, a zip out.

    peer.py WORDS.json EVENTS.ndjson BUNDLE.zip

WORDS.json is what inzage says of events and fields, so that the texts are the
same. The zip holds one row per event in a workbook of XlsxWriter with
constant_memory, in sheets of 250,000 rows; the same rows as CSV and as HTML
pages of 5,000 rows; every field of every event with its text, class and reason
as JSON lines; the events themselves; and a list of hashes. E-mail addresses are
replaced by pseudonyms.

What it does not do is in its favour: it reads its input once, so it knows no
other person by name; it puts no value into words, looks for no duplicates,
sorts nothing, repairs nothing, has no other sheets, no legal texts and no
letter, and signs nothing.
"""
import csv
import hashlib
import html
import io
import json
import os
import re
import sys
import tempfile
import zipfile

import xlsxwriter

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}")
UNKNOWN = {"class": "unknown", "layer": "none", "rule": "", "text": "?", "why": "?"}
NO_EVENT = {"app": "", "title": "?", "text": "?", "about": "", "kind": "", "class": "unknown", "layer": "none"}
KINDS = {bool: "bool", type(None): "null"}
SHEET, PAGE = 250_000, 5_000


class Number(str):
    """A number with the digits of the source."""


class Pairs(list):
    """An object, keys that come twice included."""


def leaves(path, value, out):
    if isinstance(value, Pairs):
        for key, v in value:
            leaves(f"{path}.{key}" if path else key, v, out)
    elif isinstance(value, list):
        for i, v in enumerate(value):
            leaves(f"{path}[{i}]", v, out)
    else:
        out.append((path, value))


class Colleagues(dict):
    def __missing__(self, address):
        self[address] = f"[collega {len(self) + 1}]"
        return self[address]

    def mask(self, text):
        return ADDRESS.sub(lambda m: self[m[0].lower()], text) if "@" in text else text


class Part:
    """One file in the zip, hashed while it is written."""

    def __init__(self, bundle, name, hashes):
        self.file, self.name, self.hashes = bundle.open(name, "w", force_zip64=True), name, hashes
        self.buffer, self.digest = io.BytesIO(), hashlib.sha256()

    def write(self, data):
        self.buffer.write(data)
        if self.buffer.tell() >= 1 << 16:
            self.flush()

    def flush(self):
        data = self.buffer.getvalue()
        self.digest.update(data)
        self.file.write(data)
        self.buffer = io.BytesIO()

    def close(self):
        self.flush()
        self.file.close()
        self.hashes[self.name] = self.digest.hexdigest()


def field(path, value, facts, people):
    kind = "number" if isinstance(value, Number) else KINDS.get(type(value), "string")
    if isinstance(value, str):
        value = people.mask(value)
    elif value is not None:
        value = json.dumps(value)
    return {"path": path, "value": value, "type": kind, **facts.get(path, UNKNOWN)}


def pages(rows, bundle, hashes):
    """Reads the CSV back, since only one part of a zip can be written at a time."""
    part, number = None, 0
    for n, row in enumerate(rows):
        if n % PAGE == 0:
            if part:
                part.write(b"</tbody></table></body></html>")
                part.close()
            number += 1
            part = Part(bundle, f"bundle-{number}.html", hashes)
            part.write(b'<!DOCTYPE html><html lang="nl"><head><meta charset="utf-8"><title>Tijdlijn</title></head><body><table><tbody>\n')
        part.write(("<tr><td>" + "</td><td>".join(html.escape(c) for c in row) + "</td></tr>\n").encode())
    if part:
        part.write(b"</tbody></table></body></html>")
        part.close()


def main(words_path, source, target):
    with open(words_path, encoding="utf-8") as f:
        words = json.load(f)
    events, fields, people, hashes = words["events"], words["fields"], Colleagues(), {}
    with tempfile.TemporaryDirectory() as temp, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as bundle:
        book_path, csv_path = os.path.join(temp, "book.xlsx"), os.path.join(temp, "timeline.csv")
        book = xlsxwriter.Workbook(book_path, {"constant_memory": True, "tmpdir": temp, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
        sheet, row = None, 0
        lines = Part(bundle, "machine/records.jsonl", hashes)
        decode = json.JSONDecoder(object_pairs_hook=Pairs, parse_float=Number, parse_int=Number).decode
        encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
        with open(source, encoding="utf-8") as dump, open(csv_path, "w", newline="", encoding="utf-8") as flat:
            table = csv.writer(flat, delimiter=";")
            offset = 0
            for number, line in enumerate(dump, 1):
                found = []
                leaves("", decode(line), found)
                known = dict(found)
                name, time = known.get("name", ""), known.get("time", "")
                says, facts = events.get(name, NO_EVENT), fields.get(name, {})
                lines.write(encode({
                    "source": "dataviewer", "file": source, "position": {"record": number, "offset": offset}, "event": name, "time": time, **says,
                    "fields": [field(p, v, facts, people) for p, v in found],
                }).encode() + b"\n")
                offset += len(line)
                cells = [time, says["app"], says["title"], says["text"], says["about"], says["kind"], says["class"], says["layer"], source, number, name]
                table.writerow(cells)
                if sheet is None or row == SHEET:
                    sheet, row = book.add_worksheet(), 0
                for column, cell in enumerate(cells):
                    if column == 9:
                        sheet.write_number(row, column, cell)
                    else:
                        sheet.write_string(row, column, cell)
                row += 1
        lines.close()
        book.close()
        with open(csv_path, newline="", encoding="utf-8") as flat:
            pages(csv.reader(flat, delimiter=";"), bundle, hashes)
        for path, name, method in ((book_path, "book.xlsx", zipfile.ZIP_STORED), (csv_path, "timeline.csv", None), (source, "raw/events.ndjson", None)):
            with open(path, "rb") as f:
                hashes[name] = hashlib.file_digest(f, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else hashlib.sha256(f.read()).hexdigest()
            bundle.write(path, name, method)
        bundle.writestr("manifest.json", json.dumps(hashes))


main(sys.argv[1], sys.argv[2], sys.argv[3])
