package table

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"inzage/schema"

	"github.com/google/go-cmp/cmp"
)

// shown is a row as a test compares it.
type shown struct {
	Cells  []string
	Raw    string
	Offset int64
	Code   schema.Code
}

func rows(t testing.TB, tab *Reader) []shown {
	t.Helper()
	var list []shown
	for {
		r, err := tab.Next()
		if errors.Is(err, io.EOF) {
			return list
		}
		check(t, err)
		s := shown{Raw: string(r.Raw), Offset: r.Offset, Code: r.Code}
		if r.Code == "" {
			s.Cells = make([]string, 0, len(r.Cells))
			for _, c := range r.Cells {
				s.Cells = append(s.Cells, string(c))
			}
		}
		list = append(list, s)
	}
}

func TestRows(t *testing.T) {
	t.Parallel()
	tests := map[string][]shown{
		"":                 nil,
		"\n\r\n":           nil,
		"a,b":              {{[]string{"a", "b"}, "a,b", 0, ""}},
		"a,\r\n,b\n":       {{[]string{"a", ""}, "a,\r\n", 0, ""}, {[]string{"", "b"}, ",b\n", 4, ""}},
		`"x""y","",""""`:   {{[]string{`x"y`, "", `"`}, `"x""y","",""""`, 0, ""}},
		"\"a\r\nb\"\r\nc":  {{[]string{"a\r\nb"}, "\"a\r\nb\"\r\n", 0, ""}, {[]string{"c"}, "c", 8, ""}},
		`a"b,c`:            {{[]string{`a"b`, "c"}, `a"b,c`, 0, ""}},
		"\"a\"b\n\"c\"\n":  {{nil, "\"a\"b\n", 0, schema.CodeSyntax}, {[]string{"c"}, "\"c\"\n", 5, ""}},
		"\"a\n\"c\",\"d\"": {{nil, "\"a\n", 0, schema.CodeSyntax}, {[]string{"c", "d"}, `"c","d"`, 3, ""}},
		"\"a\nb":           {{nil, "\"a\nb", 0, schema.CodeTruncated}},
		"x,\"a\nb\n":       {{nil, "x,\"a\n", 0, schema.CodeSyntax}, {[]string{"b"}, "b\n", 5, ""}},
		"a\n\"x\"y,1\nb\n": {{[]string{"a"}, "a\n", 0, ""}, {nil, "\"x\"y,1\n", 2, schema.CodeSyntax}, {[]string{"b"}, "b\n", 9, ""}},
		"\"a\",\"b\"\r":    {{[]string{"a", "b"}, "\"a\",\"b\"\r", 0, ""}},
	}
	for data, want := range tests {
		for name, r := range map[string]io.Reader{
			"whole": strings.NewReader(data), "byte by byte": iotest.OneByteReader(strings.NewReader(data)),
			"error with the data": iotest.DataErrReader(strings.NewReader(data)),
		} {
			if d := cmp.Diff(want, rows(t, NewReader(r, ','))); d != "" {
				t.Errorf("%q, %s: %s", data, name, d)
			}
		}
	}
}

func TestRowsBeyondTheLimit(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3<<16)
	for name, data := range map[string]string{
		"then empty": `"` + long + `","b"` + "\r\n" + `"","d"` + "\r\n",
		"closed":     `"` + long + `","b"` + "\r\n" + `"c","d"` + "\r\n",
		"not closed": `"` + long + "\n" + `"c","d"` + "\r\n",
		"unquoted":   long + "\nc,d\r\n",
		"last":       long + "\n\n",
	} {
		tab := NewReader(iotest.HalfReader(strings.NewReader(data)), ',')
		tab.limit = 1 << 16
		first, err := tab.Next()
		check(t, err)
		end := int64(strings.IndexByte(data, '\n') + 1)
		if first.Code != schema.CodeTooLarge || first.Size != end && name != "last" || len(first.Raw) != 1<<16 {
			t.Errorf("%s: %s, %d of %d bytes, %d kept", name, first.Code, first.Size, end, len(first.Raw))
		}
		if rest := rows(t, tab); name != "last" && (len(rest) != 1 || rest[0].Cells[1] != "d" || rest[0].Offset != end) {
			t.Errorf("%s: rest is %d rows", name, len(rest))
		}
	}
}

// Quotes made to have each line scan all lines behind it must not take for ever.
func TestRowsAreReadInLinearTime(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"x,\"\"\"\n", "\"\"x\n", "x,\"a\"\"\n", "x,\"\n", "\"\n", "\"a\n\"\"\n"} {
		tab := NewReader(strings.NewReader(strings.Repeat(line, 512<<10/len(line))), ',')
		tab.limit = 1 << 14
		n := len(rows(t, tab))
		if n == 0 {
			t.Errorf("%q: no rows", line)
		}
		if tab.again > 6*tab.limit {
			t.Errorf("%q: %d bytes read again", line, tab.again)
		}
	}
}

func TestReadErrorsComeThrough(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	tab := NewReader(io.MultiReader(strings.NewReader("a,b\nc"), iotest.ErrReader(broken)), ',')
	var err error
	n := 0
	for err == nil {
		_, err = tab.Next()
		n++
	}
	if !errors.Is(err, broken) || n != 3 {
		t.Errorf("%v after %d rows", err, n-1)
	}
}

// FuzzRows compares with encoding/csv where both accept the text, and else
// asserts that the rows are the text: nothing lost, nothing twice.
func FuzzRows(f *testing.F) {
	f.Add("a,b\r\n\"c\r\nd\",\"e\"\"\"\n", byte(','))
	f.Add("\"a\"b\n\"c\n\"d\",x", byte(';'))
	f.Add("#TYPE X\n\"Name\",\"Payload\"\n\"x\",\"{\"\"a\"\":1}\"", byte('\t'))
	f.Fuzz(func(t *testing.T, text string, comma byte) {
		if comma != ';' && comma != '\t' {
			comma = ','
		}
		tab := NewReader(strings.NewReader(text), comma)
		got := rows(t, tab)
		if d := cmp.Diff(got, rows(t, NewReader(iotest.OneByteReader(strings.NewReader(text)), comma))); d != "" {
			t.Errorf("depends on how the text is read: %s", d)
		}
		at := 0
		ours := [][]string{}
		for _, r := range got {
			if between := text[at:r.Offset]; strings.Trim(between, "\r\n") != "" {
				t.Errorf("%q lost before %d", between, r.Offset)
			}
			if r.Raw == "" || text[r.Offset:][:len(r.Raw)] != r.Raw {
				t.Errorf("%q is not what stands at %d", r.Raw, r.Offset)
			}
			at = int(r.Offset) + len(r.Raw)
			if r.Code != "" {
				ours = nil
			}
			if ours != nil {
				cells := make([]string, 0, len(r.Cells))
				for _, c := range r.Cells {
					cells = append(cells, strings.ReplaceAll(c, "\r\n", "\n"))
				}
				ours = append(ours, cells)
			}
		}
		if strings.Trim(text[at:], "\r\n") != "" {
			t.Errorf("%q lost at the end", text[at:])
		}
		std := csv.NewReader(strings.NewReader(text))
		std.Comma, std.FieldsPerRecord = rune(comma), -1
		theirs, err := std.ReadAll()
		if err != nil || ours == nil || strings.Contains(text, "\r\r") {
			return // encoding/csv takes the one line end or the other, we do not judge
		}
		if theirs == nil {
			theirs = [][]string{}
		}
		if d := cmp.Diff(theirs, ours); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	})
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
