package queue

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"inzage/schema"
)

// DenialHead is the last denial of a role at a moment. Each denial has the hash of
// the one before it of its role, so the last one holds all of that role.
type DenialHead struct {
	Role  Role
	Place uint64    // in the record of all roles
	At    time.Time // when the server took it in, UTC, whole seconds
	Hash  [sha256.Size]byte
}

// lineDenials is the first word of a head's line in a checkpoint.
const lineDenials = "denials"

// String is its line in a checkpoint, such as
// "denials clock 12 2026-11-28T09:00:00Z" and the hash in base64.
func (h DenialHead) String() string {
	return fmt.Sprintf("%s %s %d %s %s", lineDenials, h.Role, h.Place, h.At.Format(time.RFC3339), base64.StdEncoding.EncodeToString(h.Hash[:]))
}

// readDenialHead reads the line of a head; false says that the line is of something
// else.
func readDenialHead(line string) (h DenialHead, is bool, err error) {
	words := strings.Split(line, " ")
	if words[0] != lineDenials {
		return h, false, nil
	}
	bad := schema.Fail(schema.CodeSyntax, "read checkpoint", nil)
	if len(words) != 5 {
		return h, true, bad
	}
	place, noPlace := strconv.ParseUint(words[2], 10, 64)
	at, noTime := time.Parse(time.RFC3339, words[3])
	hash, noHash := base64.StdEncoding.DecodeString(words[4])
	if noPlace != nil || noTime != nil || noHash != nil || len(hash) != sha256.Size {
		return h, true, bad
	}
	return DenialHead{Role: Role(words[1]), Place: place, At: at, Hash: [sha256.Size]byte(hash)}, true, nil
}

// denialHeads is where the record of denials ends now, by role.
func (q *Queue) denialHeads(ctx context.Context) ([]DenialHead, error) {
	r, err := q.readDenials(ctx, q.now())
	if err != nil {
		if schema.CodeOf(err) == schema.CodeNotFound {
			return nil, nil // a cluster that was prepared by a version without it
		}
		return nil, err
	}
	var heads []DenialHead
	for _, role := range slices.Sorted(maps.Keys(r.last)) {
		if writes(role) { // under another name only who owns the disk can have written
			heads = append(heads, r.last[role])
		}
	}
	return heads, nil
}

// proveDenials holds the record of denials against checkpoints, in the order in
// which they were made. What is too old to be kept is not missed.
func (q *Queue) proveDenials(ctx context.Context, kept []Checkpoint) (breaches []Breach, err error) {
	var places []uint64
	for _, c := range kept {
		for _, head := range c.Denials {
			places = append(places, head.Place)
		}
	}
	if len(places) == 0 {
		return nil, nil
	}
	r, err := q.readDenials(ctx, q.now(), places...)
	if schema.CodeOf(err) == schema.CodeNotFound {
		r, err = &denialReader{}, nil // all of it was taken away
	}
	if err != nil {
		return nil, err
	}
	var since time.Time
	for _, c := range kept {
		lost := slices.ContainsFunc(c.Denials, func(h DenialHead) bool {
			there := r.at[h.Place]
			if there.Place == 0 {
				return q.now().Sub(h.At) < denialLife-skew
			}
			return there.Role != h.Role || there.Hash != h.Hash
		})
		if lost {
			breaches = append(breaches, Breach{Kind: BreachDenials, At: c.At, Size: c.Size, Since: since})
		} else if c.At.After(since) {
			since = c.At
		}
	}
	return breaches, nil
}
