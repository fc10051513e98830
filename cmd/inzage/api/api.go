// Package api is the HTTP API: how other programs of the organisation take requests
// in, see where they stand, and prepare what people decide.
//
// # The story
//
// Every operation stands in one table (routes.go): method, path, the scope that a
// token must have, and the function that answers. The guard (guard.go) is before
// each: it finds the token, its scope and its pace, and keeps out everybody else.
// What an operation takes and gives are Go types, and from those the OpenAPI
// document is made (document.go), which a test compares with docs/openapi.json.
// A function returns an error with a schema.Code; codes become problems (RFC 9457)
// in one place (problem.go), in the language that is asked for.
//
// What is decided about a request is decided where the desk and the commands have
// it decided too: queue, workers.Reception and schema.Request.Apply. A program only
// ever prepares (decision 0025): people confirm. Nothing that a program gets holds
// a value of the person, and no scope opens the bundle.
package api

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"inzage/explain"
	"inzage/queue"
	"inzage/schema"
	"inzage/workers"
)

// Options say what the API works with.
type Options struct {
	Queue     *queue.Queue
	Register  *queue.Register    // somebody runs it
	Reception *workers.Reception // shared with the desk
	Catalog   *explain.Catalog
	Zone      *time.Location
	Now       func() time.Time
	// Open makes the first entry of the ledger of a request that comes in, but for
	// what whoever sends it fills in.
	Open schema.Entry
	// Owner is the person as somebody who signs in to the desk, empty where that
	// cannot be told; nil is never.
	Owner func(schema.Subject) schema.Actor
	// Health is nil where everything answers.
	Health func(context.Context) error
	// Version is that of the program.
	Version string
}

// API answers requests over HTTP. It is safe for concurrent use.
type API struct {
	Options
	pace      *pace
	names     map[string]bool // every name that a body can have
	documents map[schema.Lang][]byte
	// verifying is held while the ledger is read: one at a time is enough.
	verifying sync.Mutex
}

// Base is where the API is.
const Base = "/api/v1"

// maxBody is how much an operation takes, in bytes: the longest is a reason.
const maxBody = 64 << 10

// New makes an API.
func New(o Options) (*API, error) {
	a := &API{Options: o, pace: newPace()}
	documents, err := a.document()
	if err != nil {
		return nil, err
	}
	a.documents = documents
	return a, nil
}

// Document is the OpenAPI document.
func (a *API) Document(l schema.Lang) []byte { return a.documents[l] }

// Handler serves the API; it answers whatever begins with Base.
func (a *API) Handler() http.Handler {
	mux := http.NewServeMux()
	a.register(mux)
	mux.HandleFunc("GET "+Base+"/openapi.json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(a.documents[lang(r)])
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { a.nothing(w, r, mux) })
	return headers(mux)
}

// headers are on every answer. What a browser keeps, or another site reads, is not
// for the answers of an API; no cookie is read, and none is set.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		r.Header.Del("Cookie")
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// nothing answers where there is no operation.
func (a *API) nothing(w http.ResponseWriter, r *http.Request, mux *http.ServeMux) {
	err := schema.Fail(schema.CodeNotFound, "find operation", nil)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := mux.Handler(other); pattern != "/" {
			w.Header().Set("Allow", method)
			err = schema.Fail(codeMethod, "find operation", nil)
		}
	}
	a.problem(lang(r), err).write(w)
}

func lang(r *http.Request) schema.Lang { return schema.AcceptedLang(r.Header.Get("Accept-Language")) }

// today is the civil day.
func (a *API) today() schema.Date { return schema.CivilDate(a.Now(), a.Zone) }

// caller is what the guard found out about who asks.
type caller struct {
	token queue.Token
	lang  schema.Lang
}

type callerKey struct{}

// by is who asks; the zero caller at a public operation.
func by(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// config is huma's, with nothing of its own: no pages, no links to schemas.
func (a *API) config() huma.Config {
	return huma.Config{
		OpenAPI:       &huma.OpenAPI{OpenAPI: "3.1.0", Info: &huma.Info{Title: "inzage", Version: "1"}},
		Formats:       map[string]huma.Format{"application/json": strictJSON(), "json": strictJSON()},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{a.translate},
		// A parameter that is not known may be a typing error that would show more
		// than was asked for.
		RejectUnknownQueryParameters: true,
	}
}
