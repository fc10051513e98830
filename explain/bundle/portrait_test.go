package bundle

import (
	"strings"
	"testing"
	"time"

	"inzage/schema"
)

// everyAct feeds a writer a record of every topic, one more than fits.
func everyAct(t *testing.T, w *Writer) Count {
	t.Helper()
	w.acts.max = len(acts())
	for i, about := range append(acts(), "mail", "device") {
		e := sampleAt(i)
		e.About, e.Record.At = about, time.Date(2025, 11, 3+i%7, 6+i%16, 5*i%60, 0, 0, time.UTC)
		if i == len(acts()) {
			e.Record.At = e.Record.At.AddDate(0, 1, 0)
		}
		e.Record.From = schema.Origin{File: "a.json", Record: int64(i + 1), Offset: -1}
		if err := w.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	c := Count{Read: int64(len(acts()) + 2)}
	w.File(FileInfo{Name: "a.json", Source: "graphexport", Format: "admin-export", Count: c})
	return c
}

// TestPortrait: a statement about a week says what was recorded, and its link
// leads to the first row behind it, on whichever sheet that is and however many
// rows the entries before it take.
func TestPortrait(t *testing.T) {
	t.Parallel()
	h := sampleHead(t, schema.English)
	h.RowLimit = 4
	w, err := Create(t.TempDir(), "b.zip", h)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	for i, x := range []struct {
		at    string
		about string
		text  string
	}{
		{"2025-11-03T08:51:00Z", "device", "the computer started"},
		{"2025-11-03T09:00:00Z", "documents", strings.Repeat("long ", 20_000)},
		{"2025-11-05T15:40:00Z", "documents", "another document"},
		{"2025-11-05T15:41:00Z", "meetings", "a meeting"},
		{"2025-11-09T21:10:00Z", "mail", "on Sunday, late"},
		{"2025-11-10T08:00:00Z", "mail", "the next week"},
	} {
		e := sampleAt(1)
		e.App, e.About, e.Text = "Word", x.about, schema.NewPersonal(x.text)
		e.Record.At, err = time.Parse(time.RFC3339, x.at)
		if err != nil {
			t.Fatal(err)
		}
		e.Record.From = schema.Origin{File: "a.json", Record: int64(i + 1), Offset: -1}
		if err := w.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	c := Count{Read: 6}
	w.File(FileInfo{Name: "a.json", Source: "graphexport", Format: "admin-export", Count: c})
	res, err := w.Close(c)
	if err != nil {
		t.Fatal(causes(err))
	}
	file := member(t, res.Path, w.bookPath(1))
	text := dump(t, file)
	for _, want := range []string{
		`answer "On 4 days it was recorded that something happened with your account or device: 5 times."`,
		`lead "Before 7:00 or after 19:00 it was 1 time. In a weekend it was 1 time."`,
		`"Word recorded something about opening or editing documents: 2 times. That was on Monday and Wednesday, between 10:00 and 16:40."`,
		`"Word recorded something about e-mail: 1 time. That was on Sunday at 22:10."`,
		`"Word recorded something about e-mail: 1 time. That was on Monday at 09:00."`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	b := readBook(t, file)
	var got []string
	for line := range strings.Lines(text) {
		_, to, ok := strings.Cut(strings.TrimSpace(line), `"First row in Timeline" → '`)
		if !ok {
			continue
		}
		sheet, cell, _ := strings.Cut(to, "'!A")
		got = append(got, first(b.sheets[sheet].cells["D"+cell], 12))
	}
	want := "(part 1 of 4|on Sunday, l|a meeting|the next wee"
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("links lead to %q, want %q", s, want)
	}
}

// first is the beginning of a text.
func first(s string, n int) string { return s[:min(n, len(s))] }
