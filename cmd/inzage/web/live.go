package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"inzage/schema"
)

// A page of a case that is open tells its script when something was put on
// record, by server-sent events (HTML Living Standard, 9.2). An event holds the
// number of the last entry and nothing else: the script then asks for the page
// itself, which the guard answers as ever.

const (
	// mostLive is how many pages of one session are told at the same time: a browser
	// has six connections to a desk without TLS, and the pages need some too.
	mostLive = 3
	// livePulse is how often a line goes to a page that nothing happens on, so that
	// what is between does not give it up, and a session that ended is noticed.
	livePulse = 15 * time.Second
	// livePause is the least time between two events.
	livePause = time.Second
	// progressPath ends the addresses that tell of progress.
	progressPath = "/progress"
	// pulse is a comment, which scripts do not see.
	pulse = ": \n\n"
	// quietHeader is on what a page asks by itself: that is no sign of life of a
	// person.
	quietHeader = "Inzage-Live"
)

// live is what a page needs to be told of progress; Path is empty where there is
// nothing to tell any more.
type live struct{ Script, Path string }

func (d *Desk) live(v *visit) live {
	if !v.request.State.Open() {
		return live{}
	}
	return live{d.pages.jsName, v.base() + progressPath + "?after=" + itoa(v.request.Entries)}
}

// progress tells of each entry after the one that the page knows, until the case
// is closed, the session or the service ends, or the page goes away. A browser
// asks no more after "no content".
func (d *Desk) progress(v *visit) error {
	open := v.request.State.Open()
	ended, room := (<-chan struct{})(nil), false
	if open {
		ended, room = d.sessions.enter(v.who.token)
	}
	if !room {
		v.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	defer d.sessions.leave(v.who.token)
	ctx, stop := context.WithCancel(v.ctx())
	defer stop()
	go func() { // whatever ends it, ends the wait for an entry
		defer stop()
		select {
		case <-ctx.Done():
		case <-ended:
		case <-d.Ends:
		}
	}()
	known, _ := strconv.Atoi(v.r.FormValue("after"))
	if last, err := strconv.Atoi(v.r.Header.Get("Last-Event-ID")); err == nil { // the browser lost the connection
		known = last
	}
	v.w.Header().Set("Content-Type", "text/event-stream")
	v.w.Header().Set("X-Accel-Buffering", "no") // a proxy passes each event on at once
	for text := pulse; ; {
		if _, err := v.w.Write([]byte(text)); err != nil || http.NewResponseController(v.w).Flush() != nil || !open {
			return nil // nobody reads it, or there is no more to tell
		}
		r, news := d.next(ctx, v.request.ID, known)
		if ctx.Err() != nil || !d.sessions.lasts(v.who.token) {
			return nil
		}
		text = pulse
		if news {
			known, open = r.Entries, r.State.Open()
			text = "id: " + itoa(known) + "\ndata: " + itoa(known) + "\n\n"
		}
	}
}

// next waits for an entry after the one with the number known, a pulse at most,
// and lets more of them come that follow at once.
func (d *Desk) next(ctx context.Context, id schema.RequestID, known int) (r schema.Request, news bool) {
	ctx, stop := context.WithTimeout(ctx, livePulse)
	defer stop()
	if err := d.Register.Wait(ctx, schema.Request{ID: id, Entries: known + 1}); err != nil {
		return r, false
	}
	select {
	case <-time.After(livePause):
	case <-ctx.Done():
	}
	return d.Register.Request(id)
}
