package simulate_test

import (
	"os"
	"path/filepath"
	"testing"

	"inzage/explain"
	"inzage/explain/catalog"
	"inzage/schema"
	"inzage/workers"
	"inzage/workers/graphexport"
	"inzage/workers/graphexport/simulate"
	"inzage/workers/inputs"
)

// bundled lays the files of an export down and makes a bundle of them, which
// fails where a record is missing.
func bundled(t *testing.T, r run, person int) (*workers.Summary, error) {
	t.Helper()
	in, out := t.TempDir(), t.TempDir()
	for name, data := range r.files {
		file := filepath.Join(in, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	words, err := explain.Load(catalog.FS())
	if err != nil {
		t.Fatal(err)
	}
	set, err := inputs.Open(t.Context(), []string{in}, inputs.Options{Temp: out})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := set.Close(); err != nil {
			t.Error(err)
		}
	}()
	who := r.tenant.People()[person]
	builder := workers.Builder{Catalog: words, Sources: func(string) []schema.Source { return []schema.Source{graphexport.New()} }}
	summary, _, err := builder.Build(t.Context(), workers.Case{
		Number: "simulated", Received: schema.NewDate(2026, 11, 16), Lang: schema.Dutch,
		Subject: schema.Subject{
			UPNs: []schema.Personal{schema.NewPersonal(who.UPN)}, ObjectID: schema.NewPersonal(who.ObjectID), TenantID: schema.NewPersonal(who.TenantID),
		},
	}, set, out, "simulated.zip", nil)
	return summary, err
}

// What is exported can be read back in either layout, with the same records and
// a balance that closes.
func TestReadBack(t *testing.T) {
	t.Parallel()
	counts := make(map[simulate.Layout]int64)
	for _, layout := range []simulate.Layout{simulate.ByAgent, simulate.ByProduct} {
		got, err := bundled(t, export(t, simulate.Options{Layout: layout}, 0), 0)
		if err != nil {
			t.Fatalf("layout %s: %v", layout, err)
		}
		if got.Checked != 1 || got.Unknown != 1 || got.Unreadable != 1 { // the notes, and what was cut off
			t.Errorf("layout %s: %+v", layout, got)
		}
		counts[layout] = got.Read
	}
	if n := counts[simulate.ByAgent]; n < 80 || n != counts[simulate.ByProduct] {
		t.Errorf("records read: %v", counts)
	}
}

// Files that were spoiled are read as far as they go, and an export of somebody
// else, or of another organisation, is refused.
func TestReadBackFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		fault simulate.Fault
		err   schema.Code
		good  func(*workers.Summary) bool
	}{
		{simulate.Zipped, "", func(s *workers.Summary) bool { return s.Read > 80 }},
		{simulate.Invalid, "", func(s *workers.Summary) bool { return s.Read > 80 && s.Repairs[schema.RepairExtraComma] > 0 }},
		{simulate.Truncated, "", func(s *workers.Summary) bool { return s.Read > 40 && s.Unreadable > 5 }},
		{simulate.Malware, "", func(s *workers.Summary) bool { return s.Unknown >= 1 }},
		{simulate.Empty, "", func(s *workers.Summary) bool { return s.Read == 0 && s.Checked == 1 }},
		{simulate.WrongSubject, schema.CodeOtherPerson, nil},
		{simulate.WrongTenant, schema.CodeOtherTenant, nil},
	}
	for _, test := range tests {
		t.Run(string(test.fault), func(t *testing.T) {
			t.Parallel()
			got, err := bundled(t, export(t, simulate.Options{Faults: []simulate.Fault{test.fault}}, 0), 0)
			if schema.CodeOf(err) != test.err || err == nil && !test.good(got) {
				t.Errorf("%v, %+v", err, got)
			}
		})
	}
}
