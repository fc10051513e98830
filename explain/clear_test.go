package explain

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"inzage/explain/catalog"
	"inzage/schema"
)

// TestClearTextAgreesWithLabels: of the values labelled by reading, those that
// give away a path, an address or the name of a user are found, and no others.
func TestClearTextAgreesWithLabels(t *testing.T) {
	t.Parallel()
	c, err := Load(catalog.FS())
	if err != nil {
		t.Fatal(errors.Unwrap(err))
	}
	data, err := os.ReadFile(filepath.Join("testdata", "labels", "clear.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	x := c.For(Reader{Lang: schema.English, Subject: schema.Subject{Name: schema.NewPersonal("Sanne de Wit")}})
	var all, found, right, kinds int
	for line := range strings.Lines(string(data)) {
		cells := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if len(cells) != 4 {
			t.Fatalf("bad line %q", line)
		}
		want := schema.Exposure(cells[3])
		switch want {
		case "none":
			want = schema.ExposesNothing
		case schema.ExposesPath, schema.ExposesAddress, schema.ExposesName:
			all++
		default:
			t.Fatalf("bad label %q", line)
		}
		e := x.Explain(schema.Record{
			Source: "graphexport", App: cells[0], Event: "Microsoft." + cells[0] + ".Labelled",
			Fields: []schema.Field{{Path: cells[1], Value: schema.NewPersonal(cells[2])}},
		})
		got := e.Notes[0].Exposes
		if got != schema.ExposesNothing {
			found++
		}
		if got != schema.ExposesNothing && want != schema.ExposesNothing {
			right++
		}
		if got == want {
			kinds++
		} else {
			t.Logf("%s %s %q: got %q, want %q", cells[0], cells[1], cells[2], got, want)
		}
	}
	recall, precision := float64(right)/float64(all), float64(right)/float64(found)
	t.Logf("%d to be found, recall %.3f, precision %.3f, %d of the same kind", all, recall, precision, kinds)
	if recall < 0.95 || precision < 0.95 {
		t.Errorf("recall %.3f, precision %.3f; want 0.95 of each", recall, precision)
	}
}
