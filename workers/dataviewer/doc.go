// Package dataviewer reads what people bring from the Diagnostic Data Viewer of
// a Windows device: tables and JSON made with its PowerShell module, events
// copied from its window, and copies of its database, EventTranscript.db.
//
// The line is: recognise (layout.go) → rows or pieces (csv.go, events.go,
// database.go) → fields of the payload, by jsonstream → what all events have in
// common (envelope.go) → whose it is (owner.go). Cells of a table other than
// the payload are kept as fields "column.<name>", columns of the database as
// "db.<name>"; no cell is left out.
package dataviewer
