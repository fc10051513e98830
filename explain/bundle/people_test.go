package bundle

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
)

// others feeds a writer records in which other people were masked.
func others(t *testing.T, w *Writer) Count {
	t.Helper()
	w.masked.max = 2
	for i := range 3 {
		e := sampleAt(i)
		e.Record.From = schema.Origin{File: "a.json", Record: int64(i + 1), Offset: -1}
		e.Record.Fields[0].Value = schema.NewPersonal("[collega 1]")
		e.Notes[0].Identifier = "email"
		e.Record.Masked = []schema.Mask{
			{At: 0, Kind: "email", Why: "not-yours", Count: 2}, {At: schema.MaskedName, Kind: "name", Why: "known", Count: 1},
		}
		if i == 2 {
			e.Record.Masked = []schema.Mask{{At: 0, Kind: "other-code", Why: "unknown-code", Count: 1}}
		}
		if err := w.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	c := Count{Read: 3}
	w.File(FileInfo{Name: "a.json", Source: "graphexport", Format: "admin-export", Count: c, Size: -1, Withheld: WithheldMasked})
	for _, why := range []Withheld{WithheldOthers, WithheldUnread, WithheldSecrets, WithheldBinary} {
		w.File(FileInfo{Name: string(why), Size: -1, Withheld: why})
		w.Withhold(string(why), why)
	}
	w.Withhold("a.json", WithheldMasked)
	w.People(7, 5)
	return c
}

// TestRedacted: what was masked is counted, and a pseudonym of somebody else is not
// among the person's own identifiers.
func TestRedacted(t *testing.T) {
	t.Parallel()
	w, err := Create(t.TempDir(), "b.zip", sampleHead(t, schema.English))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	res, err := w.Close(others(t, w))
	if err != nil {
		t.Fatal(causes(err))
	}
	b := readBook(t, member(t, res.Path, w.bookPath(1)))
	for _, row := range b.sheets["Your identifiers"].table(t, b.sheets["Your identifiers"].tables[0]) {
		if strings.Contains(strings.Join(row, "|"), "collega") {
			t.Errorf("somebody else among the person's identifiers: %v", row)
		}
	}
	var m struct {
		Masked   map[string]int64
		Withheld []map[string]string
	}
	if err := json.Unmarshal(member(t, res.Path, "manifest.json"), &m); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]int64{"people": 7, "records": 3, "places": 7, "shown": 5}, m.Masked); d != "" {
		t.Error(d)
	}
	if len(m.Withheld) != 5 {
		t.Errorf("%d files withheld, want 5", len(m.Withheld))
	}
	if lines := string(member(t, res.Path, recordsPath)); !strings.Contains(lines, `"masked":[{"field":0,"kind":"email","why":"not-yours","count":2},{"kind":"name","why":"known","count":1}]`) {
		t.Error("records.jsonl does not say what was masked")
	}
}
