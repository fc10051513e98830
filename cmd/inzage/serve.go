package main

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
	"golang.org/x/term"

	"inzage/cmd/inzage/api"
	"inzage/cmd/inzage/web"
	"inzage/explain"
	"inzage/queue"
	"inzage/schema"
	"inzage/workers"
	"inzage/workers/graphexport/fetch"
	"inzage/workers/notices"
)

// serveFlags are the flags of `inzage serve` and `inzage work`.
type serveFlags struct {
	reach    *reachFlags
	listen   string
	metrics  string
	temp     string
	fetch    int
	build    int
	logLevel string
	// Of the demo: the settings file of its tenant, how soon it is asked, and who
	// can sign in to the desk.
	microsoft string
	times     fetch.Times
	people    func(*queue.Queue) *web.Local
}

// serveCommand runs everything in one process.
func (a *app) serveCommand() *cobra.Command {
	var f serveFlags
	var demo bool
	c := a.command("serve", "serve", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		if demo {
			if slices.ContainsFunc([]string{"config", "data", "key-file", "key-command", "nats", "role"}, c.Flags().Changed) {
				return a.usage("cli.error.demo-alone")
			}
			return a.serveDemo(c.Context(), f)
		}
		return a.serve(c.Context(), f, true)
	})
	a.serveFlags(c, &f)
	c.Flags().BoolVar(&demo, "demo", false, a.text("cli.flag.serve-demo"))
	return c
}

// workCommand runs workers only, against a cluster.
func (a *app) workCommand() *cobra.Command {
	var f serveFlags
	c := a.command("work", "work", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		return a.serve(c.Context(), f, false)
	})
	a.serveFlags(c, &f)
	return c
}

func (a *app) serveFlags(c *cobra.Command, f *serveFlags) {
	f.reach = a.reachFlags(c)
	c.Flags().StringVar(&f.listen, "listen", "127.0.0.1:8470", a.text("cli.flag.serve-listen"))
	c.Flags().StringVar(&f.metrics, "metrics", "", a.text("cli.flag.serve-metrics"))
	c.Flags().StringVar(&f.temp, "temp", "", a.text("cli.flag.temp"))
	c.Flags().IntVar(&f.fetch, "fetches", 4, a.text("cli.flag.fetches"))
	c.Flags().IntVar(&f.build, "builds", 1, a.text("cli.flag.builds"))
	c.Flags().StringVar(&f.logLevel, "log", "info", a.text("cli.flag.log"))
}

// logger writes JSON, or lines for a person where a person looks.
func (a *app) logger(level string) (zerolog.Logger, error) {
	l, err := zerolog.ParseLevel(level)
	if err != nil {
		return zerolog.Nop(), a.usage("cli.error.log")
	}
	if f, ok := a.stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return zerolog.New(zerolog.ConsoleWriter{Out: f, TimeFormat: time.TimeOnly}).Level(l).With().Timestamp().Logger(), nil
	}
	return zerolog.New(a.stderr).Level(l).With().Timestamp().Logger(), nil
}

// serve runs the service until ctx ends: the queue, workers and, where all is
// set, the clock that watches deadlines.
func (a *app) serve(ctx context.Context, f serveFlags, all bool) error {
	log, err := a.logger(f.logLevel)
	if err != nil {
		return err
	}
	ctx = log.WithContext(ctx)
	conf, err := readConfig(f.reach.config)
	if err != nil {
		return err
	}
	senders, err := a.senders(conf)
	if err != nil {
		return err
	}
	org, err := a.organisation(lawFlags{file: conf.Organisation})
	if err != nil {
		return err
	}
	texts, err := legalTexts(conf.Law)
	if err != nil {
		return err
	}
	sign, err := signKey(conf.SignKey)
	if err != nil {
		return err
	}
	fetchers, resolve, err := a.fetchers(orElse(f.microsoft, conf.Microsoft), f.times)
	if err != nil {
		return err
	}
	st, err := a.openStage(ctx, f, conf, all)
	if err != nil {
		return err
	}
	defer st.close()
	temp, err := workTemp(f)
	if err != nil {
		return err
	}
	service := &workers.Service{
		Queue: st.any(), Builder: a.builder(texts, sign), Fetchers: fetchers, Resolve: resolve, Senders: senders, Temp: temp,
		Case: workers.Case{
			Organisation: org.Name, Zone: conf.zone(), Profile: org.Profile, Controller: org.Controller,
			Settings: org.settings(), Contact: org.contact(),
		},
		People: func(text []byte) (explain.Others, error) {
			_, others, err := parsePerson(text)
			return others, err
		},
	}
	return a.runService(ctx, f, conf, service, st)
}

