package queue

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"
)

// writing writes messages of a ledger into an empty stream, in order, many in one
// write. Should anybody else write into it, it fails.
type writing struct {
	q           *Queue
	to          string // takes the place of the ledger's prefix
	batch       []*nats.Msg
	bytes       int
	last        uint64
	told        func(done, total int)
	done, total int
}

// What is written at once: the server takes a thousand messages.
const (
	mostAtOnce  = 500
	bytesAtOnce = 1 << 20
	// writeTimeout bounds that: each message is on the disk before it ends.
	writeTimeout = 5 * time.Minute
)

// add takes the next message, with what of its headers is ours.
func (w *writing) add(ctx context.Context, subject string, h nats.Header, text []byte) error {
	msg := nats.NewMsg(w.to + strings.TrimPrefix(subject, subjectLedger))
	msg.Data = append([]byte(nil), text...)
	for _, name := range []string{headerVersion, headerProof} {
		if values := h.Values(name); len(values) > 0 {
			msg.Header[name] = values
		}
	}
	w.batch, w.bytes = append(w.batch, msg), w.bytes+len(text)
	if len(w.batch) < mostAtOnce && w.bytes < bytesAtOnce {
		return nil
	}
	return w.flush(ctx)
}

func (w *writing) flush(ctx context.Context) error {
	if len(w.batch) == 0 {
		return nil
	}
	ctx, stop := context.WithTimeout(ctx, writeTimeout)
	defer stop()
	w.batch[0].Header.Set(jetstream.ExpectedLastSeqHeader, strconv.FormatUint(w.last, 10))
	var err error
	if len(w.batch) == 1 {
		_, err = w.q.ledger.PublishMsg(ctx, w.batch[0])
	} else {
		_, err = jetstreamext.PublishMsgBatch(ctx, w.q.ledger, w.batch)
	}
	if err != nil {
		return fail("write ledger", err)
	}
	w.last += uint64(len(w.batch))
	w.done += len(w.batch)
	if w.told != nil {
		w.told(w.done, w.total)
	}
	w.batch, w.bytes = nil, 0
	return nil
}
