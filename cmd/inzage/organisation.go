package main

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"inzage/explain/bundle"
	"inzage/explain/catalog"
	"inzage/explain/law"
	"inzage/schema"
)

// organisation is the shape of organisation.yaml: who answers, how they can be
// reached, and what was found in their tenant.
type organisation struct {
	Name       string         `yaml:"name"`
	Profile    law.Profile    `yaml:"profile"`
	Controller law.Controller `yaml:"controller"`
	Contact    string         `yaml:"contact"`
	DPO        string         `yaml:"dpo"`
	Objection  string         `yaml:"objection"`
	Website    string         `yaml:"website"`
	Settings   map[string]struct {
		Value string      `yaml:"value"`
		On    schema.Date `yaml:"on"`
	} `yaml:"settings"`
}

// lawFlags are the flags that decide which legal texts a bundle has.
type lawFlags struct{ file, name, profile, controller, folder string }

func (a *app) lawFlags(c *cobra.Command, f *lawFlags) {
	c.Flags().StringVar(&f.name, "organisation", "", a.text("cli.flag.organisation"))
	c.Flags().StringVar(&f.file, "organisation-file", "", a.text("cli.flag.organisation-file"))
	c.Flags().StringVar(&f.profile, "profile", "", a.text("cli.flag.profile"))
	c.Flags().StringVar(&f.controller, "controller-kind", "", a.text("cli.flag.controller-kind"))
	c.Flags().StringVar(&f.folder, "law", "", a.text("cli.flag.law"))
	complete := func(name string, list []string) {
		_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(list, cobra.ShellCompDirectiveNoFileComp))
	}
	complete("profile", codes(law.Profiles()))
	complete("controller-kind", codes(law.Controllers()))
}

// codes lists codes as text.
func codes[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = string(c)
	}
	return out
}

// organisation reads the organisation's file and lets flags go before it.
func (a *app) organisation(f lawFlags) (*organisation, error) {
	o := &organisation{}
	if f.file != "" {
		data, err := os.ReadFile(f.file)
		if err != nil {
			return nil, schema.Fail(schema.CodeConfig, "read organisation file", err)
		}
		d := yaml.NewDecoder(bytes.NewReader(data))
		d.KnownFields(true)
		if err := d.Decode(o); err != nil && !errors.Is(err, io.EOF) {
			return nil, schema.Fail(schema.CodeConfig, "parse organisation file", err)
		}
		for name, s := range o.Settings {
			if !law.KnownSetting(name, s.Value) || s.On.IsZero() {
				return nil, schema.Fail(schema.CodeConfig, "check settings in organisation file", nil)
			}
		}
	}
	o.Name = cmp.Or(f.name, o.Name)
	o.Profile = cmp.Or(law.Profile(f.profile), o.Profile, law.Overig)
	if !slices.Contains(law.Profiles(), o.Profile) {
		return nil, a.usage("cli.error.profile")
	}
	o.Controller = cmp.Or(law.Controller(f.controller), o.Controller)
	if o.Controller == "" && o.Profile == law.Rijk {
		o.Controller = law.PublicBody
	}
	o.Controller = cmp.Or(o.Controller, law.Untold)
	if !slices.Contains(law.Controllers(), o.Controller) {
		return nil, a.usage("cli.error.controller-kind")
	}
	return o, nil
}

// contact is how bundles name the organisation's people.
func (o *organisation) contact() bundle.Contact {
	return bundle.Contact{Contact: o.Contact, DPO: o.DPO, Objection: o.Objection, Website: o.Website}
}

// settings are what was found in the tenant.
func (o *organisation) settings() map[string]law.Setting {
	m := make(map[string]law.Setting, len(o.Settings))
	for name, s := range o.Settings {
		m[name] = law.Setting{Value: s.Value, On: s.On}
	}
	return m
}

// legalTexts loads the texts of the catalog, and those of the organisation where
// it has a folder of its own.
func legalTexts(folder string) (*law.Library, error) {
	base, err := fs.Sub(catalog.FS(), "law")
	if err != nil {
		return nil, schema.Fail(schema.CodeInternal, "find legal texts", err)
	}
	if folder == "" {
		return law.Load(base)
	}
	if s, err := os.Stat(folder); err != nil || !s.IsDir() {
		return nil, schema.Fail(schema.CodeConfig, "open folder of legal texts", err)
	}
	return law.Load(base, os.DirFS(folder))
}
