package explain

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"inzage/explain/catalog"
	"inzage/schema"
)

// label is one field that somebody labelled by reading.
type label struct {
	event, field string
	class        schema.Class
}

func labels(t *testing.T, file string) []label {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "labels", file+".tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var list []label
	for line := range strings.Lines(string(data)) {
		cells := strings.Split(strings.TrimSpace(line), "\t")
		if len(cells) < 3 || len(cells) > 4 { // event, field, class, and perhaps why
			t.Fatalf("%s: bad line %q", file, line)
		}
		class, err := schema.ParseClass(cells[2])
		if err != nil {
			t.Fatalf("%s: bad line %q", file, line)
		}
		list = append(list, label{event: cells[0], field: cells[1], class: class})
	}
	if len(list) != 200 {
		t.Fatalf("%s: %d labels", file, len(list))
	}
	return list
}

// TestClassesAgreeWithLabels measures the classes against eight hundred fields
// labelled by reading (testdata/labels/README.md). The floor of each file may
// only rise. Rules are never made for a name in the held-out half; its cases are
// therefore not printed, only how the classes are confused.
func TestClassesAgreeWithLabels(t *testing.T) {
	t.Parallel()
	c, err := Load(catalog.FS())
	if err != nil {
		t.Fatal(errors.Unwrap(err))
	}
	for file, floor := range map[string]int{"tune": 179, "tune-2": 171, "tune-3": 171, "held-out": 173} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			x := c.For(Reader{Lang: schema.English})
			agree := 0
			confused := map[[2]schema.Class]int{}
			for _, l := range labels(t, file) {
				v := x.Classify(l.event, l.field)
				confused[[2]schema.Class{l.class, v.Class}]++
				if v.Class == l.class {
					agree++
				}
				if l.class == schema.DirectIdentifier {
					switch v.Class {
					case schema.DeviceOrSoftware, schema.AggregateTechnical, schema.Stripped:
						t.Errorf("a field that names a person is called %s", v.Class)
					default:
					}
				}
				if v.Why == "" || v.Confidence == "" {
					t.Errorf("%s, %s: no reason or confidence", l.event, l.field)
				}
			}
			t.Logf("%d of 200 agree\n%s", agree, matrix(confused))
			if agree < floor {
				t.Errorf("%d of 200 agree, want %d or more", agree, floor)
			}
		})
	}
}

// matrix shows the label in the rows and the answer in the columns.
func matrix(confused map[[2]schema.Class]int) string {
	var b strings.Builder
	classes := schema.Classes()
	fmt.Fprintf(&b, "%-24s", "label \\ answer")
	for _, c := range classes {
		fmt.Fprintf(&b, "%9.8s", c)
	}
	for _, row := range classes {
		fmt.Fprintf(&b, "\n%-24s", row)
		for _, column := range classes {
			fmt.Fprintf(&b, "%9d", confused[[2]schema.Class{row, column}])
		}
	}
	return b.String()
}
