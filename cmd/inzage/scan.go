package main

import (
	"context"
	"net"
	"path/filepath"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"inzage/schema"
	"inzage/workers"
	"inzage/workers/graphexport/fetch"
	"inzage/workers/inputs"
	"inzage/workers/scan"
)

// scanConfig is the part "scan" of inzage.yaml.
type scanConfig struct {
	// Clamd is where the scanner listens: unix:/run/clamav/clamd.ctl, or
	// tcp:127.0.0.1:3310. What it is asked goes there in the open.
	Clamd string `yaml:"clamd"`
}

// scanner is the organisation's scanner, nil where there is none.
func (c config) scanner() (*scan.Clamd, error) {
	if c.Scan == nil {
		return nil, nil
	}
	network, address, _ := strings.Cut(c.Scan.Clamd, ":")
	_, _, err := net.SplitHostPort(address)
	if network == "unix" && filepath.IsAbs(address) || network == "tcp" && err == nil && loopback(address) {
		return &scan.Clamd{Network: network, Address: address}, nil
	}
	return nil, schema.Fail(schema.CodeConfig, "read scan settings: clamd is for a scanner on this machine", nil)
}

// scans has the scanner look at what is handed in, and counts what came of it; nil
// without one.
func (m *monitor) scans(by *scan.Clamd) func(context.Context, *inputs.Set) error {
	if by == nil {
		return nil
	}
	return func(ctx context.Context, set *inputs.Set) error {
		err := workers.Scan(ctx, by, set)
		m.scanned.WithLabelValues(orElse(string(schema.CodeOf(err)), "clean")).Inc()
		return err
	}
}

// soon is how long a check of the scanner may take.
const soon = 20 * time.Second

// tellScanner says in the log whether what people hand in is scanned.
func tellScanner(ctx context.Context, by *scan.Clamd) {
	log := zerolog.Ctx(ctx)
	if by == nil {
		log.Warn().Str("code", string(schema.CodeNotScanned)).Msg("no scanner: what people hand in is not scanned")
		return
	}
	ctx, stop := context.WithTimeout(ctx, soon)
	defer stop()
	if err := by.Ping(ctx); err != nil {
		log.Warn().Str("code", string(schema.CodeNotScanned)).Msg("scanner does not answer: nothing that people hand in is accepted")
	} else if err := by.Admits(ctx); err != nil {
		log.Warn().Str("code", string(schema.CodeOf(err))).Msg("scanner calls clean what it did not look at: see inzage doctor")
	}
}

// stale is from how many days on signatures are told to be old, as clamd does.
const stale = 7

// scannerRows check the scanner; known says that the configuration of the service was
// given.
func (a *app) scannerRows(ctx context.Context, by *scan.Clamd, known bool) (rows []doctorRow) {
	ctx, stop := context.WithTimeout(ctx, soon)
	defer stop()
	row := func(check fetch.Check, outcome fetch.Outcome, problem fetch.Problem, days int) {
		r := doctorRow{check, outcome, problem, days, a.text("cli.doctor.check."+string(check), "count", days), ""}
		if problem != "" {
			r.Mend = a.text("cli.doctor.mend." + string(problem))
		}
		rows = append(rows, r)
	}
	switch {
	case !known:
		row("scanner", fetch.Skipped, "no-configuration", 0)
		return rows
	case by == nil:
		row("scanner", fetch.Warning, "no-scanner", 0)
		return rows
	case by.Ping(ctx) != nil:
		row("scanner", fetch.Failed, "scanner-silent", 0)
		return rows
	}
	row("scanner", fetch.Fine, "", 0)
	if by.Admits(ctx) != nil {
		row("scanner-limits", fetch.Failed, "scanner-limits", 0)
	} else {
		row("scanner-limits", fetch.Fine, "", 0)
	}
	at, err := by.Signed(ctx)
	days := max(0, int(time.Since(at).Hours()/24))
	switch {
	case err != nil || at.IsZero():
		row("scanner-age-unknown", fetch.Skipped, "scanner-age-unknown", 0)
	case days > stale:
		row("scanner-age", fetch.Warning, "scanner-age", days)
	default:
		row("scanner-age", fetch.Fine, "", days)
	}
	return rows
}
