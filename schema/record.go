package schema

import (
	"slices"
	"time"
)

// Kind is the JSON type that a field's value had in the source.
type Kind uint8

// Kinds of values. Values of sources without types (CSV columns) are String.
const (
	String Kind = iota
	Number
	Bool
	Null
	EmptyObject
	EmptyArray
)

// Field is one leaf value of a record.
type Field struct {
	// Path is the dotted path in the record, array positions in brackets:
	// "ext.user.localId", "data.items[0].name". A key that itself holds dots is
	// joined like any other. Paths come from the data: never log them.
	Path string
	// Kind is the JSON type in the source.
	Kind Kind
	// Value is the text of the value, strings unescaped, numbers with the very
	// digits of the source.
	Value Personal
}

// Origin tells where a record stands in what was received.
type Origin struct {
	// File is the slash-separated path inside the input; members of an archive
	// follow it as in "export.zip/Office/001/ProductAndServiceUsage.json".
	File string
	// Record counts the records of the file from 1.
	Record int64
	// Offset is the byte position of the record in the (decompressed) file, or
	// -1 where the format has none.
	Offset int64
}

// Record is one event as it was received. Everything in it can be personal
// data; Values and Raw are protected against printing, the rest must not be
// logged either, the name of a published event excepted.
type Record struct {
	// Source is the name of the source that read it.
	Source string
	// Event is the event's name. Empty where the record has none.
	Event string
	// Action is the action inside an event whose name is generic
	// ("mail_action"), else empty.
	Action string
	// Spaces are namespaces that the record names beside its event name: the
	// app of a Copilot Chat record, the event categories of a Teams record.
	Spaces []string
	// App is the app or product as the record or its folder names it.
	App string
	// DataType is the privacy data type ("ProductAndServiceUsage") where the
	// source gives one.
	DataType string
	// At is the moment of the event, zero where unknown.
	At time.Time
	// Fields are the leaf values in the order of the source, duplicate keys
	// included.
	Fields []Field
	// From tells where it stands.
	From Origin
	// Owner tells whose record this is.
	Owner Owner
	// Masked lists what was replaced in the record because it is about somebody
	// else (GDPR art. 15(4)); empty where nothing was.
	Masked []Mask
	// Unreadable is the reason why the record could not be read, or empty.
	// Then Raw holds its text and Fields is empty.
	Unreadable Code
	// Raw is the text of an unreadable record. Where it was longer than the
	// reader's bound, Cut is the number of bytes that only the raw file has.
	Raw Personal
	Cut int64
}

// Mask is what was replaced in one place of a record.
type Mask struct {
	// At is the index of the field, or one of the places below.
	At int
	// Kind is the kind of identifier, a code in terms/identifiers.
	Kind string
	// Why is the reason, a code in terms/masks.
	Why string
	// Count is how many were replaced there.
	Count int64
}

// Places of a Mask that are no field.
const (
	MaskedName = -1 - iota // the record's event, app or data type
	MaskedRaw              // the text of an unreadable record
	MaskedFile             // the name of the file
)

// Field returns the value at the path, and whether there is one; with duplicate
// keys, the last one, as most readers take it.
func (r *Record) Field(path string) (Personal, bool) {
	for _, f := range slices.Backward(r.Fields) {
		if f.Path == path {
			return f.Value, true
		}
	}
	return Personal{}, false
}

// Owner tells whose record it is, as far as the record itself shows.
type Owner uint8

// The owners.
const (
	// OwnerSubject: nothing shows that it is somebody else's.
	OwnerSubject Owner = iota
	// OwnerOther: it carries another user's identifiers. It is counted, and
	// left out of the person's bundle.
	OwnerOther
)

// Repair is a way in which a file was not as its format asks and was read all
// the same. The codes are part of the public output.
type Repair string

// The repairs. Each is counted per file and told.
const (
	RepairTruncated      Repair = "truncated"        // the closing bracket of the file is missing
	RepairTrailingComma  Repair = "trailing-comma"   // a comma before a closing bracket
	RepairExtraComma     Repair = "extra-comma"      // a comma where none belongs
	RepairDuplicateKey   Repair = "duplicate-key"    // one key twice in an object; both are kept
	RepairInvalidUTF8    Repair = "invalid-utf8"     // bytes that are no text, shown as \xNN
	RepairLoneSurrogate  Repair = "lone-surrogate"   // half a character, shown as \uXXXX
	RepairControlChar    Repair = "control-char"     // an unescaped control character in a string
	RepairOpenedJSON     Repair = "opened-json"      // JSON text inside a string, opened up as fields
	RepairFreeText       Repair = "free-text"        // text around the records, skipped; stays in the raw file
	RepairEncoding       Repair = "encoding"         // not UTF-8; converted
	RepairByteOrderMark  Repair = "byte-order-mark"  // a byte order mark, skipped
	RepairDamagedASCII   Repair = "damaged-ascii"    // saved as ASCII: letters with accents became "?"
	RepairTypeLine       Repair = "type-line"        // PowerShell's #TYPE line, skipped
	RepairShortRow       Repair = "short-row"        // a table row with too few cells
	RepairLongRow        Repair = "long-row"         // a table row with too many cells; the extra ones are kept
	RepairBrokenCell     Repair = "broken-cell"      // a cell with a record that cannot be read; kept as text
	RepairNoTime         Repair = "no-time"          // no readable time in the record
	RepairLocalTimestamp Repair = "local-timestamp"  // time taken from a column without time zone
	RepairOldTableLayout Repair = "old-table-layout" // a database with fewer tables than usual
	RepairSecret         Repair = "secret-removed"   // a cookie, credential or token in a capture, left out
	RepairContent        Repair = "content-removed"  // a request in a capture of which more was there than telemetry, left out
	RepairOpaque         Repair = "opaque-body"      // telemetry in a form that cannot be read; only its size is known
)

// Tally counts what happened while one file was read. It belongs to the reader
// of that file and is not safe for concurrent use.
type Tally struct {
	Repairs map[Repair]int64
}

// Repair counts n repairs of a kind.
func (t *Tally) Repair(kind Repair, n int64) {
	if t == nil || n == 0 {
		return
	}
	if t.Repairs == nil {
		t.Repairs = make(map[Repair]int64)
	}
	t.Repairs[kind] += n
}
