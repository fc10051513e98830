package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"inzage/queue"
)

// route is one operation. Its words are in the catalog: api.op.<id>, with .long.
type route struct {
	id, method, path string
	// scope is what the token must let its program do; empty is open to whoever
	// comes.
	scope queue.Scope
	// status is that of an answer that went well.
	status int
}

// createID is the operation that answers otherwise when it is asked again.
const createID = "create-request"

// security is the name of the tokens in the document.
const security = "token"

// register puts every operation there is in front of its function.
func (a *API) register(mux *http.ServeMux) huma.API {
	api := humago.New(mux, a.config())
	api.UseMiddleware(a.guard)
	put(api, route{"health", http.MethodGet, "/health", "", http.StatusOK}, a.health)
	put(api, route{createID, http.MethodPost, "/requests", queue.ScopeCreate, http.StatusCreated}, a.create)
	put(api, route{"list-requests", http.MethodGet, "/requests", queue.ScopeRead, http.StatusOK}, a.list)
	put(api, route{"show-request", http.MethodGet, "/requests/{case}", queue.ScopeRead, http.StatusOK}, a.show)
	put(api, route{"record-identity", http.MethodPost, "/requests/{case}/identity", queue.ScopeIdentify, http.StatusOK}, a.identify)
	put(api, route{"prepare-decision", http.MethodPost, "/requests/{case}/proposals", queue.ScopePrepare, http.StatusCreated}, a.prepare)
	put(api, route{"list-entries", http.MethodGet, "/requests/{case}/ledger", queue.ScopeLedger, http.StatusOK}, a.entries)
	put(api, route{"verify-ledger", http.MethodPost, "/ledger/verification", queue.ScopeLedger, http.StatusOK}, a.verify)
	put(api, route{"list-events", http.MethodGet, "/events", queue.ScopeEvents, http.StatusOK}, a.events)
	a.names = make(map[string]bool)
	for _, s := range api.OpenAPI().Components.Schemas.Map() {
		for name := range s.Properties {
			a.names[name] = true
		}
	}
	return api
}

// put registers one operation.
func put[I, O any](api huma.API, r route, do handler[I, O]) {
	op := huma.Operation{
		OperationID: r.id, Method: r.method, Path: Base + r.path, DefaultStatus: r.status, MaxBodyBytes: maxBody,
		Responses: map[string]*huma.Response{"default": {Content: map[string]*huma.MediaType{
			problemMedia: {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}},
		}}},
	}
	if r.scope != "" {
		op.Security = []map[string][]string{{security: {string(r.scope)}}}
	}
	huma.Register(api, op, do)
}

// scopeOf is the scope that an operation asks for.
func scopeOf(op *huma.Operation) queue.Scope {
	for _, s := range op.Security {
		for _, scope := range s[security] {
			return queue.Scope(scope)
		}
	}
	return ""
}
