package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"inzage/schema"
	"inzage/testdata/corpus"
	"inzage/workers/graphexport/simulate"
	"inzage/workers/graphexport/simulate/blobstore"
)

// simulated is the answer of `inzage simulate --json`: all that is needed to
// ask the tenant for an export. Nothing in it is secret or about anybody.
type simulated struct {
	Address string           `json:"address"`
	Tenant  string           `json:"tenant"`
	Client  string           `json:"client"`
	Secret  string           `json:"secret"`
	Storage simulatedStorage `json:"storage"`
	People  []simulatedOne   `json:"people"`
}

type simulatedStorage struct {
	Account  string `json:"account"`
	Key      string `json:"key"`
	Endpoint string `json:"endpoint"`
}

type simulatedOne struct {
	ObjectID string   `json:"object_id"`
	Name     string   `json:"name"`
	UPN      string   `json:"upn"`
	Former   []string `json:"former,omitempty"`
	Note     string   `json:"note,omitempty"` // guest, deleted or disabled
}

// simulateCommand serves a simulated tenant, and storage, until it is stopped.
func (a *app) simulateCommand() *cobra.Command {
	var (
		o      simulate.Options
		faults []string
		layout string
		serve  serving
	)
	c := a.command("simulate", "simulate", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		for _, name := range faults {
			o.Faults = append(o.Faults, simulate.Fault(name))
			if !slices.Contains(simulate.Faults(), simulate.Fault(name)) {
				return a.usage("cli.error.fault", "fault", name)
			}
		}
		o.Layout, o.TLS = simulate.Layout(layout), serve.certificate != ""
		if o.Layout != simulate.ByAgent && o.Layout != simulate.ByProduct {
			return a.usage("cli.error.layout")
		}
		o.App.Roles = simulate.Roles()
		if o.Day < 0 {
			return a.usage("cli.error.day")
		}
		return a.simulate(c.Context(), o, serve)
	})
	for _, f := range simulate.Faults() {
		c.Long += "\n  " + string(f) + strings.Repeat(" ", 20-len(f)) + a.text("cli.simulate.fault."+string(f))
	}
	c.Flags().Uint64Var(&o.Seed, "seed", 1, a.text("cli.flag.seed"))
	c.Flags().StringSliceVar(&faults, "fault", nil, a.text("cli.flag.fault"))
	c.Flags().StringVar(&layout, "layout", string(simulate.ByAgent), a.text("cli.flag.layout"))
	c.Flags().DurationVar(&o.Day, "day", time.Second, a.text("cli.flag.day"))
	c.Flags().StringVar(&o.Address, "listen", "127.0.0.1:0", a.text("cli.flag.listen"))
	c.Flags().StringVar(&serve.storage, "listen-storage", "127.0.0.1:0", a.text("cli.flag.listen-storage"))
	c.Flags().StringVar(&serve.certificate, "tls", "", a.text("cli.flag.tls"))
	c.Flags().StringVar(&serve.settings, "settings", "", a.text("cli.flag.simulate-settings"))
	c.Flags().BoolVar(&serve.asJSON, "json", false, a.text("cli.flag.json"))
	names := make([]string, 0, len(simulate.Faults()))
	for _, f := range simulate.Faults() {
		names = append(names, string(f))
	}
	_ = c.RegisterFlagCompletionFunc("fault", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("layout", cobra.FixedCompletions([]string{"agent", "product"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// serving is where the tenant is served and how others get to know.
type serving struct {
	storage     string // address to listen on
	certificate string // file to write
	settings    string // folder to write
	asJSON      bool
}

// simulate serves until ctx ends, which is how it is meant to end.
func (a *app) simulate(ctx context.Context, o simulate.Options, serve serving) (err error) {
	store, err := blobstore.Start(blobstore.Options{Address: serve.storage})
	if err != nil {
		return schema.Fail(schema.CodeIO, "serve storage", err)
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	lines := make(chan simulate.Notice, 16)
	o.Notice = func(n simulate.Notice) {
		select {
		case lines <- n:
		case <-ctx.Done():
		}
	}
	tenant, err := simulate.Start(o)
	if err != nil {
		return schema.Fail(schema.CodeIO, "serve tenant", err)
	}
	defer func() { err = errors.Join(err, tenant.Close()) }()
	if serve.certificate != "" {
		if err := os.WriteFile(serve.certificate, tenant.Certificate(), 0o600); err != nil {
			return schema.Fail(schema.CodeIO, "write certificate", err)
		}
	}
	s := describe(tenant, store)
	if serve.settings != "" {
		if err := s.settings(serve.settings); err != nil {
			return schema.Fail(schema.CodeIO, "write settings", err)
		}
	}
	if err := a.introduce(s, serve.asJSON); err != nil {
		return schema.Fail(schema.CodeIO, "write answer", err)
	}
	for {
		select {
		case n := <-lines:
			a.noticed(n)
		case <-ctx.Done():
			return nil
		}
	}
}

// describe tells how the tenant can be reached, and who is in it.
func describe(tenant *simulate.Tenant, store *blobstore.Store) simulated {
	app := tenant.App()
	s := simulated{
		Address: tenant.URL(), Tenant: tenant.ID(), Client: app.ClientID, Secret: app.Secret,
		Storage: simulatedStorage{Account: store.Account(), Key: store.Key(), Endpoint: store.URL()},
	}
	for _, e := range tenant.People() {
		s.People = append(s.People, simulatedOne{e.ObjectID, e.Name, e.UPN, e.Former, note(e)})
	}
	return s
}

// settings writes the tenant as a connection with Microsoft: microsoft.yaml with
// the files of its secrets beside it.
func (s simulated) settings(folder string) error {
	text := fmt.Sprintf(`# A simulated tenant on this machine. Everything is invented.
simulated: %s
tenant_id: %s
client_id: %s
sign_in: secret
client_secret_file: client-secret
storage_account: %s
storage_endpoint: %s
storage_key_file: storage-key
storage_by_key: true
`, s.Address, s.Tenant, s.Client, s.Storage.Account, s.Storage.Endpoint)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	for _, f := range [][2]string{{"client-secret", s.Secret}, {"storage-key", s.Storage.Key}, {"microsoft.yaml", text}} {
		if err := os.WriteFile(filepath.Join(folder, f[0]), []byte(f[1]), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// introduce says it, to a person or a program.
func (a *app) introduce(s simulated, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(a.stdout).Encode(s)
	}
	a.printf("%s\n\n", a.text("cli.simulate.ready"))
	for _, row := range [][2]string{
		{"cli.simulate.address", s.Address},
		{"cli.simulate.tenant", s.Tenant},
		{"cli.simulate.client", s.Client},
		{"cli.simulate.secret", s.Secret},
		{"cli.simulate.endpoint", s.Storage.Endpoint},
		{"cli.simulate.key", s.Storage.Key},
	} {
		a.printf("%-12s %s\n", a.text(row[0]), row[1])
	}
	a.printf("\n")
	for _, p := range s.People {
		a.printf("%s  %s", p.ObjectID, p.UPN)
		if p.Note != "" {
			a.printf("  (%s)", a.text("cli.simulate."+p.Note))
		}
		a.printf("\n")
	}
	a.printf("\n")
	return nil
}

// note is what is special about somebody.
func note(e corpus.Employee) string {
	switch {
	case e.Deleted:
		return "deleted"
	case e.Guest:
		return "guest"
	case e.Disabled:
		return "disabled"
	}
	return ""
}

// noticed shows one request that was answered.
func (a *app) noticed(n simulate.Notice) {
	line := n.Method + " " + n.Route + " " + itoa(n.Status)
	if n.Code != "" {
		line += " " + n.Code
	}
	_, _ = a.stderr.Write([]byte(line + "\n"))
}