// workTemp makes the private folder for work in hand, and clears what a process
// that was killed left there.
func workTemp(f serveFlags) (string, error) {
	temp := orElse(f.temp, filepath.Join(f.reach.data, "work"))
	if err := os.MkdirAll(temp, 0o700); err != nil {
		return "", schema.Fail(schema.CodeIO, "make work folder", err)
	}
	return temp, workers.SweepTemp(temp)
}

// runService runs the loops until ctx ends or one of them fails. Who keeps the
// clock follows the register too; a worker needs none.
func (a *app) runService(ctx context.Context, f serveFlags, conf config, s *workers.Service, st *stage) error {
	g, ctx := errgroup.WithContext(ctx)
	zone := conf.zone()
	var reg *queue.Register
	var requests func() map[string]int
	if st.clock != nil {
		var err error
		if reg, err = st.clock.OpenRegister(ctx); err != nil {
			return err
		}
		requests = func() map[string]int { return census(reg, today(zone)) }
	}
	m := newMonitor(programVersion(), st.health, requests, st.refused)
	if reg != nil {
		m.follow(reg.Doubted, func() int { return len(reg.Damaged()) })
	}
	s.Observe = m.job
	reception := &workers.Reception{Queue: st.desk, Register: reg}
	desk, err := a.desk(ctx, st.desk, reception, conf, s.Case.Organisation, f.people)
	if err != nil {
		return err
	}
	scanner, err := conf.scanner()
	if err != nil {
		return err
	}
	if desk != nil {
		desk.Scan = m.scans(scanner)
		g.Go(func() error {
			tellScanner(ctx, scanner)
			return nil
		})
	}
	programs, err := a.programs(st.desk, reception, conf, desk, st.health)
	if err != nil {
		return err
	}
	if f.listen != "" {
		by, err := conf.Desk.tls(ctx)
		if err != nil {
			return err
		}
		// In the demo people and secrets are invented.
		if (desk != nil || programs != nil) && f.people == nil && conf.Desk.exposes(f.listen) {
			return a.usage("cli.error.listen-open", "address", f.listen)
		}
		pages := m.handler()
		if desk != nil {
			pages.Handle("/", desk.Handler()) //nolint:contextcheck // each visit brings its own
		}
		if programs != nil {
			pages.Handle(api.Base+"/", programs.Handler())
		}
		g.Go(func() error {
			return listenHTTP(ctx, f.listen, by, pages, func(address string) {
				zerolog.Ctx(ctx).Info().Str("address", address).Msg("listening")
			})
		})
	}
	if f.metrics != "" {
		g.Go(func() error {
			return listenHTTP(ctx, f.metrics, nil, m.metrics(), func(address string) {
				zerolog.Ctx(ctx).Info().Str("metrics", address).Msg("metrics")
			})
		})
	}
	g.Go(func() error { return st.watch(ctx) })
	for _, q := range st.open {
		g.Go(func() error { return q.WriteDenials(ctx) })
	}
	for kind, q := range st.kinds {
		worker := *s
		worker.Queue = q
		slots := map[queue.Kind]int{queue.KindFetch: f.fetch, queue.KindBuild: f.build, queue.KindNotify: 1}[kind]
		if slots > 0 {
			g.Go(func() error { return q.Work(ctx, queue.Worker{Kinds: []queue.Kind{kind}, Slots: slots, Do: worker.Do}) })
		}
	}
	if q := st.kinds[queue.KindNotify]; q != nil && conf.Notices.Webhook != nil && conf.Notices.Webhook.Events {
		hook, err := conf.webhook()
		if err != nil {
			return err
		}
		g.Go(func() error { return q.Follow(ctx, passOn(hook)) })
	}
	if st.clock != nil {
		g.Go(func() error { return reg.Run(ctx, true) })
		g.Go(func() error { return st.clock.Tell(ctx) })
		g.Go(func() error { return st.clock.WatchConnects(ctx) })
		clock := workers.Clock{Queue: st.clock, Register: reg, Zone: zone, Terms: new(conf.Terms.terms()), Sign: s.Builder.Sign, Elsewhere: elsewhere(conf.Checkpoints, zone), Doubted: m.doubted, Now: time.Now}
		g.Go(func() error {
			// A checkpoint vouches for the ledger, and what a term erases is gone:
			// neither on a ledger that nobody has looked at.
			if err := proveLedger(ctx, st.clock, reg, s.Builder.Sign); err != nil {
				return err
			}
			return clock.Run(ctx)
		})
	}
	zerolog.Ctx(ctx).Info().Str("version", programVersion()).Msg("ready")
	return g.Wait()
}

