package main

import (
	"io"
	"os"
	"time"

	"inzage/explain/bundle"
	"inzage/explain/posture"
	"inzage/schema"
)

// workbook writes a file that only its owner can read.
func (a *app) workbook(path string, write func(io.Writer) error) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return schema.Fail(schema.CodeIO, "create workbook", err)
	}
	defer func() {
		if cerr := f.Close(); err == nil && cerr != nil {
			err = schema.Fail(schema.CodeIO, "write workbook", cerr)
		}
	}()
	return write(f)
}

// headings looks up the heads of columns.
func (a *app) headings(prefix string, keys ...string) []string {
	list := make([]string, 0, len(keys))
	for _, k := range keys {
		list = append(list, a.text(prefix+k))
	}
	return list
}

// writePosture writes how the advice stands for the data protection officer. It
// is dated by its day, so the same evidence gives the same bytes.
func (a *app) writePosture(w io.Writer, r *posture.Report) error {
	first := bundle.Register{
		Title: a.text("posture.sheet.summary"), Lang: a.lang, Made: time.Date(r.On.Year(), r.On.Month(), r.On.Day(), 0, 0, 0, 0, time.UTC),
		Columns: a.headings("posture.col.", "what", "count"), Widths: []float64{80, 14},
		Rows: [][]any{
			{a.text("posture.state.pass"), r.Pass},
			{a.text("posture.state.fail"), r.Fail},
			{a.text("posture.state.unknown"), r.Unknown},
		},
	}
	advice := bundle.Register{
		Title:   a.text("posture.sheet.advice"),
		Columns: a.headings("posture.col.", "advice", "state", "seen", "on", "do", "look", "source"),
		Widths:  []float64{34, 18, 40, 14, 60, 60, 40},
	}
	evidence := bundle.Register{
		Title:   a.text("posture.sheet.evidence"),
		Columns: a.headings("posture.col.", "advice", "seen", "on", "how", "by", "note"),
		Widths:  []float64{34, 40, 14, 34, 30, 50},
	}
	for n := range r.Items {
		i := &r.Items[n]
		seen, on := "", schema.Date{}
		if e, ok := i.Decisive(); ok {
			seen, on = a.answer(i, e), e.On
		}
		if i.Why != "" {
			seen = a.text("posture.why." + string(i.Why))
		}
		advice.Rows = append(advice.Rows, []any{
			visible(i.Advice.Name.In(a.lang)), a.text("posture.state." + string(i.State)), seen, on,
			visible(i.Advice.Text.In(a.lang)), visible(i.Advice.Look.In(a.lang)), visible(i.Advice.Source.In(a.lang)),
		})
		for _, e := range i.Evidence {
			evidence.Rows = append(evidence.Rows, []any{
				visible(i.Advice.Name.In(a.lang)), a.answer(i, e), e.On, a.text("posture.how." + string(e.How)), visible(e.By), visible(e.Note),
			})
		}
	}
	return bundle.WriteRegister(w, first, advice, evidence)
}
