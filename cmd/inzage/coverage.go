package main

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"inzage/explain"
	"inzage/schema"
	"inzage/testdata"
)

// layered is the answer of `inzage catalog coverage NAMES.txt`.
type layered struct {
	Names  int                 `json:"names"`
	Layers map[string]int      `json:"layers"`
	Shown  map[string][]string `json:"shown,omitempty"`
}

// catalogCoverageCommand measures the catalog on the names that Microsoft
// publishes, or tells for lists of names on which layer each is explained.
func (a *app) catalogCoverageCommand() *cobra.Command {
	var asJSON, fields bool
	var show []string
	c := a.command("coverage [NAMES.txt…]", "catalog.coverage", cobra.ArbitraryArgs, func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return a.coverage(asJSON)
		}
		var names []string
		for _, file := range args {
			list, err := a.names(file)
			if err != nil {
				return err
			}
			names = append(names, list...)
		}
		slices.Sort(names)
		return a.layered(slices.Compact(names), fields, show, asJSON)
	})
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	c.Flags().BoolVar(&fields, "fields", false, a.text("cli.flag.fields"))
	c.Flags().StringSliceVar(&show, "show", nil, a.text("cli.flag.show"))
	return c
}

// coverage tells how well the published names are explained.
func (a *app) coverage(asJSON bool) error {
	var events []schema.Record
	for _, e := range testdata.Events() {
		events = append(events, e.Record())
	}
	var fields []explain.Named
	for _, f := range testdata.Fields() {
		fields = append(fields, explain.Named(f))
	}
	got := a.catalog.Coverage(events, fields)
	if asJSON {
		return json.NewEncoder(a.stdout).Encode(got)
	}
	for _, line := range []struct {
		key   string
		value string
	}{
		{"cli.catalog.coverage.events", itoa(got.Events)},
		{"cli.catalog.coverage.own", share(got.Own)},
		{"cli.catalog.coverage.composed", share(got.Composed)},
		{"cli.catalog.coverage.fields", itoa(got.Fields)},
		{"cli.catalog.coverage.dictionary", share(got.Dictionary)},
		{"cli.catalog.coverage.rule", share(got.Rule)},
		{"cli.catalog.coverage.mentions", itoa(got.Mentions)},
		{"cli.catalog.coverage.dictionary", share(got.DictionaryMentions)},
		{"cli.catalog.coverage.rule", share(got.RuleMentions)},
		{"cli.catalog.coverage.unexplained", itoa(len(got.Unexplained))},
	} {
		a.printf("%9s  %s\n", line.value, a.text(line.key))
	}
	for _, name := range got.Unexplained {
		a.printf("%9s  %s\n", "", name)
	}
	return nil
}

func share(percent float64) string { return fmt.Sprintf("%.2f %%", percent) }

// layered counts the names on each layer and shows those on the layers asked for.
func (a *app) layered(names []string, fields bool, show []string, asJSON bool) error {
	layers, of := schema.EventLayers(), a.catalog.EventLayers()
	if fields {
		layers, of = schema.FieldLayers(), a.catalog.FieldLayer
	}
	got := layered{Names: len(names), Layers: map[string]int{}}
	for _, l := range layers {
		got.Layers[string(l)] = 0
	}
	for _, name := range names {
		l := string(of(name))
		got.Layers[l]++
		if slices.Contains(show, l) {
			if got.Shown == nil {
				got.Shown = map[string][]string{}
			}
			got.Shown[l] = append(got.Shown[l], name)
		}
	}
	if asJSON {
		return json.NewEncoder(a.stdout).Encode(got)
	}
	a.printf("%-12s %8d\n", a.text("cli.catalog.coverage.names"), got.Names)
	for _, l := range layers {
		a.printf("%-12s %8d  %s\n", l, got.Layers[string(l)], a.text("layer."+string(l)))
		for _, name := range got.Shown[string(l)] {
			a.printf("    %s\n", name)
		}
	}
	return nil
}
