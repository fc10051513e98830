package bundle

import (
	"encoding/json"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"inzage/schema"
)

// TestSearched: how each search ended reaches the workbook, the page and the
// manifest, and nothing found never reads as not searched.
func TestSearched(t *testing.T) {
	t.Parallel()
	h := searched(sampleHead(t, schema.Dutch))
	for _, test := range []struct {
		name string
		told []schema.Result
		says []string
		not  string
		want []search
	}{
		{
			"empty",
			[]schema.Result{{Found: schema.FoundNothing, Code: schema.CodeExportEmpty}},
			[]string{"Gezocht, niets gevonden", "Niet gezocht", "In de bestanden die wij ontvingen"},
			"Zoeken mislukt",
			[]search{{"dataviewer", "", schema.FoundUnasked, "", 0, 0}, {"graphexport", "", schema.FoundNothing, schema.CodeExportEmpty, 0, 0}},
		},
		{
			"failed",
			[]schema.Result{{Found: schema.FoundFailed, Code: schema.CodePersonUnknown}},
			[]string{
				"Zoeken mislukt", "Uw account staat niet meer in de lijst", "het zoeken lukte niet, of niet helemaal, in: Export door de beheerder",
				"Maar het zoeken lukte niet overal", "Hier is voor dit verzoek niet gezocht: Diagnostic Data Viewer", "U bent hier te gast",
			},
			"Gezocht, niets gevonden",
			[]search{{"dataviewer", "", schema.FoundUnasked, "", 0, 0}, {"graphexport", "", schema.FoundFailed, schema.CodePersonUnknown, 0, 0}},
		},
		{
			"expired",
			[]schema.Result{
				{Found: schema.FoundExpired, Code: schema.CodeExportExpired},
				{Place: "Office/O365", Found: schema.FoundNothing, Files: 1},
			},
			[]string{"Te lang geduurd", "Microsoft 365", "Microsoft noemt alleen diensten die een bestand gaven"},
			"Zoeken mislukt",
			[]search{
				{"dataviewer", "", schema.FoundUnasked, "", 0, 0},
				{"graphexport", "", schema.FoundExpired, schema.CodeExportExpired, 0, 0},
				{"graphexport", "Office/O365", schema.FoundNothing, "", 1, 0},
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			w, err := Create(dir, "b.zip", h)
			if err != nil {
				t.Fatal(err)
			}
			defer w.Abort()
			w.File(FileInfo{Name: "RequestInfo.json", Source: "graphexport", Format: "request-info"})
			for _, r := range test.told {
				w.Search(Search{Source: "graphexport", Result: r})
			}
			res, err := w.Close(Count{})
			if err != nil {
				t.Fatal(causes(err))
			}
			page := string(member(t, res.Path, (&book{Writer: w}).pagePath(1)))
			book := dump(t, member(t, res.Path, w.bookPath(1)))
			for _, s := range test.says {
				if !strings.Contains(page, s) || !strings.Contains(strings.ReplaceAll(book, "\n", " "), s) {
					t.Errorf("page or workbook does not say %q", s)
				}
			}
			if strings.Contains(page, test.not) {
				t.Errorf("the page says %q", test.not)
			}
			var m manifest
			if err := json.Unmarshal(member(t, res.Path, manifestPath), &m); err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(test.want, m.Searches); diff != "" {
				t.Errorf("manifest (-want +got):\n%s", diff)
			}
		})
	}
}

// searched is a head with sources that nobody searched.
func searched(h Head) Head {
	h.Sources, h.Notices = []string{"dataviewer", "graphexport"}, []schema.Code{schema.CodePersonGuest}
	return h
}

// TestReceivedSources: a source that tells nothing is judged by its files.
func TestReceivedSources(t *testing.T) {
	t.Parallel()
	h := sampleHead(t, schema.English)
	h.Sources = []string{"dataviewer", "graphexport", "nobody"}
	path, _ := sampleBundle(t, h, 30)
	var m manifest
	if err := json.Unmarshal(member(t, path, manifestPath), &m); err != nil {
		t.Fatal(err)
	}
	want := []search{
		{"dataviewer", "", schema.FoundPart, schema.CodeFormatList, 2, 0},
		{"graphexport", "", schema.FoundData, schema.CodeHandedIn, 2, 0},
		{"nobody", "", schema.FoundUnasked, "", 0, 0},
	}
	if diff := gocmp.Diff(want, m.Searches); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
