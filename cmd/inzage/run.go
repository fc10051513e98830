package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"inzage/explain"
	"inzage/explain/law"
	"inzage/schema"
	"inzage/workers"
	"inzage/workers/inputs"
)

// runFlags are the flags of `inzage run`.
type runFlags struct {
	demo, force                        bool
	subject, received, out, caseNumber string
	zone, signKey                      string
	in                                 []string
	law                                lawFlags
}

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	c := a.command("run", "run", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		lang, err := a.bundleLang(c)
		if err != nil {
			return err
		}
		req, err := a.request(f, lang)
		if err != nil {
			return err
		}
		defer req.cleanup()
		a.lang = lang // what is said from here on is about the bundle
		return a.runRequest(c.Context(), req)
	})
	c.Flags().BoolVar(&f.demo, "demo", false, a.text("cli.flag.demo"))
	c.Flags().StringVar(&f.subject, "subject", "", a.text("cli.flag.subject"))
	c.Flags().StringVar(&f.received, "received", "", a.text("cli.flag.received"))
	c.Flags().StringArrayVar(&f.in, "in", nil, a.text("cli.flag.in"))
	c.Flags().StringVar(&f.out, "out", "out", a.text("cli.flag.out"))
	c.Flags().StringVar(&f.caseNumber, "case", "", a.text("cli.flag.case"))
	a.lawFlags(c, &f.law)
	c.Flags().StringVar(&f.zone, "zone", "Europe/Amsterdam", a.text("cli.flag.zone"))
	c.Flags().StringVar(&f.signKey, "sign-key", "", a.text("cli.flag.sign-key"))
	c.Flags().BoolVar(&f.force, "force", false, a.text("cli.flag.force"))
	return c
}

// request is one access request, checked and ready to be carried out.
type request struct {
	caseNumber   string
	organisation *organisation
	law          *law.Library
	subject      schema.Subject
	others       explain.Others
	received     schema.Date
	lang         schema.Lang
	zone         *time.Location
	in           []string
	out          string // folder
	demo         bool
	sign         ed25519.PrivateKey // nil: the bundle is not signed
	cleanup      func()
}

// file is the name of the bundle.
func (r *request) file() string { return r.caseNumber + ".zip" }

// request checks the flags, before anything is read.
func (a *app) request(f runFlags, lang schema.Lang) (*request, error) {
	r := &request{lang: lang, out: f.out, in: f.in, demo: f.demo, cleanup: func() {}}
	var err error
	if r.organisation, err = a.organisation(f.law); err != nil {
		return nil, err
	}
	if r.law, err = legalTexts(f.law.folder); err != nil {
		return nil, err
	}
	if r.zone, err = time.LoadLocation(f.zone); err != nil || f.zone == "" {
		return nil, a.usage("cli.error.zone")
	}
	switch given := f.subject != "" || f.received != "" || len(f.in) > 0; {
	case f.demo && given:
		return nil, a.usage("cli.error.demo-flags")
	case f.demo:
		err = a.demo(r)
	case f.subject == "" || f.received == "" || len(f.in) == 0:
		return nil, a.usage("cli.error.run-flags")
	default:
		if r.received, err = schema.ParseDate(f.received); err != nil {
			return nil, a.usage("cli.error.date", "date", f.received)
		}
		r.subject, r.others, err = readPerson(f.subject)
	}
	if err != nil {
		return nil, err
	}
	if r.sign, err = signKey(f.signKey); err != nil {
		return nil, err
	}
	r.caseNumber = f.caseNumber
	if r.caseNumber == "" {
		r.caseNumber = r.received.String()
		if f.demo {
			r.caseNumber = "demo"
		}
	}
	if !schema.ValidCase(r.caseNumber) {
		return nil, a.usage("cli.error.case")
	}
	if a.inside(r.out, r.in) {
		return nil, a.usage("cli.error.out-in-input")
	}
	target := filepath.Join(r.out, r.file())
	if _, err := os.Stat(target); err == nil && !f.force && !f.demo {
		return nil, a.usage("cli.error.exists", "file", target)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, schema.Fail(schema.CodeIO, "look at output", err)
	}
	return r, nil
}

