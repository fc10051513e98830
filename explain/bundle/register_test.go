package bundle

import (
	"bytes"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"inzage/schema"
)

// TestRegister reads a register back: days are days, a formula is a text, and the
// same in gives the same bytes.
func TestRegister(t *testing.T) {
	t.Parallel()
	r := Register{
		Title: "Zaken", Lang: schema.Dutch, Made: time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC), Columns: []string{"Zaak", "Dag", "Over"},
		Rows: [][]any{{"=1+1", schema.NewDate(2026, 3, 5), -2}, {"2026-B: een zin die langer is dan de kolom", schema.Date{}, 7}},
	}
	var one, two bytes.Buffer
	for _, b := range []*bytes.Buffer{&one, &two} {
		if err := WriteRegister(b, r); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("the same register, other bytes")
	}
	x, err := excelize.OpenReader(&one)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	for cell, want := range map[string]string{"A1": "Zaak", "A2": "=1+1", "B2": "2026-03-05", "C2": "-2", "B3": ""} {
		if got, err := x.GetCellValue("Zaken", cell); err != nil || got != want {
			t.Errorf("%s holds %q, %v", cell, got, err)
		}
	}
	if formula, err := x.GetCellFormula("Zaken", "A2"); err != nil || formula != "" {
		t.Errorf("a text became the formula %q, %v", formula, err)
	}
	if tables, err := x.GetTables("Zaken"); err != nil || len(tables) != 1 {
		t.Errorf("%d tables, %v", len(tables), err)
	}
	for cell, want := range map[string]struct{ bold, wrap bool }{"A1": {true, true}, "A2": {false, true}, "C2": {}} {
		id, err := x.GetCellStyle("Zaken", cell)
		if err != nil {
			t.Fatal(err)
		}
		style, err := x.GetStyle(id)
		if err != nil {
			t.Fatal(err)
		}
		if bold := style.Font != nil && style.Font.Bold; bold != want.bold || style.Alignment == nil || style.Alignment.WrapText != want.wrap {
			t.Errorf("%s: bold %v, alignment %+v", cell, bold, style.Alignment)
		}
	}
	if high, err := x.GetRowHeight("Zaken", 3); err != nil || high < 2*lineHeight {
		t.Errorf("a row with a long text is %v points high, %v", high, err)
	}
	if names := x.GetDefinedName(); len(names) != 1 || names[0].RefersTo != "'Zaken'!$1:$1" {
		t.Errorf("the head does not stand on each page: %+v", names)
	}
	if err := WriteRegister(&two, Register{Title: "Zaken", Columns: []string{"Zaak"}}); err != nil {
		t.Errorf("no case at all: %v", err)
	}
}
