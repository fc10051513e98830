package api

import (
	"flag"
	"os"
	"strings"
	"testing"

	"inzage/queue/queuetest"
	"inzage/schema"
)

var update = flag.Bool("update", false, "write docs/openapi.json anew")

// TestDocument holds that the document is the one that others build on: what
// changes in it changes for them.
func TestDocument(t *testing.T) {
	t.Parallel()
	words, err := words()
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	a, err := New(Options{Catalog: words})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	const golden = "../../../docs/openapi.json"
	made := a.Document(schema.English)
	if *update {
		if err := os.WriteFile(golden, made, 0o644); err != nil { //nolint:gosec // a document for everybody
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(kept) != string(made) {
		t.Errorf("%s is not what the code makes; look at what changed, and run this test with -update", golden)
	}
	for line := range strings.Lines(string(made)) {
		if strings.Contains(line, noWords) {
			t.Errorf("the catalog has no words for it: %s", line)
		}
	}
	dutch := string(a.Document(schema.Dutch))
	if strings.Count(dutch, `"description"`) != strings.Count(string(made), `"description"`) || !strings.Contains(dutch, "Neem een verzoek aan") {
		t.Error("the Dutch document is not the same in Dutch")
	}
}
