package api

import (
	"context"

	"inzage/queue"
)

type eventsInput struct {
	After int64 `query:"after" minimum:"0"`
	Limit int   `query:"limit" default:"100" minimum:"1" maximum:"500"`
}

// EventList is a page of what happened.
type EventList struct {
	Events []queue.Event `json:"events" nullable:"false"`
	// Next is what "after" must be for what comes after these.
	Next int64 `json:"next"`
}

type eventsOutput struct{ Body EventList }

// events lists what was put on record after a place, for who keeps a copy.
func (a *API) events(ctx context.Context, in *eventsInput) (*eventsOutput, error) {
	list, next, err := a.Queue.Events(ctx, uint64(in.After), in.Limit) //nolint:gosec // not below zero
	if err != nil {
		return nil, a.fail(ctx, err)
	}
	return &eventsOutput{EventList{list, int64(next)}}, nil //nolint:gosec // a place in the ledger
}
