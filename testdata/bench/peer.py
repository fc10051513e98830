#!/usr/bin/env python3
"""What a handy colleague would write instead of inzage: viewer events in, a zip out.

    peer.py EVENTS.ndjson BUNDLE.zip

One row per event in a workbook of XlsxWriter with constant_memory, sheets of
250,000 rows; the same rows as CSV; every field of every event with a text and a
class in JSON lines; the events themselves; and a list of hashes. Texts come from
a dictionary that is filled when a name is first met. It does not mask other
people, has no page to read, no other sheets and no legal texts, sorts nothing
and repairs nothing: that is in its favour.
"""
import csv
import hashlib
import io
import json
import os
import sys
import tempfile
import zipfile

import xlsxwriter


def leaves(path, value, out):
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        for key, v in value:
            leaves(f"{path}.{key}" if path else key, v, out)
    elif isinstance(value, list) and value:
        for i, v in enumerate(value):
            leaves(f"{path}[{i}]", v, out)
    else:
        out.append((path, value if isinstance(value, str) else json.dumps(value)))


class Words(dict):
    def __missing__(self, name):
        text = f"Microsoft legde {name.replace('.', ' ').replace('_', ' ')} vast over uw gebruik van het programma."
        kind = "linked-usage" if len(name) % 3 else "device-or-software"
        self[name] = (text, kind)
        return self[name]


def main(source, target):
    words, hashes = Words(), {}
    with tempfile.TemporaryDirectory() as temp, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as bundle:
        book_path, csv_path = os.path.join(temp, "book.xlsx"), os.path.join(temp, "timeline.csv")
        book = xlsxwriter.Workbook(book_path, {"constant_memory": True, "tmpdir": temp, "strings_to_formulas": False, "strings_to_urls": False})
        sheet, row = None, 0
        with open(source, encoding="utf-8") as events, open(csv_path, "w", newline="", encoding="utf-8") as flat, \
                bundle.open("machine/records.jsonl", "w", force_zip64=True) as lines:
            table, digest = csv.writer(flat, delimiter=";"), hashlib.sha256()
            out = io.BufferedWriter(lines, 1 << 16)
            for number, line in enumerate(events, 1):
                fields = []
                leaves("", json.loads(line, object_pairs_hook=lambda pairs: pairs or {}, parse_float=str, parse_int=str), fields)
                known = dict(fields)
                name = known.get("name", "")
                text, kind = words[name]
                cells = [known.get("time", ""), name.split(".")[0], name, text, "usage", kind, "composed", source, number, name]
                if sheet is None or row == 250_000:
                    sheet, row = book.add_worksheet(), 0
                for column, cell in enumerate(cells):
                    sheet.write(row, column, cell)
                row += 1
                table.writerow(cells)
                record = json.dumps({
                    "event": name, "text": text, "class": kind, "position": number,
                    "fields": [{"path": p, "value": v, "text": words[p][0], "class": words[p][1]} for p, v in fields],
                }, ensure_ascii=False).encode() + b"\n"
                digest.update(record)
                out.write(record)
            out.flush()
            hashes["machine/records.jsonl"] = digest.hexdigest()
        book.close()
        for path, name, method in ((book_path, "book.xlsx", zipfile.ZIP_STORED), (csv_path, "timeline.csv", None), (source, "raw/events.ndjson", None)):
            with open(path, "rb") as f:
                hashes[name] = hashlib.file_digest(f, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else hashlib.sha256(f.read()).hexdigest()
            bundle.write(path, name, method)
        bundle.writestr("manifest.json", json.dumps(hashes))


main(sys.argv[1], sys.argv[2])
