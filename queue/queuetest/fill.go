package queuetest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"inzage/queue"
	"inzage/schema"
)

// Fill writes the ledgers of many verified requests, without vaults, many in one
// batch: taking them in would take long. day says when each was received. The
// case number of a request is its place in the list that it returns.
func Fill(t testing.TB, a queue.Access, requests int, day func(n int) schema.Date) []schema.RequestID {
	t.Helper()
	return fill(t, a, requests, func(n int) []schema.Entry {
		return []schema.Entry{opening(n, day(n)), {Kind: schema.EntryVerified, Code: "signed-in"}}
	}, func(int) time.Time { return time.Now() })
}

// FillErased does so with requests that were withdrawn and erased, four entries each,
// all of one moment.
func FillErased(t testing.TB, a queue.Access, requests int, at func(n int) time.Time) []schema.RequestID {
	t.Helper()
	return fill(t, a, requests, func(n int) []schema.Entry {
		return []schema.Entry{
			opening(n, schema.CivilDate(at(n), time.UTC)),
			{Kind: schema.EntryVerified, Code: "signed-in"},
			{Kind: schema.EntryWithdrawn},
			{Kind: schema.EntryErased},
		}
	}, at)
}

func opening(n int, day schema.Date) schema.Entry {
	e := Opened(strconv.Itoa(n), "graphexport", "dataviewer")
	e.Kind, e.Day = schema.EntryOpened, day
	return e
}

func fill(t testing.TB, a queue.Access, requests int, entries func(n int) []schema.Entry, at func(n int) time.Time) []schema.RequestID {
	t.Helper()
	i := Intrude(t, a)
	var batch []*nats.Msg
	ids := make([]schema.RequestID, requests)
	for n := range requests {
		ids[n] = queue.NewID()
		prev := ""
		for k, e := range entries(n) {
			e.N, e.At, e.Actor, e.Prev = k+1, at(n).UTC(), schema.ActorSystem, prev
			text, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(text)
			prev = hex.EncodeToString(sum[:])
			msg := nats.NewMsg("inzage.led." + string(ids[n]) + "." + strconv.Itoa(e.N) + ".entry." + string(e.Kind))
			msg.Data = text
			msg.Header.Set("Inzage-Version", "1")
			batch = append(batch, msg)
		}
		if len(batch) >= 500 || n == requests-1 {
			if _, err := jetstreamext.PublishMsgBatch(t.Context(), i.js, batch); err != nil {
				t.Fatal(err)
			}
			batch = nil
		}
	}
	return ids
}
