package api

import (
	"cmp"
	"context"
	"encoding/base64"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"inzage/schema"
)

// which is which requests a list has: those in a state, "open" or "all".
type which string

// The lists that are no state.
const (
	whichOpen which = "open"
	whichAll  which = "all"
)

// Schema implements huma.SchemaProvider.
func (which) Schema(huma.Registry) *huma.Schema {
	list := []which{whichOpen, whichAll}
	for _, s := range schema.States() {
		list = append(list, which(s))
	}
	s := oneOf(list)
	s.Default = string(whichOpen)
	return s
}

type listInput struct {
	State   which  `query:"state" default:"open"`
	DueBy   date   `query:"due_by"`
	Overdue bool   `query:"overdue"`
	Cursor  string `query:"cursor" maxLength:"200"`
	Limit   int    `query:"limit" default:"100" minimum:"1" maximum:"500"`
}

// RequestList is a page of a list of requests.
type RequestList struct {
	Requests []schema.Standing `json:"requests" nullable:"false"`
	// Next is the cursor of the page after this one; there is none where it is
	// empty.
	Next string `json:"next,omitempty"`
}

type listOutput struct{ Body RequestList }

// list lists requests, the nearest due date first; "all" is state by state.
func (a *API) list(ctx context.Context, in *listInput) (*listOutput, error) {
	var due schema.Date
	if in.DueBy != "" {
		var err error
		if due, err = schema.ParseDate(string(in.DueBy)); err != nil {
			return nil, a.flawed(by(ctx).lang, a.flaw(by(ctx).lang, "query.due_by", "form", "api.flaw.form"))
		}
	}
	after, ok := readCursor(in.Cursor)
	if !ok {
		return nil, a.flawed(by(ctx).lang, a.flaw(by(ctx).lang, "query.cursor", "form", "api.flaw.form"))
	}
	out := &listOutput{RequestList{Requests: []schema.Standing{}}}
	last, today := place{}, a.today()
	for r := range a.requests(in.State) {
		s, here := r.On(today), placeOf(in.State, r)
		if here.compare(after) <= 0 || in.Overdue && !s.Overdue || !due.IsZero() && s.Due.After(due) {
			continue
		}
		if len(out.Body.Requests) == in.Limit {
			out.Body.Next = last.cursor()
			break
		}
		out.Body.Requests = append(out.Body.Requests, s)
		last = here
	}
	return out, nil
}

func (a *API) requests(w which) iter.Seq[schema.Request] {
	switch w {
	case whichOpen:
		return a.Register.Open()
	case whichAll:
		return a.Register.All()
	default:
		return a.Register.In(schema.State(w))
	}
}

// place is where a request stands in a list; a cursor is the place after which the
// next page begins. So a page is right whatever has come in or closed since the
// one before; a request whose due date changed in between can be on both or none.
type place struct {
	state int // in a list that goes state by state
	due   schema.Date
	id    schema.RequestID
}

func placeOf(w which, r schema.Request) place {
	p := place{due: r.Due(), id: r.ID}
	if w == whichAll {
		p.state = slices.Index(schema.States(), r.State)
	}
	return p
}

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.state, q.state), p.due.Compare(q.due), cmp.Compare(p.id, q.id))
}

func (p place) cursor() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(p.state) + " " + p.due.String() + " " + string(p.id)))
}

func readCursor(text string) (p place, ok bool) {
	if text == "" {
		return place{state: -1}, true
	}
	plain, err := base64.RawURLEncoding.DecodeString(text)
	words := strings.Split(string(plain), " ")
	if err != nil || len(words) != 3 {
		return p, false
	}
	if p.state, err = strconv.Atoi(words[0]); err != nil {
		return p, false
	}
	p.due, err = schema.ParseDate(words[1])
	p.id = schema.RequestID(words[2])
	return p, err == nil
}
