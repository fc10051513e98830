package main

import (
	"context"

	"inzage/explain/posture"
	"inzage/schema"
	"inzage/workers/inputs"
	"inzage/workers/usage"
)

// askReports adds what usage reports show of the setting that conceals names: it is
// of the day of each report.
func (a *app) askReports(ctx context.Context, files []string, on schema.Date, seen map[string][]posture.Evidence) error {
	temp, remove, err := scratch("")
	if err != nil {
		return err
	}
	defer remove()
	set, err := inputs.Open(ctx, files, inputs.Options{Temp: temp, Stdin: a.stdin})
	if err != nil {
		return err
	}
	defer func() { _ = set.Close() }()
	reports := usage.New()
	found := 0
	for f, err := range set.Files() {
		if err != nil {
			return err
		}
		shown, day, ok, err := reports.Names(f)
		switch {
		case err != nil:
			return err
		case !ok:
			a.warn("cli.posture.no-report", "file", visible(f.Name))
			a.code = exitIncomplete
			continue
		case day.After(on):
			return a.usage("cli.posture.wrong.future", "key", visible(f.Name))
		}
		found++
		value := "hidden"
		if shown {
			value = "shown"
		}
		seen["report-names"] = append(seen["report-names"], posture.Evidence{Value: value, On: day, How: posture.UsageReport})
	}
	if found == 0 {
		return schema.Fail(schema.CodeNothingFound, "read reports", nil)
	}
	return nil
}
