package main

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"inzage/explain"
	"inzage/schema"
	"inzage/testdata"
)

// said is one name with what inzage says of it.
type said struct {
	Name  string `json:"name"`
	Layer string `json:"layer"`
	Text  string `json:"text"`
}

// catalogSampleCommand shows names as an employee reads them, at random but the
// same for the same seed: who reads a few hundred knows how good the words are.
func (a *app) catalogSampleCommand() *cobra.Command {
	var (
		asJSON, fields bool
		number         int
		seed           uint64
		layers         []string
	)
	c := a.command("sample [NAMES.txt]", "catalog.sample", cobra.MaximumNArgs(1), func(c *cobra.Command, args []string) error {
		lang, err := a.bundleLang(c)
		if err != nil {
			return err
		}
		all, err := a.sayings(lang, fields, args)
		if err != nil {
			return err
		}
		if len(layers) > 0 {
			all = slices.DeleteFunc(all, func(s said) bool { return !slices.Contains(layers, s.Layer) })
		}
		rng := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a sample, not a secret
		rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		all = all[:min(max(number, 0), len(all))]
		if asJSON {
			return json.NewEncoder(a.stdout).Encode(all)
		}
		for _, s := range all {
			a.printf("%s  [%s]\n    %s\n", s.Name, s.Layer, s.Text)
		}
		return nil
	})
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	c.Flags().BoolVar(&fields, "fields", false, a.text("cli.flag.fields"))
	c.Flags().IntVarP(&number, "number", "n", 20, a.text("cli.flag.number"))
	c.Flags().Uint64Var(&seed, "seed", 1, a.text("cli.flag.seed"))
	c.Flags().StringSliceVar(&layers, "layer", nil, a.text("cli.flag.layer"))
	return c
}

// sayings says every name of the list, without one those that Microsoft publishes.
func (a *app) sayings(lang schema.Lang, fields bool, args []string) ([]said, error) {
	var records []schema.Record
	switch {
	case len(args) > 0:
		names, err := a.lines(args[0])
		if err != nil {
			return nil, err
		}
		for _, line := range names { // a list can stand behind a name, as in testdata/names
			name, list, _ := strings.Cut(line, "\t")
			records = append(records, testdata.Event{Name: name, List: strings.TrimSpace(list)}.Record())
		}
	case fields:
		for _, f := range testdata.Fields() {
			records = append(records, schema.Record{Event: f.Name})
		}
	default:
		for _, e := range testdata.Events() {
			records = append(records, e.Record())
		}
	}
	x := a.catalog.For(explain.Reader{Lang: lang})
	list := make([]said, 0, len(records))
	for _, r := range records {
		s := said{Name: r.Event}
		if fields {
			n := x.Explain(schema.Record{Fields: []schema.Field{{Path: r.Event}}}).Notes[0]
			s.Layer, s.Text = string(n.Layer), n.Meaning
		} else {
			e := x.Explain(r)
			s.Layer, s.Text = string(e.Layer), e.Text.Reveal()
		}
		list = append(list, s)
	}
	return list, nil
}
