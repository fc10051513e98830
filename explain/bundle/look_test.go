package bundle

import (
	"os"
	"path/filepath"
	"testing"

	"inzage/schema"
)

// TestLook leaves bundles to look at: go test -run Look -artifacts -outputdir DIR.
func TestLook(t *testing.T) {
	t.Parallel()
	for _, l := range []schema.Lang{schema.Dutch, schema.English} {
		path, res := sampleBundle(t, sampleHead(t, l), 300)
		if res.Balance.Explained() != 300 || res.Balance.Unreadable != 2 || res.Balance.Others != 3 {
			t.Errorf("balance of %s: %+v", l, res.Balance)
		}
		book := member(t, path, "inzage-2026-0042.xlsx")
		if err := os.WriteFile(filepath.Join(t.ArtifactDir(), "inzage-"+string(l)+".xlsx"), book, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
