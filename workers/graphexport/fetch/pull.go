package fetch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"inzage/schema"
)

// logPart is one list that a log is pulled from.
type logPart struct {
	name string // in the source's public terms; of the files too
	// address is where the list begins, relative to Graph's root. A place with a
	// query has none until the query is ready.
	address string
	query   *auditQuery
	// keep passes what is to be stored of an answer; nil is all of it.
	keep func(r io.Reader, w io.Writer, who schema.Subject) (lines int, err error)
	ext  string
}

// pull is one run of the fetch of a log: list after list, page after page. Each
// page is stored as received, then noted; a run that was cut off goes on from the
// page that was noted last, and stores the next one once more.
type pull struct {
	*Source

	who  schema.Subject
	box  schema.Box
	name string
	mark pullMark
	text []byte // of the mark, as noted last
	sent bool   // this very run has noted that it asks
}

// pullMark is what a fetch of a log remembers. Personal: ids and addresses.
type pullMark struct {
	Order    int       `json:"order,omitempty"`
	ObjectID string    `json:"object_id,omitempty"`
	Names    []string  `json:"names,omitempty"`
	Begun    time.Time `json:"begun,omitzero"`
	// At is the place that is being pulled, Page its pages that are stored, Next
	// the address of the next one.
	At   int    `json:"at,omitempty"`
	Page int    `json:"page,omitempty"`
	Next string `json:"next,omitempty"`
	// Asked names the query that was sent, at its moment; Query is its id.
	Asked   string    `json:"asked,omitempty"`
	AskedAt time.Time `json:"asked_at,omitzero"`
	Query   string    `json:"query,omitempty"`
	Tries   int       `json:"tries,omitempty"` // queries and lists that came to nothing

	Throttled int         `json:"throttled,omitempty"`
	Files     int         `json:"files,omitempty"` // of all places that were left
	Bytes     int64       `json:"bytes,omitempty"`
	Here      int         `json:"here,omitempty"` // files with something of this place
	HereBytes int64       `json:"here_bytes,omitempty"`
	Failed    int         `json:"failed,omitempty"` // places that could not be had
	Why       schema.Code `json:"why,omitempty"`
	Done      bool        `json:"done,omitempty"`
}

