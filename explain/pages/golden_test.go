package pages

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write golden files")

// TestIrregular reads pages, invented, on which every irregularity stands that
// the published ones have, and compares all that was made of them.
func TestIrregular(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "irregular-*.md"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d pages: %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".md")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := dump(parse(t, name))
			golden := strings.TrimSuffix(file, ".md") + ".want"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// dump writes down everything that is in a page.
func dump(p *Page) string {
	var b strings.Builder
	fmt.Fprintf(&b, "page %s | %s | %s | %s\n", p.Name, p.Title, p.Date, p.Family)
	for i := range p.Events {
		dumpEvent(&b, "event", &p.Events[i])
	}
	for _, block := range p.Blocks {
		fmt.Fprintf(&b, "block %s | %s", block.Name, block.Section)
		flagged(&b, "all", block.All)
		b.WriteByte('\n')
		dumpFields(&b, block.Fields)
	}
	for _, e := range p.Enums {
		fmt.Fprintf(&b, "enum %s\n", e.Name)
		for _, v := range e.Values {
			fmt.Fprintf(&b, "  %s | %s | %s\n", v.Code, v.Name, v.Text)
		}
	}
	for _, n := range p.Namespaces {
		fmt.Fprintf(&b, "namespace %s | %s\n", n.Name, n.Text)
	}
	for _, code := range slices.Sorted(maps.Keys(p.Odd)) {
		fmt.Fprintf(&b, "odd %s %d\n", code, p.Odd[code])
	}
	return b.String()
}

func dumpEvent(b *strings.Builder, kind string, e *Event) {
	b.WriteString(kind)
	for _, n := range e.Names {
		b.WriteString(" " + n.Name)
		attr(b, "on", n.On)
	}
	attr(b, "in", e.Category)
	attr(b, "sub", e.Subtype)
	attr(b, "old", strings.Join(e.Old, " "))
	attr(b, "replaces", strings.Join(e.Replaces, " "))
	attr(b, "from", strings.Join(e.From, " "))
	flagged(b, "removed", e.Removed)
	flagged(b, "none", e.None)
	attr(b, "text", e.Text)
	b.WriteByte('\n')
	dumpFields(b, e.Fields)
	for i := range e.Parts {
		dumpEvent(b, "  part", &e.Parts[i])
	}
}

func dumpFields(b *strings.Builder, fields []Field) {
	for i := range fields {
		f := &fields[i]
		b.WriteString("  field " + f.Name)
		attr(b, "path", f.Path)
		attr(b, "label", f.Label)
		attr(b, "also", strings.Join(f.Also, " "))
		attr(b, "old", strings.Join(f.Old, " "))
		attr(b, "type", f.Type)
		attr(b, "on", f.On)
		flagged(b, "removed", f.Removed)
		flagged(b, "personal", f.Flagged)
		attr(b, "values", strings.Join(f.Values, "; "))
		attr(b, "text", f.Text)
		b.WriteByte('\n')
	}
}

func attr(b *strings.Builder, name, value string) {
	if value != "" {
		fmt.Fprintf(b, " | %s=%s", name, strings.ReplaceAll(value, "\n", "⏎"))
	}
}

func flagged(b *strings.Builder, name string, yes bool) {
	if yes {
		b.WriteString(" | " + name)
	}
}
