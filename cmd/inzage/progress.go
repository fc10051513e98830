package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how far a long piece of work is: a bar on a terminal, nothing
// elsewhere, since the counts follow at the end.
type progress struct{ bar *progressbar.ProgressBar }

func (a *app) progress(total int64) progress {
	f, ok := a.stderr.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) { //nolint:gosec // a file descriptor fits an int
		return progress{}
	}
	return progress{bar: a.newBar(f, total)}
}

// count is the same for things that are counted; what says which.
func (a *app) count(total int, what string) progress {
	f, ok := a.stderr.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) { //nolint:gosec // a file descriptor fits an int
		return progress{}
	}
	return progress{bar: progressbar.NewOptions(total, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription(a.text(what)),
		progressbar.OptionShowCount(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())}
}

func (a *app) newBar(out io.Writer, total int64) *progressbar.ProgressBar {
	return progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(out), progressbar.OptionSetDescription(a.text("cli.run.progress")),
		progressbar.OptionShowBytes(true), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
}

// add counts bytes that were read.
func (p progress) add(n int64) {
	if p.bar != nil {
		_ = p.bar.Add64(n)
	}
}

// Write counts bytes that pass by.
func (p progress) Write(b []byte) (int, error) {
	p.add(int64(len(b)))
	return len(b), nil
}

// done takes the bar away.
func (p progress) done() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
