package fetch

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"inzage/schema"
)

// errDead is what a dead worker gets from the world, and the world from it.
var errDead = errors.New("dead")

// act is the nth time that something is done for a request: a request to
// Microsoft or to storage, a write into the box, or an end.
type act struct {
	Name string
	N    int
}

// fate is after which acts for one request a worker dies, and what was done for
// it so far, by whatever worker. To the world a death after an act is the same as
// one before the next.
type fate struct {
	mu    sync.Mutex
	die   map[act]bool
	done  map[string]int
	story []act
}

func newFate(die ...act) *fate {
	f := &fate{die: make(map[act]bool), done: make(map[string]int)}
	for _, a := range die {
		f.die[a] = true
	}
	return f
}

// did takes note of an act and reports whether it was the worker's last.
func (f *fate) did(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.done[name]++
	a := act{name, f.done[name]}
	f.story = append(f.story, a)
	if !f.die[a] {
		return false
	}
	delete(f.die, a)
	return true
}

// left are the deaths that did not come.
func (f *fate) left() (list []act) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for a := range f.die {
		list = append(list, a)
	}
	return list
}

// life is that of one worker. Once it is over nothing that it does has an effect.
type life struct {
	mu   sync.Mutex
	over bool
	die  func(act string) // makes it so
}

func (l *life) do(f *fate, name string, do func() error) error {
	l.mu.Lock()
	over := l.over
	l.mu.Unlock()
	if over {
		return errDead
	}
	err := do()
	if f.did(name) {
		l.mu.Lock()
		l.over = true
		l.mu.Unlock()
		l.die(name)
		return errDead
	}
	return err
}

// mortal is the source in the hands of a worker that dies by the fate of the
// request that it is at work for. A request is known by the name of its person.
type mortal struct {
	*Source

	fates map[string]*fate
	life  *life
}

// Fetch implements schema.Fetcher.
func (m *mortal) Fetch(ctx context.Context, who schema.Subject, box schema.Box) error {
	f := m.fates[who.Name.Reveal()]
	if err := m.life.do(f, "begin", func() error { return nil }); err != nil {
		return err
	}
	c := m.config
	via := c.HTTP.Transport
	c.HTTP = &http.Client{Transport: carrier(func(req *http.Request) (resp *http.Response, err error) {
		err = m.life.do(f, named(req), func() error {
			resp, err = via.RoundTrip(req) //nolint:bodyclose // below, or by who asked
			return err
		})
		if err != nil && resp != nil {
			_ = resp.Body.Close()
			resp = nil
		}
		return resp, err
	})}
	s, err := New(c)
	if err != nil {
		return err
	}
	err = s.Fetch(ctx, who, &mortalBox{box, f, m.life})
	if err == nil {
		err = m.life.do(f, "fetched", func() error { return nil })
	}
	return err
}

// named is what a request does, without whom it is about.
func named(req *http.Request) string {
	path := regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`).ReplaceAllString(req.URL.Path, "ID")
	if _, blob, ours := strings.Cut(path, prefix); ours {
		path = "container"
		if _, name, ok := strings.Cut(blob, "/"); ok && name == requestInfo {
			path = name
		} else if ok {
			path = "blob"
		} else if req.URL.Query().Has("comp") {
			path = "list"
		}
	}
	return req.Method + " " + path
}

// mortalBox is a box in the hands of such a worker.
type mortalBox struct {
	schema.Box

	f    *fate
	life *life
}

// Put implements schema.Box.
func (b *mortalBox) Put(ctx context.Context, name string, r io.Reader) (blob schema.Blob, err error) {
	err = b.life.do(b.f, "put", func() error {
		blob, err = b.Box.Put(ctx, name, r)
		return err
	})
	return blob, err
}

// Note implements schema.Box.
func (b *mortalBox) Note(ctx context.Context, bookmark []byte) error {
	var m struct{ Stage string }
	_ = json.Unmarshal(bookmark, &m)
	return b.life.do(b.f, "note "+m.Stage, func() error { return b.Box.Note(ctx, bookmark) })
}

// Tell implements schema.Box.
func (b *mortalBox) Tell(ctx context.Context, r schema.Result) error {
	return b.life.do(b.f, "tell", func() error { return b.Box.Tell(ctx, r) })
}
