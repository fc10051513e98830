package simulate

import (
	"context"
	"crypto/rand"
	"hash/fnv"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"inzage/testdata/corpus"
)

// Options choose what the tenant is like. The zero value is a tenant at its
// best.
type Options struct {
	// Seed makes people, identifiers, files and the choices of faults. The same
	// seed and the same requests give the same export, but for moments.
	Seed   uint64
	Layout Layout
	Faults []Fault
	// Day is how long a day takes here. The agents need one or two, and throttling
	// counts by the day. Zero: agents take no time, and throttling counts real days.
	Day time.Duration
	// Limits are how many requests are allowed; zeros stand for the documented ones.
	Limits Limits
	// App is who may sign in; what is empty is made up from the seed.
	App Application
	// Address to listen on; empty is a free port on 127.0.0.1.
	Address string
	// TLS serves https with a certificate of its own, valid for localhost.
	TLS bool
	// Notice is told of every request that was answered, possibly from several
	// goroutines at once. Nothing in it is personal.
	Notice func(Notice)
}

// Notice is one answered request.
type Notice struct {
	Method string
	Route  string // with placeholders, such as "/v1.0/users/{id}"
	Status int
	Code   string // error code, or empty
}

// Tenant is a running tenant. Its methods are safe for concurrent use.
type Tenant struct {
	options Options
	id      string
	people  []corpus.Employee
	key     []byte // signs access tokens
	server  *http.Server
	address *url.URL
	pem     []byte            // own certificate, with TLS
	roots   http.RoundTripper // trusts it
	life    context.Context   // the agents outlive the request that started them
	stop    context.CancelFunc

	mu       sync.Mutex
	closed   bool
	asked    map[string]int // requests, by route; and for exports by person
	orders   []*operation
	queries  []*auditQuery
	exported []export
	other    []time.Time
}

// Start makes a tenant and serves it until Close.
func Start(o Options) (*Tenant, error) {
	t := &Tenant{options: o, people: corpus.Municipality(o.Seed), key: make([]byte, 32), asked: make(map[string]int)}
	t.id = t.people[0].TenantID
	_, _ = rand.Read(t.key) // never fails
	t.options.App = o.App.filled(t.random("application"))
	t.options.Limits = o.Limits.filled()
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", o.Address)
	if err != nil {
		return nil, err
	}
	t.address = &url.URL{Scheme: "http", Host: listener.Addr().String()}
	t.server = &http.Server{Handler: t.handler(), ReadHeaderTimeout: 10 * time.Second}
	t.roots = http.DefaultTransport
	if o.TLS {
		t.address.Scheme = "https"
		if listener, err = t.secure(listener); err != nil {
			return nil, err
		}
	}
	t.life, t.stop = context.WithCancel(context.Background())
	go func() { _ = t.server.Serve(listener) }()
	return t, nil
}

// Close stops serving and the agents, and waits for them.
func (t *Tenant) Close() error {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.stop()
	err := t.server.Close()
	for _, op := range t.ordered() {
		<-op.done
	}
	return err
}

func (t *Tenant) ordered() []*operation {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.orders)
}

// ID is the Entra tenant id.
func (t *Tenant) ID() string { return t.id }

// App is who may sign in.
func (t *Tenant) App() Application { return t.options.App }

// People lists everybody the tenant knows: employees, a guest, and who was
// deleted.
func (t *Tenant) People() []corpus.Employee { return t.people }

// URL is where the tenant is served, without a slash at the end.
func (t *Tenant) URL() string { return t.address.String() }

// Certificate is the tenant's own certificate in PEM, nil without TLS.
func (t *Tenant) Certificate() []byte { return t.pem }

// Client sends what is meant for Microsoft's sign-in, Graph and managed
// identity endpoints to the tenant, and everything else to where it says.
func (t *Tenant) Client() *http.Client {
	return &http.Client{Transport: &redirect{t.address, t.roots}}
}

// Settle waits until no agent is working any more.
func (t *Tenant) Settle(ctx context.Context) error {
	for _, op := range t.ordered() {
		select {
		case <-op.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Orders tells how many exports of a person the service accepted.
func (t *Tenant) Orders(objectID string) int {
	n := 0
	for _, op := range t.ordered() {
		if op.person.ObjectID == objectID {
			n++
		}
	}
	return n
}

// random is a source of choices of its own for every purpose, so that what is
// chosen does not hang on the order of requests.
func (t *Tenant) random(purpose ...string) *mathrand.Rand {
	h := fnv.New64a()
	for _, p := range purpose {
		_, _ = h.Write([]byte(p + "\x00"))
	}
	return mathrand.New(mathrand.NewPCG(t.options.Seed, h.Sum64()))
}
