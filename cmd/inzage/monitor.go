package main

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/rs/zerolog"

	"inzage/schema"
)

// monitor tells other programs how the service does: /healthz (the process
// lives), /readyz (it can take work) and, at an address of its own, /metrics
// (Prometheus). Labels are kinds, names of sources and codes; nothing that leads to
// a case or a person.
type monitor struct {
	registry *prometheus.Registry
	jobs     *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	notices  *prometheus.CounterVec
	scanned  *prometheus.CounterVec
	clock    prometheus.Gauge
	ready    func(context.Context) error
}

// newMonitor makes a monitor. ready says whether the service can take work,
// requests counts the requests by state, and how many are overdue (nil where
// nobody follows them), refused what the queue refused.
func newMonitor(version string, ready func(context.Context) error, requests func() map[string]int, refused func() int64) *monitor {
	m := &monitor{
		registry: prometheus.NewRegistry(),
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "inzage_jobs_total", Help: "Runs of jobs, by what became of them.",
		}, []string{"kind", "source", "outcome", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "inzage_job_seconds", Help: "How long a run of a job took.", Buckets: prometheus.ExponentialBuckets(0.01, 4, 10),
		}, []string{"kind", "source"}),
		notices: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "inzage_notices_total", Help: "Notices handed over or refused.",
		}, []string{"sender", "outcome"}),
		scanned: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "inzage_scans_total", Help: "Files handed in that the scanner was asked about, by what came of it: clean, or a code.",
		}, []string{"outcome"}),
		clock: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "inzage_clock_doubted", Help: "1 while reminders or terms wait since the clock may be wrong.",
		}),
		ready: ready,
	}
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "inzage_info", Help: "The program."}, []string{"version"})
	info.WithLabelValues(version).Set(1)
	m.registry.MustRegister(m.jobs, m.seconds, m.notices, m.scanned, info, prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "inzage_refused_total", Help: "What the queue refused, since the role may not do it.",
	}, func() float64 { return float64(refused()) }))
	if requests != nil { // who follows them keeps the clock
		m.registry.MustRegister(m.clock, states{
			desc: prometheus.NewDesc("inzage_requests", "Access requests by state; 'overdue' counts those that are late.", []string{"state"}, nil),
			list: requests,
		})
	}
	return m
}

// job counts one run of a job.
func (m *monitor) job(kind, source, outcome string, code schema.Code, took time.Duration) {
	m.jobs.WithLabelValues(kind, source, outcome, string(code)).Inc()
	m.seconds.WithLabelValues(kind, source).Observe(took.Seconds())
}

// doubted tells whether something waits since the clock may be wrong.
func (m *monitor) doubted(d bool) {
	m.clock.Set(0)
	if d {
		m.clock.Set(1)
	}
}

// follow tells how many pieces of the register's snapshot fail their proof, and how
// many requests were set aside.
func (m *monitor) follow(doubted, damaged func() int) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "inzage_register_doubted", Help: "Pieces of the register's snapshot that fail their proof: see inzage ledger rebuild.",
	}, func() float64 { return float64(doubted()) }), prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "inzage_requests_damaged", Help: "Requests whose ledger is damaged; nothing is done on them: see inzage ledger verify.",
	}, func() float64 { return float64(damaged()) }))
}

// states is counted when somebody asks.
type states struct {
	desc *prometheus.Desc
	list func() map[string]int
}

// Describe implements prometheus.Collector.
func (s states) Describe(ch chan<- *prometheus.Desc) { ch <- s.desc }

// Collect implements prometheus.Collector.
func (s states) Collect(ch chan<- prometheus.Metric) {
	for state, n := range s.list() {
		ch <- prometheus.MustNewConstMetric(s.desc, prometheus.GaugeValue, float64(n), state)
	}
}

// handler serves the two pages that may stand beside the desk: they say a code.
func (m *monitor) handler() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, nil) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, stop := context.WithTimeout(r.Context(), 5*time.Second)
		defer stop()
		answer(w, m.ready(ctx))
	})
	return mux
}

// metrics serves what only those who run the service need to see: how much there is
// to do, and which version it is.
func (m *monitor) metrics() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	return mux
}

// answer says ok, or the code of what is wrong.
func answer(w http.ResponseWriter, err error) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(string(schema.CodeOf(err)) + "\n"))
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}

// guarded answers a panic with 500 and says in the log where it was. Not what it
// said: that can quote what somebody sent, and the library would print it, with
// their address.
func guarded(ctx context.Context, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch recover() {
			case nil:
			case http.ErrAbortHandler:
				panic(http.ErrAbortHandler) // how a handler cuts off an answer
			default:
				zerolog.Ctx(ctx).Error().Str("code", string(schema.CodeCrash)).Str("at", string(debug.Stack())).Msg("a page ended without an answer")
				w.WriteHeader(http.StatusInternalServerError)
			}
		}()
		h.ServeHTTP(w, r)
	})
}

// sending is how long what somebody sends may take; uploads, whose size nobody
// knows, give themselves more as they come in.
const sending = time.Minute

// hurried ends a connection on which somebody does not send what they began, or does
// not take what they asked for. Go's own timeouts would also end what takes long to
// answer, and what is long.
func hurried(most time.Duration, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn := http.NewResponseController(w)
		_ = conn.SetWriteDeadline(time.Time{}) // of the request before
		w = &taken{w, conn, most}
		if r.Body != http.NoBody {
			_ = conn.SetReadDeadline(time.Now().Add(most))
			r.Body = &sent{r.Body, conn}
		}
		h.ServeHTTP(w, r)
	})
}

// sent is a body that may take as long as it wants once it is there.
type sent struct {
	io.ReadCloser
	conn *http.ResponseController
}

func (s *sent) Read(b []byte) (int, error) {
	n, err := s.ReadCloser.Read(b)
	if errors.Is(err, io.EOF) {
		_ = s.conn.SetReadDeadline(time.Time{})
	}
	return n, err
}

// taken is an answer of which each piece is taken in time.
type taken struct {
	http.ResponseWriter
	conn *http.ResponseController
	most time.Duration
}

func (t *taken) Write(b []byte) (int, error) {
	_ = t.conn.SetWriteDeadline(time.Now().Add(t.most))
	return t.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (t *taken) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// listenHTTP serves until ctx ends, by TLS where it is not nil; ready is told the
// address. The error has CodeConfig where the address cannot be had.
func listenHTTP(ctx context.Context, address string, by *tls.Config, h http.Handler, ready func(string)) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return schema.Fail(schema.CodeConfig, "listen on address", err)
	}
	s := &http.Server{
		Handler: guarded(ctx, hurried(sending, h)), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		// Requests have the log, and are let finish when ctx ends.
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		// What it would say names addresses of people.
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	if by != nil {
		l = tls.NewListener(l, by)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	ready(l.Addr().String())
	select {
	case err := <-done:
		return schema.Fail(schema.CodeIO, "serve pages", err)
	case <-ctx.Done():
	}
	grace, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	err = s.Shutdown(grace)
	if serve := <-done; !errors.Is(serve, http.ErrServerClosed) {
		err = errors.Join(err, serve)
	}
	if err != nil {
		return schema.Fail(schema.CodeIO, "stop serving pages", err)
	}
	return nil
}
