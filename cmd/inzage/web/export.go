package web

import (
	"bytes"
	"encoding/csv"
	"fmt"

	"inzage/explain/bundle"
	"inzage/schema"
)

// exported is what leaves in an export, per case: its number, dates and stages,
// and how many kinds of findings there are. Not who it is about, and nothing of
// what anybody does.
func (d *Desk) exported(v *visit) (heads []string, rows [][]any) {
	word := func(key string) string { return d.Catalog.Text(v.lang, key) }
	yes := func(is bool) string {
		return word(map[bool]string{true: "desk.export.yes", false: "desk.export.no"}[is])
	}
	for _, key := range []string{
		"cli.column.case", "cli.column.state", "cli.column.received", "cli.column.due", "desk.export.left", "desk.export.overdue",
		"desk.export.extended", "cli.column.waiting", "desk.export.changed", "desk.export.answered", "desk.export.findings",
	} {
		heads = append(heads, word(key))
	}
	for _, s := range d.list(v, "").all {
		var left any = ""
		if s.State.Open() {
			left = s.DaysLeft
		}
		answered := schema.Date{}
		if !s.Answered.IsZero() {
			answered = schema.CivilDate(s.Answered, d.Zone)
		}
		rows = append(rows, []any{
			s.Case, word("cli.state." + string(s.State)), s.Received, s.Due, left, yes(s.Overdue), yes(s.Extended),
			word("cli.waiting." + string(s.WaitingFor)), schema.CivilDate(s.Changed, d.Zone), answered, int(s.Build.Counts["findings"]),
		})
	}
	return heads, rows
}

// exportCSV gives the list as a spreadsheet reads it: with a mark that it is
// UTF-8, and with the separator that a Dutch one expects.
func (d *Desk) exportCSV(v *visit) error {
	heads, rows := d.exported(v)
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	if v.lang == schema.Dutch {
		w.Comma = ';'
	}
	_ = w.Write(heads) // a buffer takes everything
	for _, row := range rows {
		line := make([]string, len(row))
		for i, cell := range row {
			line[i] = fmt.Sprint(cell)
		}
		_ = w.Write(line)
	}
	w.Flush()
	return d.attach(v, "text/csv; charset=utf-8", "csv", b.Bytes())
}

func (d *Desk) exportXLSX(v *visit) error {
	heads, rows := d.exported(v)
	var b bytes.Buffer
	err := bundle.WriteRegister(&b, bundle.Register{
		Title: d.Catalog.Text(v.lang, "desk.export.title"), Lang: v.lang, Made: d.Now(), Columns: heads, Rows: rows,
	})
	if err != nil {
		return err
	}
	return d.attach(v, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", b.Bytes())
}

func (d *Desk) attach(v *visit, kind, ending string, body []byte) error {
	h := v.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="inzage-`+d.today().String()+"."+ending+`"`)
	h.Set("Content-Length", itoa(len(body)))
	_, _ = v.w.Write(body)
	return nil
}
