package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"inzage/queue"
	"inzage/schema"
	"inzage/workers"
)

// Problem is an answer that is none (RFC 9457): a code, and a sentence for people in
// the language that was asked for. It never quotes what was sent.
type Problem struct { //nolint:errname // as RFC 9457 and the document call it
	Type   string  `json:"type"`
	Title  string  `json:"title"`
	Status int     `json:"status"`
	Code   string  `json:"code"`
	Flaws  []Fault `json:"flaws,omitempty"`
	// Case is the open case of the same person, where that is the problem.
	Case string `json:"case,omitempty"`
}

// Fault is what is wrong with a part of what was sent.
type Fault struct {
	Where string `json:"where"` // body.subject.addresses, query.limit
	Code  string `json:"code"`
	Title string `json:"title"`
	// Allowed are the values that are possible, where what was sent is none of them.
	Allowed []string `json:"allowed,omitempty"`
}

// problemType begins the type of each problem; the code follows.
const problemType = "urn:inzage:problem:"

// Error implements error.
func (p *Problem) Error() string { return p.Code }

// GetStatus tells huma.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType tells huma.
func (p *Problem) ContentType(string) string { return problemMedia }

const problemMedia = "application/problem+json"

func (p *Problem) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", problemMedia)
	w.WriteHeader(p.Status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(p) // who went away needs no answer
}

// statusOf is the status of HTTP for a code; 500 for what is no fault of who asks.
func statusOf(code schema.Code) int {
	switch code {
	case schema.CodeUsage, codeInput, workers.CodeKeyReused:
		return http.StatusUnprocessableEntity
	case codeToken, queue.CodeTokenUnknown, queue.CodeTokenExpired, queue.CodeTokenRevoked:
		return http.StatusUnauthorized
	case codeScope:
		return http.StatusForbidden
	case schema.CodeNotFound:
		return http.StatusNotFound
	case codeMethod:
		return http.StatusMethodNotAllowed
	case schema.CodeConflict, schema.CodeTooLate, schema.CodeFourEyes, schema.CodeInUse, codeSame:
		return http.StatusConflict
	case schema.CodeErased:
		return http.StatusGone
	case schema.CodeTooLarge:
		return http.StatusRequestEntityTooLarge
	case codeMedia:
		return http.StatusUnsupportedMediaType
	case codePace:
		return http.StatusTooManyRequests
	case schema.CodeUnreachable, schema.CodeFull, schema.CodeInterrupted:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// problem says an error in the language. What a code of ours does not name is
// "internal", and its cause stays inside.
func (a *API) problem(l schema.Lang, err error) *Problem {
	code := schema.CodeOf(err)
	status := statusOf(code)
	key := "api.problem." + string(code)
	if !a.Catalog.HasText(key) {
		key = "code." + string(code)
	}
	if !a.Catalog.HasText(key) {
		code, key = schema.CodeInternal, "code."+string(schema.CodeInternal)
	}
	return &Problem{Type: problemType + string(code), Title: a.Catalog.Text(l, key), Status: status, Code: string(code)}
}

// flawed is the problem that what was sent is not right.
func (a *API) flawed(l schema.Lang, flaws ...Fault) *Problem {
	p := a.problem(l, schema.Fail(codeInput, "read input", nil))
	p.Flaws = flaws
	return p
}

// flaw says what is wrong somewhere, by a key of the catalog.
func (a *API) flaw(l schema.Lang, where, code, key string) Fault {
	return Fault{Where: where, Code: code, Title: a.Catalog.Text(l, key)}
}

// translate makes problems of the errors that huma finds in what was sent: they
// quote it, and are in English.
func (a *API) translate(ctx huma.Context, _ string, v any) (any, error) {
	e, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	l := schema.AcceptedLang(ctx.Header("Accept-Language"))
	switch e.Status {
	case http.StatusUnprocessableEntity, http.StatusBadRequest:
		var flaws []Fault
		for _, d := range e.Errors {
			if d == nil {
				continue
			}
			where, code := fault(d)
			where = a.ours(where)
			f := a.flaw(l, where, code, "api.flaw."+code)
			f.Allowed = allowed(d)
			flaws = append(flaws, f)
		}
		p := a.flawed(l, flaws...)
		p.Status = e.Status // huma writes the status of its own error
		return p, nil
	case http.StatusRequestEntityTooLarge:
		return a.problem(l, schema.Fail(schema.CodeTooLarge, "read input", nil)), nil
	case http.StatusUnsupportedMediaType:
		return a.problem(l, schema.Fail(codeMedia, "read input", nil)), nil
	default:
		p := a.problem(l, schema.Fail(schema.CodeInternal, "answer", nil))
		p.Status = e.Status
		return p, nil
	}
}

// allowed are the values that huma would have taken, where it names them: those of
// the document, never what was sent.
func allowed(d *huma.ErrorDetail) []string {
	_, list, ok := strings.Cut(d.Message, `to be one of "`)
	if !ok {
		return nil
	}
	return strings.Split(strings.TrimSuffix(list, `"`), ", ")
}

// ours is a place in a body without the words that are not ours: huma leaves a part
// of a name with a dot in it in the places of all that comes after.
func (a *API) ours(where string) string {
	words := strings.Split(where, ".")
	if words[0] != "body" {
		return where
	}
	return strings.Join(slices.DeleteFunc(words, func(word string) bool {
		name, _, _ := strings.Cut(word, "[")
		return name != "body" && !a.names[name]
	}), ".")
}

// holder is where the object stands that has a name which is not ours. The name can
// have dots in it, like those between the names of a place.
func holder(d *huma.ErrorDetail) string {
	object, _ := d.Value.(map[string]any)
	where := d.Location
	for name := range object { // of several that fit, the longest: then nothing of any is left
		if rest, ok := strings.CutSuffix(d.Location, "."+name); ok && len(rest) < len(where) {
			where = rest
		}
	}
	if where == d.Location {
		return "body"
	}
	return where
}

// fault names what huma found, and where. A name that is not ours came from who
// sent it, and is not sent back.
func fault(d *huma.ErrorDetail) (where, code string) {
	where = d.Location
	says := func(parts ...string) bool {
		for _, part := range parts {
			if strings.Contains(d.Message, part) {
				return true
			}
		}
		return false
	}
	switch {
	case says("unknown query parameter"):
		return "query", "unknown"
	case says("unexpected property"):
		return holder(d), "unknown"
	case says("required"):
		return where, "missing"
	case says("to be one of"):
		return where, "choice"
	case says("length", "number <=", "number >="):
		return where, "size"
	default:
		return where, "form"
	}
}
