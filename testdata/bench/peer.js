#!/usr/bin/env node
// The same job as peer.py, with exceljs in streaming mode:
//
//   NODE_PATH=…/node_modules node peer.js WORDS.json EVENTS.ndjson FOLDER
//
// It writes a folder instead of a zip, each large file gzipped (zlib level 5): Node
// has no zip of its own. What peer.py does not do, it does not do either; JSON.parse
// rounds numbers of more than 53 bits and keeps the last of two keys that are the
// same, both of which inzage must not.
'use strict';
const crypto = require('crypto'), fs = require('fs'), path = require('path'), readline = require('readline'), zlib = require('zlib');
const { once } = require('events');
const { finished } = require('stream/promises');
const Excel = require('exceljs');

const ADDRESS = /[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}/g;
const UNKNOWN = { class: 'unknown', layer: 'none', rule: '', text: '?', why: '?' };
const NO_EVENT = { app: '', title: '?', text: '?', about: '', kind: '', class: 'unknown', layer: 'none' };
const SHEET = 250_000, PAGE = 5_000;

function leaves(at, value, out) {
  if (Array.isArray(value)) value.forEach((v, i) => leaves(`${at}[${i}]`, v, out));
  else if (value !== null && typeof value === 'object') for (const k in value) leaves(at ? `${at}.${k}` : k, value[k], out);
  else out.push([at, value]);
}

const people = new Map();
function mask(text) {
  if (!text.includes('@')) return text;
  return text.replace(ADDRESS, (a) => {
    const key = a.toLowerCase();
    if (!people.has(key)) people.set(key, `[collega ${people.size + 1}]`);
    return people.get(key);
  });
}

function field(at, value, facts) {
  const type = value === null ? 'null' : typeof value === 'boolean' ? 'bool' : typeof value;
  const shown = value === null ? null : typeof value === 'string' ? mask(value) : String(value);
  return { path: at, value: shown, type, ...(facts[at] || UNKNOWN) };
}

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#x27;' };
const escape = (s) => String(s).replace(/[&<>"']/g, (c) => escapes[c]);
const quote = (s) => (/[";\r\n]/.test(String(s)) ? `"${String(s).replaceAll('"', '""')}"` : String(s));

// A file of the bundle, hashed and packed while it is written.
class Part {
  constructor(folder, name, hashes) {
    this.pack = zlib.createGzip({ level: 5 });
    this.file = fs.createWriteStream(path.join(folder, name + '.gz'));
    this.pack.pipe(this.file);
    this.name = name; this.hashes = hashes; this.digest = crypto.createHash('sha256'); this.text = [];
    this.size = 0;
  }
  async write(s) {
    this.text.push(s);
    if ((this.size += s.length) >= 1 << 16) await this.flush();
  }
  async flush() {
    const b = Buffer.from(this.text.join(''));
    this.text = []; this.size = 0;
    this.digest.update(b);
    if (!this.pack.write(b)) await once(this.pack, 'drain');
  }
  async close() {
    await this.flush();
    this.pack.end();
    await finished(this.file);
    this.hashes[this.name] = this.digest.digest('hex');
  }
}

(async () => {
  const [wordsPath, source, folder] = process.argv.slice(2);
  const { events, fields } = JSON.parse(fs.readFileSync(wordsPath, 'utf8'));
  fs.mkdirSync(folder, { recursive: true });
  const hashes = {};
  const book = new Excel.stream.xlsx.WorkbookWriter({ filename: path.join(folder, 'book.xlsx'), useStyles: true, useSharedStrings: true });
  const lines = new Part(folder, 'records.jsonl', hashes), table = new Part(folder, 'timeline.csv', hashes);
  let sheet = null, row = 0, page = null, pages = 0, number = 0, offset = 0;
  const shut = async () => {
    await page.write('</tbody></table></body></html>');
    await page.close();
  };
  for await (const line of readline.createInterface({ input: fs.createReadStream(source, { highWaterMark: 1 << 20 }), crlfDelay: Infinity })) {
    const found = [];
    leaves('', JSON.parse(line), found);
    let name = '', time = '';
    for (const [p, v] of found) if (p === 'name') name = v; else if (p === 'time') time = v;
    const says = events[name] || NO_EVENT, facts = fields[name] || {};
    number++;
    await lines.write(JSON.stringify({
      source: 'dataviewer', file: source, position: { record: number, offset }, event: name, time, ...says,
      fields: found.map(([p, v]) => field(p, v, facts)),
    }) + '\n');
    offset += line.length + 1;
    const cells = [time, says.app, says.title, says.text, says.about, says.kind, says.class, says.layer, source, number, name];
    await table.write(cells.map(quote).join(';') + '\n');
    if (!sheet || row === SHEET) {
      if (sheet) sheet.commit();
      sheet = book.addWorksheet('Tijdlijn ' + (number === 1 ? 1 : Math.ceil(number / SHEET)));
      row = 0;
    }
    sheet.addRow(cells).commit();
    row++;
    if ((number - 1) % PAGE === 0) {
      if (page) await shut();
      page = new Part(folder, `bundle-${++pages}.html`, hashes);
      await page.write('<!DOCTYPE html><html lang="nl"><head><meta charset="utf-8"><title>Tijdlijn</title></head><body><table><tbody>\n');
    }
    await page.write('<tr><td>' + cells.map(escape).join('</td><td>') + '</td></tr>\n');
  }
  if (page) await shut();
  if (sheet) sheet.commit();
  await book.commit();
  await lines.close();
  await table.close();
  const raw = new Part(folder, 'events.ndjson', hashes);
  for await (const chunk of fs.createReadStream(source, { highWaterMark: 1 << 20 })) {
    raw.digest.update(chunk);
    if (!raw.pack.write(chunk)) await once(raw.pack, 'drain');
  }
  await raw.close();
  fs.writeFileSync(path.join(folder, 'manifest.json'), JSON.stringify(hashes));
})();
