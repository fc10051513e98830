package workers

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"

	"inzage/explain/bundle"
	"inzage/queue"
	"inzage/schema"
)

// Outline is what an answer has, without a value of it: which events, and what
// its rows are like. It stands sealed beside the bundle and is erased with it.
type Outline struct {
	Version int            `json:"version"`
	Events  []OutlineEvent `json:"events"` // by name
	Shapes  []Shape        `json:"shapes"`
}

// OutlineEvent is a kind of event, under the name that the answer gives it, and
// how its explanation is known.
type OutlineEvent struct {
	Name  string       `json:"name"`
	Rule  string       `json:"rule,omitempty"`
	Layer schema.Layer `json:"layer"`
}

// Shape is what rows have in common: where they are from, what kind of data they
// are, how surely they are explained and what they do to identifiability; and
// how many fields of each class the first of them has.
type Shape struct {
	Source string         `json:"source"`
	Kind   string         `json:"kind"`
	Layer  schema.Layer   `json:"layer"`
	Class  string         `json:"class"`  // its code
	Fields map[string]int `json:"fields"` // by the code of their class
}

// OutlineName is the name of the outline in the box of the bundle.
const OutlineName = "outline.json"

// outliner passes on what the line makes, and takes its outline.
type outliner struct {
	Sink
	events map[OutlineEvent]bool
	shapes map[[4]string]Shape
}

func newOutliner(to Sink) *outliner {
	return &outliner{to, make(map[OutlineEvent]bool), make(map[[4]string]Shape)}
}

// Add implements Sink.
func (o *outliner) Add(e *schema.Explanation) error {
	one := OutlineEvent{bundle.EventName(e.Record.Event, e.Record.Action), e.Rule, e.Layer}
	if !o.events[one] { // what the explanation holds is not ours to keep
		o.events[OutlineEvent{strings.Clone(one.Name), strings.Clone(one.Rule), one.Layer}] = true
	}
	key := [4]string{e.Record.Source, e.DataKind, string(e.Layer), e.Class.String()}
	if _, known := o.shapes[key]; !known {
		s := Shape{strings.Clone(e.Record.Source), strings.Clone(e.DataKind), e.Layer, e.Class.String(), make(map[string]int)}
		for _, n := range e.Notes {
			s.Fields[n.Class.String()]++
		}
		o.shapes[[4]string{s.Source, s.Kind, string(s.Layer), s.Class}] = s
	}
	return o.Sink.Add(e)
}

// outline is what was taken, in an order of its own.
func (o *outliner) outline() Outline {
	byName := func(a, b OutlineEvent) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Layer, b.Layer))
	}
	out := Outline{Version: 1, Events: slices.SortedFunc(maps.Keys(o.events), byName)}
	for _, key := range slices.SortedFunc(maps.Keys(o.shapes), func(a, b [4]string) int { return slices.Compare(a[:], b[:]) }) {
		out.Shapes = append(out.Shapes, o.shapes[key])
	}
	return out
}

// keepOutline puts the outline beside the bundle.
func keepOutline(ctx context.Context, vault *queue.Vault, o Outline) error {
	text, err := json.Marshal(o)
	if err != nil {
		return schema.Fail(schema.CodeInternal, "write outline", err)
	}
	_, err = vault.Bundle().Put(ctx, OutlineName, bytes.NewReader(text))
	return err
}

// ReadOutline returns the outline of the bundle in a vault. CodeNotFound says that
// it was built before there were any.
func ReadOutline(ctx context.Context, vault *queue.Vault) (o Outline, err error) {
	in, err := vault.Bundle().Open(ctx, OutlineName)
	if err != nil {
		return o, err
	}
	defer in.Close()
	text, err := io.ReadAll(in)
	if err != nil {
		return o, err
	}
	if err := json.Unmarshal(text, &o); err != nil {
		return o, schema.Fail(schema.CodeTampered, "read outline", nil)
	}
	return o, nil
}
