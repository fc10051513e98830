package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"inzage/queue"
	"inzage/schema"
	"inzage/workers"
	"inzage/workers/inputs"
	"inzage/workers/scan"
)

// newFlags are the flags of `inzage request new`.
type newFlags struct {
	subject, received, channel, caseNumber, calendar, identity, actor string
	sources, in                                                       []string
	asJSON                                                            bool
}

// requestNewCommand takes in a request.
func (a *app) requestNewCommand() *cobra.Command {
	var f newFlags
	var reach *reachFlags
	c := a.command("new", "request.new", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		lang, err := a.bundleLang(c)
		if err != nil {
			return err
		}
		who, opened, err := a.opened(f, lang)
		if err != nil {
			return err
		}
		actor, err := a.actor(f.actor)
		if err != nil {
			return err
		}
		opened.Actor = actor
		ctx := c.Context()
		q, conf, err := a.open(ctx, reach)
		if err != nil {
			return err
		}
		defer q.Close()
		opened.FourEyes = opened.FourEyes || conf.fourEyes()
		if f.calendar == "" && conf.Calendar != nil {
			opened.Calendar = *conf.Calendar
		}
		by, err := conf.scanner()
		if err != nil {
			return err
		}
		r, err := a.takeIn(ctx, q, opened, who, by, f)
		if err != nil {
			return err
		}
		if f.asJSON {
			return a.json(r.On(today(conf.zone())))
		}
		a.printf("%s\n", a.text("cli.request.done.opened", "case", r.Case, "due", a.day(r.Due())))
		return nil
	})
	reach = a.reachFlags(c)
	c.Flags().StringVar(&f.subject, "subject", "", a.text("cli.flag.subject"))
	c.Flags().StringVar(&f.received, "received", "", a.text("cli.flag.received"))
	c.Flags().StringVar(&f.channel, "channel", "", a.text("cli.flag.channel", "channels", channelNames()))
	c.Flags().StringVar(&f.caseNumber, "case", "", a.text("cli.flag.request-case"))
	c.Flags().StringVar(&f.calendar, "calendar", "", a.text("cli.flag.calendar"))
	c.Flags().StringVar(&f.identity, "identity", "", a.text("cli.flag.identity", "methods", strings.Join(codes(schema.IdentityMethods()), ", ")))
	c.Flags().StringVar(&f.actor, "actor", "", a.text("cli.flag.actor"))
	c.Flags().StringSliceVar(&f.sources, "sources", nil, a.text("cli.flag.sources", "sources", strings.Join(a.fetchable(), ", "), "standard", strings.Join(a.standard(), ", ")))
	c.Flags().StringArrayVar(&f.in, "in", nil, a.text("cli.flag.request-in"))
	c.Flags().BoolVar(&f.asJSON, "json", false, a.text("cli.flag.json"))
	for flag, values := range map[string][]string{
		"channel": strings.Split(channelNames(), ", "), "identity": codes(schema.IdentityMethods()), "sources": a.fetchable(),
	} {
		_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
	return c
}

func channelNames() string { return strings.Join(codes(schema.Channels()), ", ") }

// opened checks the flags and makes the first entry of the ledger.
func (a *app) opened(f newFlags, lang schema.Lang) (who schema.Subject, e schema.Entry, err error) {
	if f.subject == "" || f.received == "" || f.channel == "" {
		return who, e, a.usage("cli.error.new-flags")
	}
	e = schema.Entry{Lang: lang, Channel: schema.Channel(f.channel), Case: f.caseNumber}
	if e.Day, err = schema.ParseDate(f.received); err != nil {
		return who, e, a.usage("cli.error.date", "date", f.received)
	}
	if e.Day.Before(schema.InForce()) {
		return who, e, a.usage("cli.error.before-law")
	}
	if !slices.Contains(schema.Channels(), e.Channel) {
		return who, e, a.usage("cli.error.channel", "channels", channelNames())
	}
	if e.Calendar, err = schema.ParseCalendar(f.calendar); err != nil {
		return who, e, a.usage("cli.error.calendar")
	}
	if e.Case != "" && !schema.ValidCase(e.Case) {
		return who, e, a.usage("cli.error.case")
	}
	if f.identity != "" && !slices.Contains(codes(schema.IdentityMethods()), f.identity) {
		return who, e, a.usage("cli.error.identity", "methods", strings.Join(codes(schema.IdentityMethods()), ", "))
	}
	e.Parts = f.sources
	if len(f.in) > 0 {
		e.Parts = append(e.Parts, workers.Upload)
	}
	if len(e.Parts) == 0 {
		e.Parts = a.standard()
	}
	for _, p := range e.Parts {
		if p != workers.Upload && !slices.Contains(a.fetchable(), p) {
			return who, e, a.usage("cli.error.source", "sources", strings.Join(a.fetchable(), ", "))
		}
	}
	who, others, err := readPerson(f.subject)
	e.FourEyes = len(others.Show) > 0 // nobody alone decides that a colleague is shown (GDPR art. 15(4))
	return who, e, err
}

// takeIn opens the request, stores what was handed in, and starts the work where
// it is known who asks. Where the scanner does not let all of it through, nothing is
// taken in.
func (a *app) takeIn(ctx context.Context, q *queue.Queue, opened schema.Entry, who schema.Subject, by *scan.Clamd, f newFlags) (schema.Request, error) {
	var set *inputs.Set
	if len(f.in) > 0 {
		var err error
		if set, err = inputs.Open(ctx, f.in, inputs.Options{}); err != nil {
			return schema.Request{}, err
		}
		defer func() { _ = set.Close() }()
		if by != nil {
			if err := workers.Scan(ctx, by, set); err != nil {
				return schema.Request{}, err
			}
		}
	}
	if opened.Case != "" {
		if _, err := a.find(ctx, q, opened.Case); schema.CodeOf(err) != schema.CodeNotFound {
			if err == nil {
				err = a.usage("cli.error.case-taken", "case", opened.Case)
			}
			return schema.Request{}, err
		}
	}
	r, err := q.New(ctx, opened, who)
	if err != nil {
		return r, err
	}
	if err := keepPerson(ctx, q, r, f.subject); err != nil {
		return r, err
	}
	if set != nil {
		if err := a.handIn(ctx, q, r, set); err != nil {
			return r, err
		}
	}
	if f.identity == "" {
		return r, nil
	}
	return workers.Start(ctx, q, r.ID, opened.Actor, schema.Code(f.identity))
}

// keepPerson keeps the person's file, sealed: it says what was decided about
// other people.
func keepPerson(ctx context.Context, q *queue.Queue, r schema.Request, name string) error {
	v, err := q.Vault(ctx, r.ID)
	if err != nil {
		return err
	}
	f, err := os.Open(filepath.Clean(name))
	if err != nil {
		return schema.Fail(schema.CodeConfig, "read person file", err)
	}
	defer f.Close()
	_, err = v.Box(workers.Intake).Put(ctx, workers.DecidedName, f)
	return err
}

// handIn stores files in the part for what was handed in.
func (a *app) handIn(ctx context.Context, q *queue.Queue, r schema.Request, set *inputs.Set) error {
	v, err := q.Vault(ctx, r.ID)
	if err != nil {
		return err
	}
	var size int64
	for _, raw := range set.Raw() {
		size += raw.Size
	}
	bar := a.progress(size)
	defer bar.done()
	return workers.HandIn(ctx, v, set, bar)
}
