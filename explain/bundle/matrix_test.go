package bundle

import (
	"strconv"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"inzage/schema"
)

// TestMatrix: every record is in one place, the unreadable ones too, and a
// device that nothing came from is listed.
func TestMatrix(t *testing.T) {
	t.Parallel()
	m := make(matrix)
	for _, x := range []schema.Facets{
		{Service: "word", Platform: "windows", Region: schema.RegionEU},
		{Service: "word", Platform: "windows", Region: schema.RegionOutside},
		{Service: "word", Platform: "vr", Region: schema.RegionEU},
		{Service: "teams", Platform: "ios", Region: schema.RegionUnknown},
		{},
		{},
	} {
		m.add(&x)
	}
	if d := gocmp.Diff([]string{"windows", "macos", "ios", "android", "web", "vr", "unknown"}, m.platforms()); d != "" {
		t.Error(d)
	}
	if d := gocmp.Diff([]string{"word", "teams", "unknown"}, m.services()); d != "" {
		t.Error(d)
	}
	want := map[spread]int64{
		{"word", "windows", schema.RegionEU}: 1, {"word", "windows", schema.RegionOutside}: 1, {"word", "vr", schema.RegionEU}: 1,
		{"teams", "ios", schema.RegionUnknown}: 1, {"unknown", "unknown", schema.RegionUnknown}: 2,
	}
	if d := gocmp.Diff(matrix(want), m, gocmp.AllowUnexported(spread{})); d != "" {
		t.Error(d)
	}
	if n := m.sum(func(at spread) bool { return at.platform == "windows" }); n != 2 {
		t.Errorf("%d on Windows", n)
	}
}

// TestMatrixBound: more codes than any catalog has are counted, not kept.
func TestMatrixBound(t *testing.T) {
	t.Parallel()
	m := make(matrix)
	const records = 6_000
	for i := range records {
		m.add(&schema.Facets{Service: strconv.Itoa(i), Region: schema.RegionEU})
	}
	if n := m.sum(func(spread) bool { return true }); n != records || len(m) > 5_001 {
		t.Errorf("%d records in %d places", n, len(m))
	}
	if n := m[spread{"unknown", "unknown", schema.RegionEU}]; n != 1_000 {
		t.Errorf("%d records in no place of their own", n)
	}
}
