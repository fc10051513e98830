package fetch

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"inzage/schema"
	"inzage/workers/auditlog"
)

// Audit is the audit log with its remote half: two queries of the log, for what
// the person did, under any of their names, and for what holds the name that they
// have now: the log searches for one text at a time. It is safe for concurrent use.
type Audit struct {
	*auditlog.Source
	from *Source
}

// Audit makes the source of the audit log, with the same settings.
func (s *Source) Audit() *Audit { return &Audit{auditlog.New(), s} }

// auditYears is how far back a query goes: what the log keeps at most without an
// extra licence for longer. What it kept shorter is not there.
const auditYears = 1

// Fetch implements schema.Fetcher. It asks each query once, waits until the log
// has searched, and takes over the pages.
func (a *Audit) Fetch(ctx context.Context, who schema.Subject, box schema.Box) error {
	return a.from.logs(ctx, a.Name(), who, box, func(m pullMark) []logPart {
		q := auditQuery{From: m.Begun.AddDate(-auditYears, 0, 0), To: m.Begun}
		by, about := q, q
		by.Users = m.Names
		if len(m.Names) > 0 {
			about.Keyword = m.Names[0]
		}
		return []logPart{{name: "by-person", query: &by, ext: "json"}, {name: "about-person", query: &about, ext: "json"}}
	})
}

// auditQuery is a query of the audit log (Graph, auditLogQuery).
type auditQuery struct {
	Name    string    `json:"displayName"`
	From    time.Time `json:"filterStartDateTime"`
	To      time.Time `json:"filterEndDateTime"`
	Users   []string  `json:"userPrincipalNameFilters,omitempty"`
	Keyword string    `json:"keywordFilter,omitempty"`
}

// query is one that the log knows.
type query struct {
	ID     string `json:"id"`
	Name   string `json:"displayName"`
	Status string `json:"status"`
}

const queries = "/v1.0/security/auditLog/queries"

// ask sees to it that the query of a place was sent, once, and reports whether
// its records are ready.
func (p *pull) ask(ctx context.Context, at logPart) (ready bool, err error) {
	switch {
	case p.mark.Asked == "":
		// The name is random: it tells the query apart and says nothing.
		p.mark.Asked, p.mark.AskedAt, p.sent = "inzage "+rand.Text(), p.now().UTC(), true
		return false, p.note(ctx)
	case p.mark.Query == "":
		return false, p.order(ctx, at)
	}
	var q query
	err = p.graph.get(ctx, p.graph.root()+queries+"/"+url.PathEscape(p.mark.Query), &q)
	switch status, _ := statusOf(err); {
	case status == http.StatusTooManyRequests:
		return false, p.throttled(ctx, err)
	case status == http.StatusNotFound: // the log forgot it
		return false, p.anew(ctx, at)
	case err != nil:
		return false, coded("ask for query", err)
	}
	switch q.Status {
	case "succeeded":
		p.mark.Next = p.graph.root() + queries + "/" + url.PathEscape(p.mark.Query) + "/records?$top=999"
		return true, p.note(ctx)
	case "failed", "cancelled":
		return false, p.anew(ctx, at)
	}
	age := p.now().Sub(p.mark.AskedAt)
	if age >= p.config.Times.Deadline {
		return false, p.leave(ctx, at, schema.CodeExportExpired)
	}
	return false, schema.Later(p.config.Times.query(age))
}

// anew asks once more, so often and not more.
func (p *pull) anew(ctx context.Context, at logPart) error {
	if p.mark.Tries++; p.mark.Tries >= maxAttempts {
		return p.leave(ctx, at, schema.CodeRemote)
	}
	p.mark.Asked, p.mark.AskedAt, p.mark.Query = "", time.Time{}, ""
	return p.note(ctx)
}

// order sends the query where this very run has noted that it does. Otherwise an
// earlier run may have sent it: then it is on the list, by its name.
func (p *pull) order(ctx context.Context, at logPart) error {
	if p.sent {
		p.sent = false // whatever comes of it, it was sent
		q := *at.query
		q.Name = p.mark.Asked
		id, err := p.graph.ask(ctx, q)
		switch status, _ := statusOf(err); {
		case err == nil:
			p.mark.Query, p.mark.Throttled = id, 0
			return p.note(ctx)
		case status == http.StatusTooManyRequests: // it was not taken
			p.mark.Asked = ""
			return p.throttled(ctx, err)
		case status == http.StatusUnauthorized: // nor here; the next run signs in anew
			p.mark.Asked = ""
			if err := p.note(ctx); err != nil {
				return err
			}
			return coded("ask query", err)
		case status == http.StatusForbidden, status == http.StatusBadRequest, status == http.StatusNotFound:
			return p.leave(ctx, at, schema.CodeOf(coded("", err)))
		default:
			return coded("ask query", err) // the next run finds out
		}
	}
	found := ""
	err := pages(ctx, p.graph, p.graph.root()+queries, func(list []query) {
		for _, q := range list {
			if q.Name == p.mark.Asked {
				found = q.ID
			}
		}
	})
	switch status, _ := statusOf(err); {
	case status == http.StatusTooManyRequests:
		return p.throttled(ctx, err)
	case err != nil:
		return coded("list queries", err)
	case found != "":
		p.mark.Query = found
		return p.note(ctx)
	}
	if left := p.mark.AskedAt.Add(p.config.Times.Grace).Sub(p.now()); left > 0 {
		return schema.Later(left)
	}
	return p.anew(ctx, at)
}

// ask sends a query, once: whatever happens to it, it is not sent a second time.
func (g *graph) ask(ctx context.Context, q auditQuery) (id string, err error) {
	ctx = policy.WithRetryOptions(ctx, policy.RetryOptions{MaxRetries: -1})
	req, err := runtime.NewRequest(ctx, http.MethodPost, g.root()+queries)
	if err != nil {
		return "", err
	}
	if err := runtime.MarshalAsJSON(req, q); err != nil {
		return "", err
	}
	resp, err := g.pipe.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if !runtime.HasStatusCode(resp, http.StatusCreated, http.StatusOK, http.StatusAccepted) {
		return "", runtime.NewResponseError(resp)
	}
	var made query
	if err := decode(resp.Body, &made); err != nil || made.ID == "" {
		return "", errAnswer
	}
	return made.ID, nil
}
