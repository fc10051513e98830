package queue

import (
	"context"

	"inzage/schema"
)

// Certificate is the proof that a request was erased, as its ledger tells it:
// dates, ids, counts and hashes, nothing of what was erased. The JSON is public
// output.
type Certificate struct {
	Certificate string           `json:"certificate"` // what this is, with the version of its form
	Request     schema.RequestID `json:"request"`
	Case        string           `json:"case"`
	Received    schema.Date      `json:"received"`
	// Closed is how it was closed, and when.
	Closed schema.Entry `json:"closed"`
	// Erasures is what went, oldest first: the raw files before the rest, or all
	// at once. An entry EntryErasing among it says what there was when the raw files
	// began to go, and that everything went before that had ended.
	Erasures []schema.Entry `json:"erasures"`
	// UnderWay names the sources whose fetch had begun and not ended when the
	// request was closed. What it left outside, such as a container that an export
	// still comes into, is in nobody's memory any more.
	UnderWay []string `json:"under_way,omitempty"`
	// Bundle is the hash of the bundle that was built last, if there was one.
	Bundle string `json:"bundle_sha256,omitempty"`
	// Entries and LedgerHash are the length of the ledger and the hash of its last
	// entry, which `inzage ledger verify` holds to all before it.
	Entries    int    `json:"ledger_entries"`
	LedgerHash string `json:"ledger_sha256"`
}

const certificateForm = "inzage-erasure/1"

// Certificate makes the certificate of an erased request. CodeConflict says that
// it is not erased.
func (q *Queue) Certificate(ctx context.Context, id schema.RequestID) (Certificate, error) {
	h, err := q.history(ctx, id)
	if err != nil {
		return Certificate{}, err
	}
	if len(h.entries) == 0 {
		return Certificate{}, schema.Fail(schema.CodeNotFound, "make certificate", nil)
	}
	r := h.request
	if r.State != schema.StateErased {
		return Certificate{}, schema.Fail(schema.CodeConflict, "make certificate", nil)
	}
	c := Certificate{
		Certificate: certificateForm, Request: id, Case: r.Case, Received: r.Received, Bundle: r.Bundle,
		Entries: len(h.entries), LedgerHash: h.entries[len(h.entries)-1].hash,
	}
	var begun []schema.Entry // erasing of raw files that has no end yet
	for _, e := range h.entries {
		switch e.Kind {
		case schema.EntryReleased, schema.EntryRefused, schema.EntryWithdrawn:
			c.Closed = e.Entry
		case schema.EntryDelivered:
			if c.Closed.Kind != schema.EntryDelivered {
				c.Closed = e.Entry
			}
		case schema.EntryErasing:
			if e.Code == schema.ErasesRaw {
				begun = []schema.Entry{e.Entry}
			}
		case schema.EntryCleared:
			c.Erasures, begun = append(c.Erasures, e.Entry), nil
		case schema.EntryErased:
			c.Erasures = append(append(c.Erasures, begun...), e.Entry)
		default:
		}
	}
	for _, p := range r.Parts {
		if p.State != schema.PartIdle && !p.Settled() {
			c.UnderWay = append(c.UnderWay, p.Source)
		}
	}
	return c, nil
}