// logs pulls the places that list gives, see schema.Fetcher.
func (s *Source) logs(ctx context.Context, name string, who schema.Subject, box schema.Box, list func(pullMark) []logPart) error {
	p := &pull{Source: s, who: who, box: box, name: name}
	if err := p.load(ctx); err != nil {
		return err
	}
	if p.mark.ObjectID == "" {
		if err := p.find(ctx); err != nil {
			return err
		}
	}
	p.known()
	places := list(p.mark)
	for !p.mark.Done {
		if err := ctx.Err(); err != nil {
			return coded("fetch "+name, err)
		}
		var err error
		if p.mark.At >= len(places) {
			err = p.finish(ctx)
		} else {
			err = p.step(ctx, places[p.mark.At])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// load reads the bookmark.
func (p *pull) load(ctx context.Context) error {
	text, err := p.box.Bookmark(ctx)
	if err != nil {
		return err
	}
	if p.text = text; len(text) > 0 {
		if err := json.Unmarshal(text, &p.mark); err != nil {
			return schema.Never(schema.Fail(schema.CodeInternal, "read bookmark", err))
		}
	}
	if p.mark.Done && p.mark.Order != p.box.Order() {
		p.mark = pullMark{} // asked for once more
	}
	return nil
}

// note makes the mark durable. A worker that was cut off and came back late finds
// another's note, and stops.
func (p *pull) note(ctx context.Context) error {
	text, err := p.box.Bookmark(ctx)
	if err != nil {
		return err
	}
	if !bytes.Equal(text, p.text) {
		return schema.Fail(schema.CodeConflict, "note progress", nil)
	}
	p.mark.Order = p.box.Order()
	if text, err = json.Marshal(p.mark); err != nil {
		return schema.Fail(schema.CodeInternal, "write bookmark", err)
	}
	if err := p.box.Note(ctx, text); err != nil {
		return err
	}
	p.text = text
	return nil
}

// find looks the person up, once: the lists are asked for by object id.
func (p *pull) find(ctx context.Context) error {
	found, err := p.Resolve(ctx, p.who)
	switch code := schema.CodeOf(err); code {
	case schema.CodePersonUnknown, schema.CodePersonAmbiguous, schema.CodePersonDeleted, schema.CodeOtherTenant:
		if err := p.box.Tell(ctx, schema.Result{Found: schema.FoundFailed, Code: code}); err != nil {
			return err
		}
		return schema.Never(schema.Fail(code, "fetch "+p.name, nil))
	case schema.CodeThrottled:
		return p.throttled(ctx, err)
	case "":
	default:
		return err
	}
	p.mark.ObjectID, p.mark.Begun = found.Subject.ObjectID.Reveal(), p.now().UTC()
	for _, name := range found.Subject.UPNs {
		p.mark.Names = append(p.mark.Names, name.Reveal())
	}
	return p.note(ctx)
}

// known completes the person by what was found.
func (p *pull) known() {
	p.who.ObjectID = schema.NewPersonal(p.mark.ObjectID)
	p.who.UPNs = nil
	for _, name := range p.mark.Names {
		p.who.UPNs = append(p.who.UPNs, schema.NewPersonal(name))
	}
}

// step does the next thing for a place: asks its query, waits for it, or stores a
// page.
func (p *pull) step(ctx context.Context, at logPart) error {
	if at.query != nil && p.mark.Next == "" {
		ready, err := p.ask(ctx, at)
		if err != nil || !ready {
			return err
		}
	}
	address := p.mark.Next
	if address == "" {
		address = p.graph.root() + at.address
	}
	err := p.page(ctx, at, address)
	code := schema.CodeOf(err)
	switch status, _ := statusOf(err); {
	case err == nil:
		return nil
	case code == schema.CodeConcealed, code == schema.CodeSyntax, code == schema.CodeTooLarge:
		return p.leave(ctx, at, code) // the report will be no other
	case status == http.StatusTooManyRequests:
		return p.throttled(ctx, err)
	case p.mark.Page > 0 && p.mark.Tries < maxAttempts && (status == http.StatusBadRequest || status == http.StatusGone):
		// The address of the next page lives for a while only. Begin the list anew:
		// the pages are stored under the same names.
		p.mark.Next, p.mark.Page, p.mark.Here, p.mark.HereBytes, p.mark.Tries = "", 0, 0, 0, p.mark.Tries+1
		return p.note(ctx)
	case status == http.StatusForbidden, status == http.StatusBadRequest, status == http.StatusNotFound, status == http.StatusNotImplemented:
		// This list cannot be had: a right or a licence is missing, or the tenant
		// does not have it. The others can.
		return p.leave(ctx, at, schema.CodeOf(coded("", err)))
	default:
		return coded("fetch "+p.name, err)
	}
}

// page stores one page and notes where the next one is.
func (p *pull) page(ctx context.Context, at logPart, address string) error {
	body, err := p.graph.read(ctx, address)
	if err != nil {
		return err
	}
	defer body.Close()
	var data bytes.Buffer
	lines := -1
	if at.keep != nil {
		lines, err = at.keep(body, &data, p.who)
	} else {
		_, err = io.Copy(&data, io.LimitReader(body, maxPage))
	}
	if err != nil {
		return err
	}
	next := ""
	if at.keep == nil {
		var page struct {
			Value []json.RawMessage `json:"value"`
			Next  string            `json:"@odata.nextLink"`
		}
		if err := json.Unmarshal(data.Bytes(), &page); err != nil {
			return err
		}
		if next, lines = page.Next, len(page.Value); next != "" && !strings.HasPrefix(next, p.graph.root()+"/") { // the token goes to Graph only
			return errPages
		}
	}
	p.mark.Page++
	if p.mark.Page > maxPages {
		return errPages
	}
	if lines > 0 {
		blob, err := p.box.Put(ctx, fmt.Sprintf("%s-%04d.%s", at.name, p.mark.Page, at.ext), &data)
		if err != nil {
			return err
		}
		p.mark.Here, p.mark.HereBytes = p.mark.Here+1, p.mark.HereBytes+blob.Size
	}
	if p.mark.Throttled, p.mark.Next = 0, next; next == "" {
		return p.leave(ctx, at, "")
	}
	return p.note(ctx)
}

// leave tells how a place ended and goes to the next one.
func (p *pull) leave(ctx context.Context, at logPart, why schema.Code) error {
	r := schema.Result{Place: at.name, Found: schema.FoundNothing, Code: why, Files: p.mark.Here}
	switch {
	case why == "" && p.mark.Here > 0:
		r.Found = schema.FoundData
	case why != "" && p.mark.Here > 0:
		r.Found = schema.FoundPart
	case why != "":
		r.Found = schema.FoundFailed
	}
	if why != "" {
		p.mark.Failed, p.mark.Why = p.mark.Failed+1, why
	}
	if err := p.box.Tell(ctx, r); err != nil {
		return err
	}
	p.mark.Files, p.mark.Bytes = p.mark.Files+p.mark.Here, p.mark.Bytes+p.mark.HereBytes
	p.mark.At, p.mark.Page, p.mark.Here, p.mark.HereBytes, p.mark.Next, p.mark.Tries = p.mark.At+1, 0, 0, 0, "", 0
	p.mark.Asked, p.mark.AskedAt, p.mark.Query = "", time.Time{}, ""
	return p.note(ctx)
}

// finish tells of the source as a whole.
func (p *pull) finish(ctx context.Context) error {
	r := schema.Result{Found: schema.FoundNothing, Code: p.mark.Why, Files: p.mark.Files, Bytes: p.mark.Bytes}
	switch {
	case p.mark.Failed == 0 && p.mark.Files > 0:
		r.Found = schema.FoundData
	case p.mark.Failed == p.mark.At:
		r.Found = schema.FoundFailed
	case p.mark.Failed > 0:
		r.Found = schema.FoundPart
	}
	if err := p.box.Tell(ctx, r); err != nil {
		return err
	}
	p.mark.Done = true
	return p.note(ctx)
}

// throttled notes another 429 and asks to come back, when the service says or
// later each time.
func (p *pull) throttled(ctx context.Context, cause error) error {
	p.mark.Throttled++
	if err := p.note(ctx); err != nil {
		return err
	}
	_, wait := statusOf(cause)
	if wait == 0 {
		wait = p.config.Times.throttled(p.mark.Throttled)
	}
	return schema.Later(wait)
}

// statusOf is the status of an answer that is an error, 0 for none, and how long
// the service asks to wait.
func statusOf(err error) (status int, wait time.Duration) {
	answer, ok := errors.AsType[*azcore.ResponseError](err)
	if !ok {
		return 0, 0
	}
	if answer.RawResponse != nil {
		wait = retryAfter(answer.RawResponse.Header)
	}
	return answer.StatusCode, wait
}

// retryAfter reads Retry-After, in seconds or as a moment (RFC 9110, 10.2.3),
// which counts from when the answer was sent: our clock may be another. 0 stands
// for none, and for one that cannot be read.
func retryAfter(h http.Header) time.Duration {
	asked := h.Get("Retry-After")
	if n, err := strconv.ParseUint(asked, 10, 31); err == nil {
		return min(time.Duration(n)*time.Second, longestWait)
	}
	until, err := http.ParseTime(asked)
	sent, missing := http.ParseTime(h.Get("Date"))
	if err != nil || missing != nil {
		return 0
	}
	return min(max(until.Sub(sent), 0), longestWait)
}

// longestWait is the longest that we wait because a service asks it: terms of
// the law run on.
const longestWait = 24 * time.Hour

// maxPage bounds one page, in bytes. Graph gives a thousand records at most.
const maxPage = 64 << 20
