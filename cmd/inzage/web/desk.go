// Package web is the desk: where an employee asks for access and fetches the
// answer, where the organisation's people handle the requests, and where the
// data protection officer watches them.
//
// # The story
//
// Every address stands in one table (routes.go): method, path, who may come
// there, and the function that answers. The guard (guard.go) is before each of
// them: it finds out who asks, whether the table lets that person in, and whose
// case it is. What is not in the table is not there. A function gets a visit,
// and returns an error; errors become pages in one place (page.go).
//
// The desk keeps nothing of its own but sessions, in memory. What people do here
// becomes entries of the ledger, with the same calls as the commands use; what
// they may do is decided there (schema.Request.Apply), on what the ledger says
// at that moment, however old the page is that they look at.
//
// Pages are made on the server and need no script. All words are in the catalog,
// keys desk.*. Nothing on a page comes from another host, and nothing is kept by
// the browser.
package web

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/tus/tusd/v2/pkg/memorylocker"

	"inzage/explain"
	"inzage/explain/posture"
	"inzage/explain/register"
	"inzage/queue"
	"inzage/schema"
	"inzage/workers"
	"inzage/workers/inputs"
)

// Options say what the desk works with.
type Options struct {
	Queue    *queue.Queue
	Register *queue.Register // somebody runs it
	// Reception takes requests in; nil is one of the desk's own. Whoever else takes
	// them in shares it.
	Reception *workers.Reception
	Catalog   *explain.Catalog
	Zone      *time.Location
	Terms     schema.Terms // for what the data protection officer sees of them
	Now       func() time.Time
	// Organisation is its name, for the head of each page.
	Organisation string
	// Open makes the first entry of the ledger of a request that comes in at the
	// desk today, but for what the desk fills in: channel, day, language, owner.
	Open schema.Entry
	// OIDC lets people in by the organisation's sign-in service, Local by one-time
	// links; nil for not.
	OIDC  *OIDC
	Local *Local
	// Address is how the desk is reached from outside: https://inzage.example.
	Address string
	// Sources recognise what is handed in. Largest is how large a file may be, in
	// bytes; 0 is 4 GiB.
	Sources []schema.Source
	Largest int64
	// Scan has the organisation's scanner look at what is handed in, once it was
	// judged to be of use, see workers.Scan; nil where there is none.
	Scan func(context.Context, *inputs.Set) error
	// Registers are what Microsoft promised and was asked; nil for none.
	Registers *register.Registers
	// Ends is closed when the service stops: what tells of progress ends then. nil for
	// never.
	Ends <-chan struct{}
	// Posture tells how the advice on the tenant stands on a day; nil where the
	// service does not know where to look. It is called for each page.
	Posture func(ctx context.Context, on schema.Date) (*posture.Report, error)
	// Theme is a style sheet of the organisation, after the desk's own.
	Theme []byte
}

// How long things last.
const (
	idle      = 30 * time.Minute // a session in which nothing happens
	absolute  = 8 * time.Hour    // any session
	linkLasts = 10 * time.Minute // a one-time link
	// rolesLast is for how long the sign-in service is believed about what somebody
	// may do. Then it is asked again, at the next page; a session that still has
	// roles after another idle is over.
	rolesLast = 30 * time.Minute
	fresh     = 10 * time.Minute // a sign-in that counts for a download
	// expiry is how long a released bundle can be taken, in days, and mostTaken
	// how often.
	expiry    = 14
	mostTaken = 3
	// standstill is after how long without an entry a case stands still.
	standstill = 5 * 24 * time.Hour
)

// Desk answers requests over HTTP. It is safe for concurrent use.
type Desk struct {
	Options
	pages    *pages
	guides   map[string]guide // by <name>.<language>
	sessions *sessions
	service  *service // nil where there is none
	links    *links
	// places counts the files that come in, in all and of each person, uploading has
	// the locks of those that come in pieces.
	places struct {
		sync.Mutex
		taken int
		of    map[schema.Actor]int
	}
	uploading *memorylocker.MemoryLocker
	// acting and filing hold back who does more than a person can.
	acting, filing *pace
	// verifying is held while the ledger is read: one at a time is enough.
	verifying sync.Mutex
	// seen is what the lists are made from, until a case or the day changes.
	seen struct {
		sync.Mutex
		*overview
	}
	// outlines are what the answers have that are not erased, for the catalog.
	outlines outlines
}

// New makes a desk. The error has CodeCatalog where a page cannot be made.
func New(o Options) (*Desk, error) {
	p, err := loadPages(o.Catalog, o.Theme)
	if err != nil {
		return nil, err
	}
	texts, err := loadGuides()
	if err != nil {
		return nil, err
	}
	if o.Reception == nil {
		o.Reception = &workers.Reception{Queue: o.Queue, Register: o.Register}
	}
	d := &Desk{
		Options: o, pages: p, guides: texts, sessions: newSessions(o.Now), service: newService(o.OIDC, o.Now), links: newLinks(o.Now),
		acting: newPace(actsAtOnce, actsPerSecond), filing: newPace(filesAtOnce, filesPerSecond),
		uploading: memorylocker.New(),
	}
	d.places.of = make(map[schema.Actor]int)
	return d, nil
}

// Handler serves the desk.
func (d *Desk) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range d.routes() {
		mux.Handle(r.method+" "+r.path, d.guard(r))
	}
	mux.Handle("/", d.guard(route{public: true, do: func(*visit) error {
		return schema.Fail(schema.CodeNotFound, "find page", nil)
	}}))
	// Requests that another site makes the browser send are refused, before any
	// of it is read (net/http: Sec-Fetch-Site, else Origin against Host).
	return d.headers(http.NewCrossOriginProtection().Handler(mux))
}

// today is the civil day.
func (d *Desk) today() schema.Date { return schema.CivilDate(d.Now(), d.Zone) }

// headers are on every answer. A browser that once came to a desk behind TLS does
// not come without it for a year (RFC 6797), nor to a host below it.
func (d *Desk) headers(next http.Handler) http.Handler {
	secure := strings.HasPrefix(d.Address, "https://")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		if secure {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}
