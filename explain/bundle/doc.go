// Package bundle turns explanations into what the person receives: one zip with
//
//	inzage-<case>.xlsx      the workbook, to search and filter; a timeline that is
//	                        too long goes on in inzage-<case>-deel-2.xlsx, … (parts.go)
//	inzage-<case>.html      the same as a page, to read and print
//	machine/records.jsonl   every record with every field, exact, for programs
//	machine/…               its JSON Schema, and the timeline as CSV
//	raw/…                   every input file, byte for byte
//	manifest.json           what is in the zip, with hashes
//
// It is the only door to Excel. A Writer is fed by one loop, one call per
// record, and needs the same memory for a hundred records as for ten million:
//
//	Add ─┬─► records.jsonl    deflated while records come in
//	     ├─► spool            one row per event, sorted by time on disk
//	     └─► tallies          what Velden, Uw kenmerken and Samenvatting count
//	Close ──► answer ──► its forms ──► zip ──► rename
//
// What a person reads is described once, without any form: an answer is a list
// of sections, a section is sentences, tables and charts (section.go), and a
// table is columns and a sequence of rows that is made anew for each form. The
// workbook makes a sheet of each section, the page a chapter.
//
// To add a section: write a method of book that returns a *section, made with
// newSection (sentences and small tables) or newList (one table, however long);
// name it in book.answer, at its place; and give its texts in the catalog:
// bundle.KEY.sheet (its name), .title, .about (for the contents), and for a list
// .table and .col.COLUMN. All forms, and the tests of all of them, then have it.
//
// The workbook is made by two hands. excelize builds everything that makes a
// workbook a workbook: styles, tables, charts, panes, links, properties. The
// rows of the long sheets are written by our own encoder (row.go): excelize
// hands over each part of its file, and where a part is a sheet that was only a
// placeholder, our rows take the placeholder's place (workbook.go). That is ten
// times faster than its stream writer, leaves no plain text in the system's
// temporary folder and never cuts a long cell.
//
// Rows go through a spool instead of straight into the sheet because a timeline
// must be in the order of time, whatever the order of the files was.
//
// The same input gives the same bytes: times come from the request, parts and
// rows have a fixed order, and nothing depends on the order of a Go map.
//
// Every word a person reads comes from Head.Words, so from the catalog.
package bundle
