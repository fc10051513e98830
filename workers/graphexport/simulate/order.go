package simulate

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"inzage/testdata/corpus"
)

// Limits are how many requests the service allows.
type Limits struct {
	Exports int // per day and tenant; documented: 1000
	Subject int // per day and person; documented: 100
	Other   int // other requests for operations, per hour and tenant; documented: 10,000
}

func (l Limits) filled() Limits {
	for _, d := range []struct {
		limit *int
		to    int
	}{{&l.Exports, 1000}, {&l.Subject, 100}, {&l.Other, 10_000}} {
		if *d.limit == 0 {
			*d.limit = d.to
		}
	}
	return l
}

// export is one request for an export, for counting.
type export struct {
	at       time.Time
	objectID string
}

// order is POST /users/{id}/exportPersonalData.
func (t *Tenant) order(w http.ResponseWriter, r *http.Request) *failure {
	id := r.PathValue("id")
	if !isGUID(id) {
		return bad("InvalidInput", "The identifier of the user is not a GUID.")
	}
	now := time.Now()
	if f := t.countExport(id, now); f != nil {
		return f
	}
	who, ok := t.person(id, false)
	if !ok {
		return notFound()
	}
	var parameters struct {
		StorageLocation string `json:"storageLocation"`
	}
	if err := body(r, &parameters); err != nil {
		return bad("BadRequest", "The body of the request cannot be read.")
	}
	op := t.newOperation(who, parameters.StorageLocation, now)
	place, f := check(r.Context(), parameters.StorageLocation, t.requestInfo(op))
	if f != nil {
		return f
	}
	first, ok := t.accept(op, place)
	if !ok || first && t.has(LostAnswer) {
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}
	switch address := t.base(r) + "/v1.0/dataPolicyOperations/" + op.id; {
	case t.has(NoLocation):
	case t.has(OperationLocation):
		w.Header().Set("Operation-Location", address)
	default:
		w.Header().Set("Location", address)
	}
	w.Header().Set("Retry-After", "60")
	w.WriteHeader(http.StatusAccepted)
	return nil
}

// countExport holds a request against the limits of a day.
func (t *Tenant) countExport(objectID string, now time.Time) *failure {
	t.mu.Lock()
	defer t.mu.Unlock()
	day := t.options.Day
	if day == 0 {
		day = 24 * time.Hour
	}
	t.exported = slices.DeleteFunc(t.exported, func(e export) bool { return now.Sub(e.at) >= day })
	subject := 0
	for _, e := range t.exported {
		if strings.EqualFold(e.objectID, objectID) {
			subject++
		}
	}
	if len(t.exported) >= t.options.Limits.Exports || subject >= t.options.Limits.Subject {
		return tooMany()
	}
	t.exported = append(t.exported, export{now, objectID})
	return nil
}

// countOther holds a request about operations against the limit of an hour.
func (t *Tenant) countOther(now time.Time) *failure {
	t.mu.Lock()
	defer t.mu.Unlock()
	hour := t.options.Day / 24
	if hour == 0 {
		hour = time.Hour
	}
	t.other = slices.DeleteFunc(t.other, func(at time.Time) bool { return now.Sub(at) >= hour })
	if len(t.other) >= t.options.Limits.Other {
		return tooMany()
	}
	t.other = append(t.other, now)
	return nil
}

// tooMany has no Retry-After: these resources give none.
func tooMany() *failure {
	return &failure{http.StatusTooManyRequests, "TooManyRequests", "Too many requests."}
}

// newOperation makes the operation of a person's next export. Its identifiers
// follow from the seed, the person and how often an export was asked for.
func (t *Tenant) newOperation(who corpus.Employee, storage string, now time.Time) *operation {
	t.mu.Lock()
	n := t.asked[who.ObjectID]
	t.asked[who.ObjectID]++
	t.mu.Unlock()
	r := t.random("operation", who.ObjectID, strconv.Itoa(n))
	return &operation{
		id: guid(r), command: guid(r), request: guid(r), person: who, storage: storage, submitted: now, done: make(chan struct{}),
	}
}

// accept keeps the operation, puts the agents to work, and tells whether it is
// the person's first. It does not where the tenant was closed meanwhile.
func (t *Tenant) accept(op *operation, place *location) (first, ok bool) {
	first = t.Orders(op.person.ObjectID) == 0
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return false, false
	}
	t.orders = append(t.orders, op)
	go func() {
		defer close(op.done)
		t.work(op, place)
	}()
	return first, true
}

// requestInfo is the content of RequestInfo.json.
func (t *Tenant) requestInfo(op *operation) []byte {
	type subject struct {
		ObjectID  string `json:"ObjectId"`
		TenantID  string `json:"TenantId"`
		OrgIDPUID uint64 `json:"OrgIdPUID"`
	}
	whose := subject{op.person.ObjectID, op.person.TenantID, op.person.PUID}
	if t.has(WrongSubject) {
		other := t.people[0]
		if other.ObjectID == op.person.ObjectID {
			other = t.people[1]
		}
		whose.ObjectID, whose.OrgIDPUID = other.ObjectID, other.PUID
	}
	if t.has(WrongTenant) {
		whose.TenantID = guid(t.random("another tenant"))
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	_ = e.Encode(struct { // texts and numbers: it cannot fail
		Description   string
		CorrelationID string `json:"CorrelationId"`
		CommandID     string `json:"CommandId"`
		Subject       subject
		Timestamp     string
		RequestGUID   string `json:"RequestGuid"`
	}{
		"Written by a simulated tenant: tells whose data this container is for.",
		hex.EncodeToString([]byte(op.command[:8])) + ".0", op.command, whose,
		op.submitted.UTC().Format("2006-01-02T15:04:05-07:00"), op.request,
	})
	return bytes.TrimSpace(b.Bytes())
}