// passOn sends events by webhook.
func passOn(hook *notices.Webhook) func(context.Context, queue.Event) error {
	return func(ctx context.Context, e queue.Event) error {
		body, err := json.Marshal(e)
		if err != nil {
			return schema.Never(schema.Fail(schema.CodeInternal, "make webhook message", err))
		}
		return hook.Post(ctx, e.ID, body)
	}
}

// proveLedger reads the whole ledger once, while all but the clock runs already:
// the server itself does not notice a damaged block before it is read. A request
// whose ledger is not as it was written is set aside, and the rest goes on. The error
// has CodeDamagedStore where entries are gone: nobody knows what else is, and the
// service must not go on on top of it. Where only the register's snapshot is not
// as it was written, it goes on, if the last checkpoint holds: the ledger is the
// truth, and is whole.
func proveLedger(ctx context.Context, q *queue.Queue, reg *queue.Register, sign ed25519.PrivateKey) error {
	report, err := q.Verify(ctx)
	switch {
	case schema.CodeOf(err) == schema.CodeInterrupted:
		return nil // the service stops
	case schema.CodeOf(err) == schema.CodeUnreachable:
		zerolog.Ctx(ctx).Warn().Str("code", string(schema.CodeUnreachable)).Msg("ledger not verified")
		return nil // a cluster that is busy with itself; the next start looks again
	case err != nil:
		return err
	}
	for _, f := range report.Flaws {
		level := zerolog.ErrorLevel
		if f.Settled {
			level = zerolog.WarnLevel
		}
		zerolog.Ctx(ctx).WithLevel(level).Bool("settled", f.Settled).Str("request", string(f.Request)).Int("entry", f.N).Str("flaw", string(f.Kind)).Msg("ledger")
	}
	if report.Lost() {
		return schema.Fail(schema.CodeDamagedStore, "verify ledger", nil)
	}
	if aside := report.Aside(); len(aside) > 0 {
		reg.SetAside(aside...)
		zerolog.Ctx(ctx).Error().Str("code", string(schema.CodeTampered)).Int("requests", len(aside)).Msg("ledgers that are damaged: nothing is done on these requests, and their days run on: see inzage ledger verify")
	}
	if report.Doubts() {
		if err := holdLedger(ctx, q, sign); err != nil {
			return err
		}
		zerolog.Ctx(ctx).Warn().Str("code", string(schema.CodeTampered)).Msg("the snapshot of the register fails its proof, the ledger does not: see inzage ledger rebuild")
	}
	zerolog.Ctx(ctx).Info().Int("requests", report.Requests).Int("entries", report.Entries).Msg("ledger verified")
	debug.FreeOSMemory() // once in the life of a service: what reading it all took is not needed again
	return nil
}

// holdLedger holds the ledger against the last checkpoint beside it, where there
// is one.
func holdLedger(ctx context.Context, q *queue.Queue, sign ed25519.PrivateKey) error {
	last, err := q.LastCheckpoint(ctx, checkpointKeys(q, sign)...)
	if err != nil || last.Text == nil {
		return err
	}
	proof, err := q.Prove(ctx, true, last)
	if err != nil {
		return err
	}
	for _, b := range proof.Breaches {
		zerolog.Ctx(ctx).Error().Str("request", string(b.Request)).Int("entry", b.N).Str("breach", string(b.Kind)).Msg("ledger")
	}
	if len(proof.Breaches) > 0 {
		return schema.Fail(schema.CodeDamagedStore, "verify ledger", nil)
	}
	return nil
}

// census counts the requests by state.
func census(reg *queue.Register, today schema.Date) map[string]int {
	counts := map[string]int{"overdue": 0}
	for _, s := range schema.States() {
		counts[string(s)] = 0
	}
	for r := range reg.All() {
		counts[string(r.State)]++
		if r.State.Open() && r.Deadline().Overdue(today) {
			counts["overdue"]++
		}
	}
	return counts
}
