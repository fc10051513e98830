package bundle

import (
	"bytes"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"inzage/schema"
)

// TestLibreOffice opens the workbook in another office program and reads its
// cells back: what was written, no more and no less, on every sheet.
func TestLibreOffice(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short: no office program")
	}
	soffice := tool(t, "soffice", "libreoffice")
	dir := t.TempDir()
	path, _ := sampleBundle(t, sampleHead(t, schema.Dutch), 25)
	book := member(t, path, "inzage-2026-0042.xlsx")
	file := filepath.Join(dir, "book.xlsx")
	if err := writeFile(file, book); err != nil {
		t.Fatal(err)
	}
	// Every sheet as CSV: comma, quotes around text, UTF-8, cells as they are
	// and not as they look, all sheets.
	cmd := command(t, soffice, "-env:UserInstallation=file://"+filepath.ToSlash(filepath.Join(dir, "profile")),
		"--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,false,false,false,false,false,-1", "--outdir", dir, file)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatal(err, out.String())
	}
	for name, s := range readBook(t, book).sheets {
		b, err := os.ReadFile(filepath.Join(dir, "book-"+name+".csv"))
		if err != nil {
			t.Error(err)
			continue
		}
		r := csv.NewReader(bytes.NewReader(b))
		r.FieldsPerRecord = -1
		rows, err := r.ReadAll()
		if err != nil {
			t.Error(name, err)
			continue
		}
		got := make(map[string]string)
		for i, row := range rows {
			for k, v := range row {
				if v != "" {
					got[letter(k)+strconv.Itoa(i+1)] = v
				}
			}
		}
		want := make(map[string]string)
		for at, v := range s.cells {
			if v != "" {
				want[at] = v
			}
		}
		if d := gocmp.Diff(want, got, gocmp.Comparer(sameValue)); d != "" {
			t.Errorf("%s (-written +read)\n%.1500s", name, d)
		}
	}
}

// sameValue: dates and numbers are stored as numbers, and dates read as text.
func sameValue(a, b string) bool {
	if strings.ReplaceAll(a, "\r\n", "\n") == strings.ReplaceAll(b, "\r\n", "\n") {
		return true
	}
	x, y := numeric(a), numeric(b)
	return !math.IsNaN(x) && math.Abs(x-y) < 1.0/86400 // a second, of a day
}

// numeric is the number that a cell stores for a text, not a number for others.
// Dates come as the Dutch write them.
func numeric(s string) float64 {
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return f
	}
	if f, err := strconv.ParseFloat(strings.TrimSuffix(s, "%"), 64); err == nil {
		return f / 100
	}
	for _, layout := range []string{"02-01-2006 15:04:05", "02-01-2006"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24
		}
	}
	return math.NaN()
}
