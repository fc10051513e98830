package register_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"inzage/explain/register"
	"inzage/schema"
)

// lines makes a table of text: cells parted by "|".
func lines(text string) (list [][]string) {
	for line := range strings.Lines(text) {
		list = append(list, strings.Split(strings.TrimRight(line, "\n"), "|"))
	}
	return list
}

// TestReadTable: every line is kept or counted, and what nobody knows is kept as
// it stands.
func TestReadTable(t *testing.T) {
	t.Parallel()
	table := lines("Microsoft Online Services Subprocessors||\nSub-processor|Service Provided|Headquarters|Batch|Batch\n" +
		"Contoso B.V.|Support|Netherlands|7|9|beside\n||\n|a line without a name||\nSub-processor|Service Provided|Headquarters|Batch|Batch\nFabrikam\n")
	table[1][1] = "Service\n  Provided"
	got, ok := register.ReadTable(table, nil)
	want := register.Table{
		Rows: []register.Company{
			{Name: "Contoso B.V.", Work: "Support", Country: "Netherlands", Other: map[string]string{"Batch": "7", "Batch*": "9", "*": "beside"}},
			{Name: "Fabrikam"},
		},
		Heads: []register.Head{
			{Text: "Sub-processor", Is: register.ColumnName},
			{Text: "Service Provided", Is: register.ColumnWork},
			{Text: "Headquarters", Is: register.ColumnCountry},
			{Text: "Batch"},
			{Text: "Batch"},
		},
		Before: 1, Repeated: 1, Nameless: 1,
	}
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Errorf("%v (-want +got):\n%s", ok, diff)
	}
}

// TestNamedColumns: heads that nobody knows are refused, with what they are, until
// somebody says what they are.
func TestNamedColumns(t *testing.T) {
	t.Parallel()
	table := lines("Partij|Wat\nContoso|Support\n")
	got, ok := register.ReadTable(table, nil)
	if ok || len(got.Rows) > 0 || len(got.Heads) != 2 || got.Heads[0].Text != "Partij" {
		t.Errorf("unknown heads: %v %+v", ok, got)
	}
	got, ok = register.ReadTable(table, map[string]register.Column{"partij": register.ColumnName, "Wat": register.ColumnWork})
	if diff := cmp.Diff([]register.Company{{Name: "Contoso", Work: "Support"}}, got.Rows); !ok || diff != "" {
		t.Errorf("%v (-want +got):\n%s", ok, diff)
	}
}

// TestChanges: what differs is told by name, however it is spelled.
func TestChanges(t *testing.T) {
	t.Parallel()
	before := &register.Companies{Rows: []register.Company{{Name: "Contoso B.V."}, {Name: "Fabrikam", Work: "a"}, {Name: "Fabrikam", Work: "b"}, {Name: "Same"}}}
	after := &register.Companies{Rows: []register.Company{{Name: "Same"}, {Name: "Northwind"}, {Name: "Fabrikam", Work: "b"}, {Name: "Fabrikam", Work: "c"}}}
	want := register.Changes{New: []string{"Northwind"}, Gone: []string{"Contoso B.V."}, Changed: []string{"Fabrikam"}}
	if diff := cmp.Diff(want, after.Changes(before)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(register.Changes{New: []string{}, Gone: []string{}, Changed: []string{}}, after.Changes(after)); diff != "" {
		t.Errorf("a list differs from itself: %s", diff)
	}
	if got := after.ByName(); len(got) != 3 || len(got[2]) != 2 {
		t.Errorf("by name: %v", got)
	}
}

// TestHired: a host of a company on the list is a sub-processor's from then on,
// with the day of the list; one whose status is known stays as it is.
func TestHired(t *testing.T) {
	t.Parallel()
	list := &register.Companies{On: schema.NewDate(2026, 10, 1), Source: register.Text{NL: "Lijst", EN: "List"}, Rows: []register.Company{{Name: "Contoso B.V.", Other: map[string]string{"x": "y"}}}}
	data, err := list.Write()
	if err != nil {
		t.Fatal(err)
	}
	back, err := register.ReadCompanies(data)
	if diff := cmp.Diff(list, back); err != nil || diff != "" {
		t.Fatalf("%v %s", err, diff)
	}
	own := fstest.MapFS{
		"subprocessors.yaml": {Data: data},
		"hosts.yaml": {Data: []byte("checked: 2026-01-01\nhosts:\n" +
			"  - {host: cdn.contoso.example, name: Contoso, legal: Contoso BV, status: unknown, proof: known, source: {nl: a, en: b}}\n" +
			"  - {host: blocked.example, name: Contoso, legal: Contoso BV, status: blocked, proof: known, source: {nl: a, en: b}}\n" +
			"  - {host: other.example, name: Contoso, legal: Contoso BV Holding, status: unknown, proof: known, source: {nl: a, en: b}}\n")},
	}
	r, err := register.Load(base(t), own)
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]register.Status{"cdn.contoso.example": register.Subprocessor, "blocked.example": register.Blocked, "other.example": register.Unknown} {
		h, _ := r.Host(host)
		if h.Status != want || want == register.Subprocessor && (h.On != list.On || h.Source != list.Source || h.Proof != "read") {
			t.Errorf("%s: %+v", host, h)
		}
	}
	nameless := fstest.MapFS{"a.yaml": {Data: []byte("checked: 2026-01-01\nsubprocessors: [{name: \"-\"}]\n")}}
	if _, err := register.Load(base(t), nameless); schema.CodeOf(err) != schema.CodeCatalog {
		t.Errorf("a list without source and names: %v", err)
	}
}

// FuzzReadTable: every line that holds something is kept or counted, and what was
// written is read back.
func FuzzReadTable(f *testing.F) {
	f.Add("Name|Country|x\nContoso|NL|1\n||\n|a\nName|Country|x\n", "x")
	f.Add("a|b\nName|Name\nq|r|s\n", "")
	f.Fuzz(func(t *testing.T, text, head string) {
		table := lines(text)
		got, ok := register.ReadTable(table, map[string]register.Column{head: register.ColumnSince})
		if !ok {
			return
		}
		want := -1 // the heads
		for _, cells := range table {
			if strings.TrimSpace(strings.Join(cells, "")) != "" {
				want++
			}
		}
		if n := len(got.Rows) + got.Before + got.Repeated + got.Nameless; n != want {
			t.Errorf("%d lines of %d", n, want)
		}
	})
}