// inside tells whether the output folder lies in one of the inputs: the bundle
// would then be read as input.
func (a *app) inside(out string, in []string) bool {
	outAbs, err := filepath.Abs(out)
	if err != nil {
		return false
	}
	for _, path := range in {
		abs, err := filepath.Abs(path)
		if err != nil {
			continue
		}
		if rel, err := filepath.Rel(abs, outAbs); err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return true
		}
	}
	return false
}

// runMemory is what a run is kept within: with the program itself, 256 MiB. What it
// needs at once is half of that, however large its input.
const runMemory = 208 << 20

// runRequest carries a request out on this machine, from files to bundle.
func (a *app) runRequest(ctx context.Context, r *request) error {
	if a.limit != nil && a.env("GOMEMLIMIT") == "" {
		a.limit(runMemory)
	}
	if err := os.MkdirAll(r.out, 0o700); err != nil {
		return schema.Fail(schema.CodeIO, "make output folder", err)
	}
	set, err := inputs.Open(ctx, r.in, inputs.Options{Temp: r.out})
	if err != nil {
		return err
	}
	defer func() { _ = set.Close() }()
	bar := a.progress(totalSize(set))
	summary, result, err := a.builder(r.law, r.sign).Build(ctx, workers.Case{
		Number: r.caseNumber, Organisation: r.organisation.Name, Subject: r.subject, Others: r.others, Received: r.received, Lang: r.lang, Zone: r.zone,
		Profile: r.organisation.Profile, Controller: r.organisation.Controller, Settings: r.organisation.settings(), Contact: r.organisation.contact(),
	}, set, r.out, r.file(), bar.add)
	bar.done()
	if err != nil {
		return err
	}
	if err := r.keepOriginals(summary, result); err != nil {
		return err
	}
	a.tell(r, summary, set)
	if summary.Incomplete() && !r.demo {
		a.code = exitIncomplete
	}
	return nil
}

// builder makes bundles with this program's catalog and sources.
func (a *app) builder(texts *law.Library, sign ed25519.PrivateKey) workers.Builder {
	return workers.Builder{Catalog: a.catalog, Law: texts, Sources: sources, Program: programVersion(), Sign: sign}
}

func totalSize(set *inputs.Set) int64 {
	var n int64
	for f, err := range set.Files() {
		if err != nil {
			continue // told when its turn comes
		}
		n += max(f.Size, 0)
	}
	return n
}

// tell says on the terminal what the run came to: counts, no names.
func (a *app) tell(r *request, s *workers.Summary, set *inputs.Set) {
	d := schema.DeadlineFor(r.received, schema.Careful)
	a.printf("%s\n\n", a.text("cli.run.case", "case", r.caseNumber, "received", a.day(d.Received), "due", a.day(d.Due)))
	a.printf("%s\n", a.text("cli.run.counts", "files", s.Files, "records", s.Read))
	row := func(n int64, key string) {
		if n > 0 {
			a.printf("  %9d  %s\n", n, a.text(key))
		}
	}
	row(s.Layers[schema.LayerEvent]+s.Layers[schema.LayerFamily]+s.Layers[schema.LayerComposed], "cli.run.explained")
	row(s.Layers[schema.LayerNamespace]+s.Layers[schema.LayerDataType], "cli.run.partly")
	row(s.Layers[schema.LayerNone], "cli.run.undocumented")
	row(s.Unreadable, "cli.run.unreadable")
	row(s.Others, "cli.run.others")
	row(s.Masked, "cli.run.masked")
	var repairs int64
	for _, n := range s.Repairs {
		repairs += n
	}
	a.printf("\n")
	row(repairs, "cli.run.repairs")
	row(int64(s.Unknown+s.Refused), "cli.run.unknown-files")
	row(int64(len(set.Problems())), "cli.run.problems")
	row(s.Withheld(), "cli.run.withheld")
	if s.Unchecked() {
		a.printf("\n%s\n", a.text("cli.run.unchecked"))
	}
	if s.Incomplete() {
		a.printf("\n%s\n", a.text("cli.run.incomplete"))
	}
	a.printf("\n%s\n", a.text("cli.run.originals", "file", filepath.Join(r.out, r.originals())))
	a.printf("\n%s\n", a.text("cli.run.done", "file", filepath.Join(r.out, r.file())))
}
