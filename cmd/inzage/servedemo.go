package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.yaml.in/yaml/v3"

	"inzage/schema"
	"inzage/workers/graphexport/fetch"
	"inzage/workers/graphexport/simulate"
	"inzage/workers/graphexport/simulate/blobstore"
)

// demoDay is how long a day takes Microsoft in the demo: an export is there
// after one or two.
const demoDay = 500 * time.Millisecond

// serveDemo runs the service with a simulated tenant of invented employees, all
// on this machine, in a folder that is gone afterwards.
func (a *app) serveDemo(ctx context.Context, f serveFlags) (err error) {
	folder, remove, err := scratch("")
	if err != nil {
		return err
	}
	defer remove()
	store, err := blobstore.Start(blobstore.Options{Address: "127.0.0.1:0"})
	if err != nil {
		return schema.Fail(schema.CodeIO, "serve storage", err)
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	tenant, err := simulate.Start(simulate.Options{Seed: 1, Day: demoDay, Layout: simulate.ByAgent})
	if err != nil {
		return schema.Fail(schema.CodeIO, "serve tenant", err)
	}
	defer func() { err = errors.Join(err, tenant.Close()) }()
	s := describe(tenant, store)
	if err := s.settings(folder); err != nil {
		return schema.Fail(schema.CodeIO, "write settings", err)
	}
	if err := s.people(folder); err != nil {
		return schema.Fail(schema.CodeIO, "write people", err)
	}
	settings, err := a.demoSettings(folder)
	if err != nil {
		return schema.Fail(schema.CodeIO, "write settings", err)
	}
	*f.reach = reachFlags{data: folder, config: settings}
	f.people = a.demoPeople(s)
	f.microsoft = filepath.Join(folder, "microsoft.yaml")
	f.times = fetch.Times{Polls: []fetch.Poll{{Every: time.Second}}, Grace: time.Second, Settle: time.Second}
	a.printf("%s\n", a.text("cli.serve.demo", "folder", folder, "today", today(config{Zone: "Europe/Amsterdam"}.zone()).String(), "listen", f.listen))
	return a.serve(ctx, f, true)
}

// demoSettings writes the configuration of the demo: who answers.
func (a *app) demoSettings(folder string) (file string, err error) {
	org := filepath.Join(folder, "organisation.yaml")
	file = filepath.Join(folder, "inzage.yaml")
	for name, settings := range map[string]map[string]string{
		org:  {"name": a.text("cli.serve.demo.organisation")},
		file: {"organisation_file": org},
	} {
		text, err := yaml.Marshal(settings)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(name, text, 0o600); err != nil {
			return "", err
		}
	}
	return file, nil
}

// people writes a person file for each employee of the tenant that can be asked
// for by name: employee-1.yaml and so on.
func (s simulated) people(folder string) error {
	for i, p := range s.People {
		who := identity{Name: p.Name, UPNs: append([]string{p.UPN}, p.Former...), ObjectID: p.ObjectID, TenantID: s.Tenant}
		text, err := yaml.Marshal(who)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("employee-%d.yaml", i+1)), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}
