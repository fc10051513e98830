package bundle

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
)

// TestReadRows: a workbook is read back as it shows, sheet by sheet; what is none,
// or is larger unpacked than it may be, is refused.
func TestReadRows(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteRegister(&b, Register{Title: "A", Columns: []string{"Name", "Country"}, Rows: [][]any{{"Contoso", "NL"}}}, Register{Title: "B", Columns: []string{"x"}}); err != nil {
		t.Fatal(err)
	}
	sheets, err := ReadRows(bytes.NewReader(b.Bytes()), 1<<20)
	if err != nil || len(sheets) != 2 {
		t.Fatalf("%d sheets: %v", len(sheets), err)
	}
	if diff := cmp.Diff([][]string{{"Name", "Country"}, {"Contoso", "NL"}}, sheets[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, try := range map[string]struct {
		data []byte
		size int64
	}{"too large": {b.Bytes(), 100}, "no workbook": {[]byte("PK\x03\x04x"), 1 << 20}} {
		if _, err := ReadRows(bytes.NewReader(try.data), try.size); schema.CodeOf(err) != schema.CodeSyntax {
			t.Errorf("%s: %v", name, err)
		}
	}
}
