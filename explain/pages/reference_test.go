package pages_test

import (
	"bufio"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"inzage/explain/pages"
)

// reference is the folder with Microsoft's pages and what another, simpler
// parser found on them. It is not part of the repository.
func reference(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("INZAGE_REFERENCE")
	if dir == "" {
		t.Skip("INZAGE_REFERENCE is not set: the published pages are not at hand")
	}
	return dir
}

// published parses all pages under the reference, by file name.
func published(t *testing.T, dir string) map[string]*pages.Page {
	t.Helper()
	all := make(map[string]*pages.Page)
	err := filepath.WalkDir(filepath.Join(dir, "pages"), func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(file) != ".md" || d.Name() == "NOTICE.md" {
			return err
		}
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		name := strings.TrimSuffix(path.Base(filepath.ToSlash(file)), ".md")
		p, err := pages.Parse(name, f)
		all[name] = p
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// table reads a tab-separated file, without its header.
func table(t *testing.T, file string) [][]string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var rows [][]string
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		rows = append(rows, strings.Split(lines.Text(), "\t"))
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// pageFiles gives the file of each page that the tables name.
func pageFiles() map[string]string {
	return map[string]string{
		"required-diagnostic-data": "required-diagnostic-data",
		"essential-services":       "essential-services",
		"windows-1703":             "basic-level-windows-diagnostic-events-and-fields-1703",
		"windows-1709":             "basic-level-windows-diagnostic-events-and-fields-1709",
		"windows-1809":             "basic-level-windows-diagnostic-events-and-fields-1809",
		"windows-enhanced-limited": "enhanced-diagnostic-data-windows-analytics-events-and-fields",
		"teams-desktop":            "policy-control-diagnostic-data-desktop",
	}
}

// score compares two bags of names.
type score struct{ both, missing, extra int }

func compare(want, got map[string]int) (s score, diffs []string) {
	keys := maps.Clone(want)
	maps.Copy(keys, got)
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		w, g := want[k], got[k]
		s.both += min(w, g)
		s.missing += max(0, w-g)
		s.extra += max(0, g-w)
		if w != g {
			diffs = append(diffs, fmt.Sprintf("%q: want %d, got %d", k, w, g))
		}
	}
	return s, diffs
}

func (s score) precision() float64 { return 100 * float64(s.both) / float64(max(1, s.both+s.extra)) }

func (s score) recall() float64 { return 100 * float64(s.both) / float64(max(1, s.both+s.missing)) }

// TestReferenceNames holds the importer to finding 99.5 % of the event names
// and of the field names on the published pages, and no more than 0.5 % that
// are not there.
func TestReferenceNames(t *testing.T) {
	t.Parallel()
	dir := reference(t)
	all := published(t, dir)
	events, fields := map[string]map[string]int{}, map[string]map[string]int{}
	count := func(m map[string]map[string]int, page, name string, n int) {
		if m[page] == nil {
			m[page] = map[string]int{}
		}
		m[page][name] += n
	}
	for _, file := range []string{"office-events.tsv", "windows-events.tsv", "teams-events.tsv"} {
		for _, row := range table(t, filepath.Join(dir, file)) {
			count(events, row[0], row[3], 1)
		}
	}
	for _, row := range table(t, filepath.Join(dir, "fields.tsv")) {
		for on := range strings.SplitSeq(row[2], ",") {
			page, n, _ := strings.Cut(on, ":")
			times, err := strconv.Atoi(n)
			if err != nil {
				t.Fatal(err)
			}
			count(fields, page, row[0], times)
		}
	}
	for _, page := range slices.Sorted(maps.Keys(pageFiles())) {
		p := all[pageFiles()[page]]
		if p == nil {
			t.Errorf("%s: no such page", page)
			continue
		}
		names, mentions := map[string]int{}, map[string]int{}
		for _, e := range p.Events {
			for _, n := range e.Names {
				names[n.Name]++
			}
			for _, f := range e.Fields {
				mentions[spelled(f)]++
			}
		}
		for _, b := range p.Blocks {
			for _, f := range b.Fields {
				mentions[spelled(f)]++
			}
		}
		for _, c := range []struct {
			what      string
			want, got map[string]int
		}{{"events", events[page], names}, {"fields", fields[page], mentions}} {
			s, diffs := compare(c.want, c.got)
			t.Logf("%-26s %s: found %5d, precision %.2f %%, recall %.2f %%", page, c.what, s.both+s.extra, s.precision(), s.recall())
			for _, d := range diffs {
				t.Log("    ", d)
			}
			if s.precision() < 99.5 || s.recall() < 99.5 {
				t.Errorf("%s: %s below 99.5 %%", page, c.what)
			}
		}
		t.Logf("%-26s odd: %v, family %s, blocks %d", page, p.Odd, p.Family, len(p.Blocks))
	}
}

// TestReferenceBlocks compares the blocks of shared fields.
func TestReferenceBlocks(t *testing.T) {
	t.Parallel()
	dir := reference(t)
	all := published(t, dir)
	want, got := map[string]int{}, map[string]int{}
	for _, row := range table(t, filepath.Join(dir, "common-fields.tsv")) {
		want[strings.Join([]string{row[0], row[2], row[3]}, "#")]++
	}
	for page, file := range pageFiles() {
		for _, b := range all[file].Blocks {
			for _, f := range b.Fields {
				got[strings.Join([]string{page, b.Name, spelled(f)}, "#")]++
			}
		}
	}
	check(t, "fields of blocks", 99.5, want, got)
}

// TestReferenceNotes compares old names and removals.
func TestReferenceNotes(t *testing.T) {
	t.Parallel()
	dir := reference(t)
	all := published(t, dir)
	want, got := map[string]int{}, map[string]int{}
	for _, row := range table(t, filepath.Join(dir, "aliases-and-removals.tsv")) {
		want[strings.Join(row, "#")]++
	}
	for page, file := range pageFiles() {
		note := func(kind, name, old string) { got[strings.Join([]string{page, name, kind, old}, "#")]++ }
		for _, e := range all[file].Events {
			name := e.Names[0].Name
			if len(e.Old) > 0 {
				note("previous-name", name, strings.Join(e.Old, ", "))
			}
			if e.Removed {
				note("removed-from-current-builds", name, "")
			}
			for _, f := range e.Fields {
				if f.Removed {
					note("field-removed-from-current-builds", name+"#"+f.Name, "")
				}
				for _, old := range f.Old {
					note("previous-field-name", name+"#"+f.Name, old)
				}
			}
		}
	}
	check(t, "old names and removals", 99.5, want, got)
}

// TestReferenceSchemas compares the audit schemas: properties with their types
// and marks, record types, coded values, types in XML.
func TestReferenceSchemas(t *testing.T) {
	t.Parallel()
	dir := reference(t)
	all := published(t, dir)
	audit, copilot := all["office-365-management-activity-api-schema"], all["copilot-schema"]
	mark := func(yes bool) string {
		if yes {
			return "yes"
		}
		return ""
	}
	want, got := map[string]int{}, map[string]int{}
	// The list leaves out the tables that do not say what is mandatory, and
	// three properties that are called "Parameters".
	known := map[string]bool{}
	for _, row := range table(t, filepath.Join(dir, "audit-properties.tsv")) {
		want[strings.Join([]string{row[1], row[2], row[5]}, "#")]++
		known[row[1]] = true
	}
	for _, b := range audit.Blocks {
		for _, f := range b.Fields {
			if !known[b.Name] {
				continue
			}
			got[strings.Join([]string{b.Name, spelled(f), mark(f.Flagged)}, "#")]++
		}
	}
	check(t, "audit properties", 99.5, want, got)
	want, got = map[string]int{}, map[string]int{}
	for _, row := range table(t, filepath.Join(dir, "copilot-audit-properties.tsv")) {
		want[strings.Join(row, "#")]++
	}
	for _, b := range copilot.Blocks {
		if b.Section == "EDM" {
			for _, f := range b.Fields {
				got[strings.Join([]string{b.Name, f.Name, f.Type, mark(f.Flagged)}, "#")]++
			}
		}
	}
	check(t, "Copilot audit properties", 99.5, want, got)
	want, got = map[string]int{}, map[string]int{}
	for _, row := range table(t, filepath.Join(dir, "audit-record-types.tsv")) {
		number := row[0] // the list took links for values
		if at := strings.IndexByte(number, ']'); at > 0 {
			number = number[1:at]
		}
		want["AuditLogRecordType#"+number+"#"+row[1]]++
	}
	for _, row := range table(t, filepath.Join(dir, "audit-enum-members.tsv")) {
		name, _, _ := strings.Cut(strings.TrimPrefix(row[0], "Enum: "), " - Type")
		want[name+"#"+row[1]+"#"+row[2]]++
		known[name] = true
	}
	known["AuditLogRecordType"] = true
	for _, e := range audit.Enums {
		for _, v := range e.Values {
			if !known[e.Name] {
				continue
			}
			got[e.Name+"#"+v.Code+"#"+v.Name]++
		}
	}
	check(t, "audit values", 99, want, got)
}

// TestReferenceOthers checks the pages that list no events, or only names.
func TestReferenceOthers(t *testing.T) {
	t.Parallel()
	dir := reference(t)
	all := published(t, dir)
	known := map[string]bool{"diagnostic-events-microsoft-365-copilot-chat": true, "optional-diagnostic-data": true}
	for _, file := range pageFiles() {
		known[file] = true
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		p := all[name]
		t.Logf("%-60s %-10s %s %4d events %4d blocks %3d enums %3d namespaces %v", name, p.Family, p.Date, len(p.Events), len(p.Blocks), len(p.Enums), len(p.Namespaces), p.Odd)
		if !known[name] && len(p.Events) > 0 {
			t.Errorf("%s: %d events on a page without any, first %q", name, len(p.Events), p.Events[0].Names[0].Name)
		}
	}
	// It names some events as examples, in tables; counted by hand.
	if n := len(all["optional-diagnostic-data"].Events); n != 14 {
		t.Errorf("%d examples of optional events, want 14", n)
	}
	want, got := map[string]int{}, map[string]int{}
	for _, row := range table(t, filepath.Join(dir, "copilot-chat-actions.tsv")) {
		want[row[0]]++
	}
	for _, e := range all["diagnostic-events-microsoft-365-copilot-chat"].Events {
		got[e.Names[0].Name]++
	}
	check(t, "Copilot Chat actions", 99.5, want, got)
	known = map[string]bool{}
	for _, row := range table(t, filepath.Join(dir, "namespaces.tsv")) {
		known[row[0]] = true
	}
	list := all["diagnostic-event-namespaces.excerpt"].Namespaces
	for _, n := range list {
		if !known[n.Name] {
			t.Errorf("namespace %q is not known", n.Name)
		}
	}
	if len(list) != 18 {
		t.Logf("%d namespaces in the excerpt", len(list))
	}
}

func check(t *testing.T, what string, least float64, want, got map[string]int) {
	t.Helper()
	s, diffs := compare(want, got)
	t.Logf("%s: found %d, precision %.2f %%, recall %.2f %%", what, s.both+s.extra, s.precision(), s.recall())
	for _, d := range diffs {
		t.Log("    ", d)
	}
	if s.precision() < least || s.recall() < least {
		t.Errorf("%s: below %v %%", what, least)
	}
}

func spelled(f pages.Field) string {
	if len(f.Also) > 0 {
		return f.Name + "/" + strings.Join(f.Also, "/")
	}
	return f.Name
}
