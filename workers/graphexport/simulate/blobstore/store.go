package blobstore

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// version is the newest protocol version that is answered with.
const version = "2024-11-04"

// Options choose what the account is like.
type Options struct {
	// Address to listen on; empty is a free port on 127.0.0.1.
	Address string
	// Account is its name; empty is "devstoreaccount1", as with emulators.
	Account string
	// Premium is an account for block blobs only: it refuses append blobs.
	Premium bool
}

// Store is a running storage account. Its methods are safe for concurrent use.
type Store struct {
	options Options
	key     []byte
	address string
	server  *http.Server

	mu         sync.RWMutex
	containers map[string]*container
	tags       int // the last entity tag that was given out
}

// Start makes an empty account with a key of its own and serves it until Close.
func Start(o Options) (*Store, error) {
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	if o.Account == "" {
		o.Account = "devstoreaccount1"
	}
	s := &Store{options: o, key: make([]byte, 64), containers: make(map[string]*container)}
	_, _ = rand.Read(s.key) // never fails
	listener, err := net.Listen("tcp", o.Address)
	if err != nil {
		return nil, err
	}
	s.address = listener.Addr().String()
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.server.Serve(listener) }()
	return s, nil
}

// Close stops serving. Everything stored is gone.
func (s *Store) Close() error {
	if err := s.server.Close(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// URL is the address of the account, without a slash at the end.
func (s *Store) URL() string { return "http://" + s.address + "/" + s.options.Account }

// Account is the name of the account.
func (s *Store) Account() string { return s.options.Account }

// Key is the account key, in base64.
func (s *Store) Key() string { return base64.StdEncoding.EncodeToString(s.key) }

// ConnectionString is how SDKs and tools take all of it at once.
func (s *Store) ConnectionString() string {
	return fmt.Sprintf("DefaultEndpointsProtocol=http;AccountName=%s;AccountKey=%s;BlobEndpoint=%s;", s.Account(), s.Key(), s.URL())
}

// request is one request, taken apart.
type request struct {
	*http.Request

	container, blob string
	restype, comp   string
	// may reports whether one of the permissions was given, named by the
	// letters of a SAS. The account key may everything.
	may func(letters string) bool
}

// fault is an answer that is an error, with Azure's code.
type fault struct {
	status int
	code   string
}

// ServeHTTP implements http.Handler.
func (s *Store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Ms-Version", version)
	w.Header().Set("X-Ms-Request-Id", fmt.Sprintf("%032x", time.Now().UnixNano()))
	q := request{Request: r, restype: r.URL.Query().Get("restype"), comp: r.URL.Query().Get("comp")}
	account, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	q.container, q.blob, _ = strings.Cut(rest, "/")
	f := &fault{http.StatusNotFound, "ResourceNotFound"}
	if account == s.options.Account {
		if f = s.authorize(&q); f == nil {
			f = s.route(w, q)
		}
	}
	if f == nil {
		return
	}
	w.Header().Set("X-Ms-Error-Code", f.code)
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(f.status)
	if r.Method != http.MethodHead {
		answer(w, struct {
			XMLName xml.Name `xml:"Error"`
			Code    string
			Message string
		}{Code: f.code, Message: f.code})
	}
}

// route finds what is asked. Everything else is refused.
func (s *Store) route(w http.ResponseWriter, q request) *fault {
	const get, head, put, del = http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete
	method := q.Method
	switch {
	case q.container == "" && method == get && q.comp == "list":
		return s.listContainers(w, q)
	case q.container == "" && (method == get || method == head) && q.restype == "account" && q.comp == "properties":
		return s.accountInfo(w, q)
	case q.container == "":
	case q.blob == "" && q.restype != "container":
	case q.blob == "" && method == put && q.comp == "":
		return s.createContainer(w, q)
	case q.blob == "" && method == del && q.comp == "":
		return s.deleteContainer(w, q)
	case q.blob == "" && (method == get || method == head) && q.comp == "":
		return s.containerInfo(w, q)
	case q.blob == "" && method == get && q.comp == "list":
		return s.listBlobs(w, q)
	case q.blob == "":
	case method == put && q.comp == "":
		return s.putBlob(w, q)
	case method == put && q.comp == "appendblock":
		return s.appendBlock(w, q)
	case method == put && q.comp == "block":
		return s.putBlock(w, q)
	case method == put && q.comp == "blocklist":
		return s.putBlockList(w, q)
	case (method == get || method == head) && q.comp == "":
		return s.getBlob(w, q)
	case method == del && q.comp == "":
		return s.deleteBlob(w, q)
	}
	return &fault{http.StatusBadRequest, "InvalidQueryParameterValue"}
}

func denied() *fault { return &fault{http.StatusForbidden, "AuthorizationPermissionMismatch"} }

// tag makes the next entity tag. The lock is held.
func (s *Store) tag() string {
	s.tags++
	return fmt.Sprintf("%q", fmt.Sprintf("0x8%015X", s.tags))
}

// answer writes a document; where the client is gone there is nobody to tell.
func answer(w http.ResponseWriter, v any) {
	_, _ = w.Write([]byte(xml.Header))
	_ = xml.NewEncoder(w).Encode(v)
}
