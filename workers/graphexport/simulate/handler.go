package simulate

import (
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// handler routes the requests. Sign-in, metadata and Graph share one address:
// their paths do not meet.
func (t *Tenant) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{tenant}/v2.0/.well-known/openid-configuration", t.openID)
	mux.HandleFunc("GET /common/discovery/instance", t.instances)
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", t.token)
	mux.HandleFunc("GET /metadata/identity/oauth2/token", t.managed)
	mux.HandleFunc("GET /msi/token", t.managed)

	graph := func(pattern string, do func(http.ResponseWriter, *http.Request) *failure, roles ...string) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { t.graph(w, r, do, roles) })
	}
	graph("GET /v1.0/users", t.listUsers, roleRead)
	graph("GET /v1.0/users/{id}", t.getUser, roleRead)
	graph("GET /v1.0/directory/deletedItems/microsoft.graph.user", t.listDeleted, roleRead)
	graph("GET /v1.0/directory/deletedItems/{id}", t.getDeleted, roleRead)
	graph("POST /v1.0/users/{id}/exportPersonalData", t.order, roleExport)
	graph("GET /v1.0/dataPolicyOperations", t.listOperations, roleExport)
	graph("GET /v1.0/dataPolicyOperations/{id}", t.getOperation, roleExport)
	t.logs(graph)
	graph("/", func(http.ResponseWriter, *http.Request) *failure {
		return &failure{http.StatusBadRequest, "BadRequest", "Resource not found for the segment."}
	}, roleRead, roleExport)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &recorder{ResponseWriter: w, status: http.StatusOK}
		mux.ServeHTTP(seen, r)
		if t.options.Notice != nil {
			_, route, _ := strings.Cut(r.Pattern, " ")
			t.options.Notice(Notice{Method: r.Method, Route: route, Status: seen.status, Code: seen.code})
		}
	})
}

// recorder remembers how a request was answered.
type recorder struct {
	http.ResponseWriter

	status int
	code   string
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// failure is an error of Graph.
type failure struct {
	status  int
	code    string
	message string
}

// graph answers a request for Graph: who may ask, whether it is the service's
// day, and then what was asked.
func (t *Tenant) graph(w http.ResponseWriter, r *http.Request, do func(http.ResponseWriter, *http.Request) *failure, roles []string) {
	id := guid(rand.New(rand.NewPCG(rand.Uint64(), 0)))
	w.Header().Set("Request-Id", id)
	client := r.Header.Get("Client-Request-Id")
	if client == "" {
		client = id
	}
	w.Header().Set("Client-Request-Id", client)
	f := t.refused(r, roles)
	if f == nil {
		f = do(w, r)
	}
	if f == nil {
		return
	}
	if seen, ok := w.(*recorder); ok {
		seen.code = f.code
	}
	reply(w, f.status, map[string]any{"error": map[string]any{
		"code": f.code, "message": f.message,
		"innerError": map[string]string{
			"date": time.Now().UTC().Format("2006-01-02T15:04:05"), "request-id": id, "client-request-id": client,
		},
	}})
}

func (t *Tenant) refused(r *http.Request, roles []string) *failure {
	policy := strings.HasSuffix(r.URL.Path, "/exportPersonalData") || strings.HasPrefix(r.URL.Path, "/v1.0/dataPolicyOperations")
	switch status := t.allowed(r, roles...); {
	case status == http.StatusUnauthorized && policy:
		return &failure{status, "Unauthorized", "The access token is missing or not valid."}
	case status == http.StatusUnauthorized:
		return &failure{status, "InvalidAuthenticationToken", "The access token is missing or not valid."}
	case status == http.StatusForbidden && policy:
		return &failure{status, "Forbidden", "The application lacks the permission " + roleExport + "."}
	case status == http.StatusForbidden:
		return &failure{status, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."}
	}
	return t.illTempered(r)
}

// illTempered counts the requests of a kind and refuses the first ones, where
// the faults say so.
func (t *Tenant) illTempered(r *http.Request) *failure {
	var list []*failure
	if t.has(Throttled) {
		tooMany := &failure{http.StatusTooManyRequests, "TooManyRequests", "Too many requests."}
		list = append(list, tooMany, tooMany)
	}
	if t.has(Unavailable) {
		list = append(list,
			&failure{http.StatusInternalServerError, "Unknown", "An unknown error occurred."},
			&failure{http.StatusBadGateway, "PartnerError", "A partner service returned an error."},
			&failure{http.StatusGatewayTimeout, "PartnerTimeout", "A partner service did not answer in time."})
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	n := t.asked[r.Pattern]
	t.asked[r.Pattern]++
	if n < len(list) {
		return list[n]
	}
	return nil
}

// answerList answers with a list, whole or in pages.
func (t *Tenant) answerList(w http.ResponseWriter, r *http.Request, kind string, list []map[string]any) {
	query := r.URL.Query()
	answer := map[string]any{"@odata.context": t.base(r) + "/v1.0/$metadata#" + kind, "value": list}
	if query.Get("$count") == "true" {
		answer["@odata.count"] = len(list)
	}
	if t.has(Paged) {
		const token = "$skiptoken"
		i, err := strconv.Atoi(query.Get(token))
		if err != nil || i < 0 || i > len(list) {
			i = 0
		}
		answer["value"] = list[i:min(i+1, len(list))]
		if i+1 < len(list) {
			query.Set(token, strconv.Itoa(i+1))
			answer["@odata.nextLink"] = t.base(r) + r.URL.Path + "?" + query.Encode()
		}
	}
	reply(w, http.StatusOK, answer)
}

// body reads a request's JSON. Graph's Go SDK compresses it.
func body(r *http.Request, into any) error {
	from := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(from)
		if err != nil {
			return err
		}
		from = z
	}
	return json.NewDecoder(io.LimitReader(from, 1<<20)).Decode(into)
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client is gone: nobody to tell
}

// guid is a random identifier, version 4.
func guid(r *rand.Rand) string {
	var g [16]byte
	for i := range g {
		g[i] = byte(r.Uint32())
	}
	g[6] = g[6]&0x0f | 0x40
	g[8] = g[8]&0x3f | 0x80
	text := hex.EncodeToString(g[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, c := range s {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (c == '-') ||
			!dash && !strings.ContainsRune("0123456789abcdefABCDEF", c) {
			return false
		}
	}
	return true
}
