package simulate

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"inzage/testdata/corpus"
)

// operation is a dataPolicyOperation: one export that was accepted.
type operation struct {
	id, command, request string
	person               corpus.Employee
	storage              string // as it was given, with the SAS
	submitted            time.Time
	done                 chan struct{} // closed when the agents are

	// The rest changes, under the tenant's lock.
	completed time.Time
	progress  float64 // percent
}

// getOperation is GET /dataPolicyOperations/{id}.
func (t *Tenant) getOperation(w http.ResponseWriter, r *http.Request) *failure {
	if f := t.countOther(time.Now()); f != nil {
		return f
	}
	id := r.PathValue("id")
	if !isGUID(id) {
		return bad("InvalidInput", "The identifier of the operation is not a GUID.")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.IndexFunc(t.orders, func(op *operation) bool { return strings.EqualFold(op.id, id) })
	if i < 0 || t.vanished(t.orders[i]) {
		return bad("OperationNotFound", "The operation was not found.")
	}
	status := t.status(t.orders[i])
	status["@odata.context"] = t.base(r) + "/v1.0/$metadata#dataPolicyOperations/$entity"
	reply(w, http.StatusOK, status)
	return nil
}

// listOperations is GET /dataPolicyOperations.
func (t *Tenant) listOperations(w http.ResponseWriter, r *http.Request) *failure {
	if f := t.countOther(time.Now()); f != nil {
		return f
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	list := []map[string]any{}
	for _, op := range t.orders {
		if !t.vanished(op) {
			list = append(list, t.status(op))
		}
	}
	t.answerList(w, r, "dataPolicyOperations", list)
	return nil
}

func (t *Tenant) vanished(op *operation) bool { return t.has(Vanished) && !op.completed.IsZero() }

// status is the operation as Graph shows it. Only running and complete were
// ever seen; the storage location comes back as it was given, SAS and all.
func (t *Tenant) status(op *operation) map[string]any {
	const moment = "2006-01-02T15:04:05.0000000Z"
	s := map[string]any{
		"id": op.id, "userId": op.person.ObjectID, "status": "running", "progress": op.progress,
		"storageLocation": op.storage, "submittedDateTime": op.submitted.UTC().Format(moment), "completedDateTime": nil,
	}
	if !op.completed.IsZero() {
		s["status"], s["completedDateTime"] = "complete", op.completed.UTC().Format(moment)
		if t.has(FailedStatus) {
			s["status"] = "failed"
		}
	}
	if t.has(TextProgress) {
		s["progress"] = strconv.FormatFloat(op.progress, 'f', -1, 64)
	}
	return s
}
