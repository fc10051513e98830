package bundle

import (
	_ "embed" // the schema
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"inzage/schema"
)

// The copies for programs, beside records.jsonl: the timeline for those that read
// tables and not much else, and the schema of the records.
const (
	csvPath           = "machine/timeline.csv"
	recordsSchemaPath = "machine/records.schema.json"
)

//go:embed records.schema.json
var recordsSchema string

// machine writes the copies for programs.
func (b *book) machine(a answer) error {
	for _, s := range a {
		if s.key != "timeline" {
			continue
		}
		err := b.zip.stream(csvPath, func(out io.Writer) error { return b.timelineCSV(out, s.long) })
		if err != nil {
			return err
		}
	}
	_, err := b.zip.copy(recordsSchemaPath, strings.NewReader(recordsSchema))
	return err
}

// timelineCSV writes the timeline as CSV (RFC 4180, lines end with a line feed),
// with the columns of the sheet. It begins with a byte order mark and separates
// as the language of the bundle does, so that Excel in that language opens it
// without asking. Times are RFC 3339 in the reader's zone, to the nanosecond.
//
// A text that a spreadsheet could take for a formula has an apostrophe in front,
// and so has one that begins with an apostrophe: taking the first one away from
// every text that has one gives back exactly what was there.
func (b *book) timelineCSV(out io.Writer, t *table) error {
	if _, err := io.WriteString(out, "\ufeff"); err != nil {
		return schema.Fail(schema.CodeIO, "write table", err)
	}
	w := csv.NewWriter(out)
	w.Comma, _ = utf8.DecodeRuneInString(b.word("csv.separator"))
	row := make([]string, len(t.cols))
	for i, c := range t.cols {
		row[i] = c.header
	}
	if err := w.Write(row); err != nil {
		return schema.Fail(schema.CodeIO, "write table", err)
	}
	for cells, err := range t.rows {
		if err != nil {
			return err
		}
		row = row[:0]
		for i := range cells {
			row = append(row, b.csvValue(&cells[i]))
		}
		if err := w.Write(row); err != nil {
			return schema.Fail(schema.CodeIO, "write table", err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return schema.Fail(schema.CodeOf(orIO(err)), "write table", err)
	}
	return nil
}

func (b *book) csvValue(c *cell) string {
	switch c.kind {
	case cellNumber:
		return strconv.FormatInt(c.n, 10)
	case cellPercent:
		return strconv.FormatFloat(c.part, 'f', -1, 64)
	case cellMoment, cellDay:
		if c.at.IsZero() {
			return ""
		}
		return c.at.In(b.head.Zone).Format(time.RFC3339Nano)
	case cellText, cellTerm, cellStrong, cellRight, cellLink:
	}
	s := visible(c.text)
	if s != "" && strings.IndexByte("=+-@\t\r'", s[0]) >= 0 {
		return "'" + s
	}
	return s
}
