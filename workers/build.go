package workers

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"time"

	"inzage/explain"
	"inzage/explain/bundle"
	"inzage/explain/law"
	"inzage/schema"
	"inzage/workers/inputs"
)

// Builder makes bundles. It is a pure function of what was received, the
// catalog and the case: the same in, the same bytes out, on any machine.
type Builder struct {
	Catalog *explain.Catalog
	// Sources lists the sources that read files; temp is a private folder for
	// what one of them must have on disk.
	Sources func(temp string) []schema.Source
	// Law holds the legal texts of all times; without it a bundle has the data
	// only.
	Law *law.Library
	// Program is the version of the program, for the bundle.
	Program string
	// Sign is the organisation's key; nil leaves the bundle unsigned.
	Sign ed25519.PrivateKey
}

// Case is one request as far as its bundle goes.
type Case struct {
	Number       string // names the bundle
	Organisation string // may be empty
	Subject      schema.Subject
	Others       explain.Others // what was decided about other people
	// Searches are how the sources say that their search ended, Notices what is
	// worth knowing of the person's account.
	Searches []bundle.Search
	Notices  []schema.Code
	Received schema.Date
	Lang     schema.Lang
	Zone     *time.Location // of the reader; nil is UTC
	// Profile, Controller and Settings pick the legal texts; Contact is how
	// they name the organisation's people.
	Profile    law.Profile
	Controller law.Controller
	Settings   map[string]law.Setting
	Contact    bundle.Contact
}

// Build explains everything in the set and writes the bundle folder/file. What
// is not finished stands in a private folder beside it, and on an error nothing
// is left. progress is told the bytes read, now and then, and may be nil.
//
// The error has CodeNothingFound where the set holds no file and nobody searched
// either, CodeOtherPerson or
// CodeOtherTenant where a file names somebody else, CodeInterrupted where ctx
// ended.
func (b Builder) Build(ctx context.Context, c Case, set *inputs.Set, folder, file string, progress func(int64)) (*Summary, bundle.Result, error) {
	if set.Len() == 0 && len(c.Searches) == 0 {
		return nil, bundle.Result{}, schema.Fail(schema.CodeNothingFound, "find files", nil)
	}
	var texts *law.Texts
	if b.Law != nil {
		texts = b.Law.For(law.Question{Day: c.Received, Profile: c.Profile, Controller: c.Controller, Settings: c.Settings, Lang: c.Lang})
	}
	list := b.Sources(folder)
	w, err := bundle.Create(folder, file, bundle.Head{
		Case: c.Number, Lang: c.Lang, Received: noon(c.Received), Zone: c.Zone, Organisation: c.Organisation,
		Catalog: b.Catalog.Version(), Program: b.Program, Sign: b.Sign, Author: cmp.Or(c.Organisation, "inzage"),
		Law: texts, Contact: c.Contact, Sources: names(list), Notices: c.Notices,
		Words: func(key string, args ...any) string { return b.Catalog.Text(c.Lang, key, args...) },
	})
	if err != nil {
		return nil, bundle.Result{}, err
	}
	defer w.Abort() // nothing is left behind unless Close succeeded
	reader := explain.Reader{Lang: c.Lang, Zone: c.Zone, Subject: c.Subject, Asked: noon(c.Received)}
	outlines := newOutliner(w)
	line := Line{
		Sources: list, Subject: c.Subject, Sink: outlines, Duplicate: w.Duplicate, Progress: progress,
		Explain: b.Catalog.For(reader), Mask: b.Catalog.Masker(reader, c.Others),
	}
	summary, err := line.Run(ctx, set)
	if err != nil {
		return nil, bundle.Result{}, err
	}
	summary.Outline = outlines.outline()
	for _, s := range c.Searches {
		w.Search(s)
	}
	w.People(summary.People, summary.Shown)
	w.Uncompared(summary.Uncompared)
	if err := Carry(ctx, set, summary, w); err != nil {
		return nil, bundle.Result{}, err
	}
	result, err := w.Close(summary.Count)
	return summary, result, err
}

func names(sources []schema.Source) []string {
	list := make([]string, len(sources))
	for i, s := range sources {
		list[i] = s.Name()
	}
	return list
}

// noon is the date as a moment: the day is the same in every zone nearby.
func noon(d schema.Date) time.Time {
	return time.Date(d.Year(), d.Month(), d.Day(), 12, 0, 0, 0, time.UTC)
}
