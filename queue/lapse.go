package queue

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"golang.org/x/mod/sumdb/tlog"

	"inzage/schema"
)

// Two kinds of messages in the ledger are of no request. A tombstone stands in the
// place of an entry that lapsed, and holds its leaf in the Merkle tree and nothing
// else, so that the root at every size is what it was. A renewal says which
// tombstones are to be there, proven with the organisation's key, behind the last
// entry that there was:
//
//	inzage.led.lapsed.<renewal>
//	inzage.led.renewed.<renewal>
//
// What a tombstone stands for cannot be read from it, and what no renewal
// states is none: otherwise whoever has the disk could let any request vanish.
const (
	subjectLapsed  = subjectLedger + "lapsed."
	subjectRenewed = subjectLedger + "renewed."
)

// lapseVersion is the version of both: a program that does not know them says that
// it is too old.
const lapseVersion = 2

// The kinds under which events tell of them.
const (
	lapsedKind  schema.EntryKind = "lapsed"
	renewedKind schema.EntryKind = "renewed"
)

// Renewal is what is on record of one time that the ledger was renewed. The JSON is
// stored, and public output.
type Renewal struct {
	// N counts renewals from 1.
	N  int       `json:"n"`
	At time.Time `json:"at"` // UTC
	// Years is the term of procedure facts; no entry that lapsed was written at
	// Until or after it.
	Years int       `json:"years"`
	Until time.Time `json:"until"`
	// Requests and Entries are how many lapsed.
	Requests int `json:"requests"`
	Entries  int `json:"entries"`
	// List is the hex SHA-256 of the places (8 bytes, big endian) and leaves of those
	// entries, in order; Size is how many entries there were, lapsed ones too.
	List string `json:"list"`
	Size int    `json:"size"`
}

// sound reports whether it can have been written: at least a year, and over.
func (r Renewal) sound(n int) bool {
	return r.N == n && r.Years >= 1 && r.Requests >= 1 && r.Entries >= r.Requests && r.Size >= r.Entries &&
		!r.Until.AddDate(r.Years, 0, -2).After(r.At) // a zone, and 29 February
}

// lapse is what a message of one of these kinds holds.
type lapse struct {
	n       int
	leaf    tlog.Hash // of a tombstone
	renewal *Renewal  // nil for a tombstone
}

// readLapse reads such a message; false says that it is none by its subject.
func (q *Queue) readLapse(subject string, h nats.Header, text []byte) (e stored, ok bool, err error) {
	number, tombstone := strings.CutPrefix(subject, subjectLapsed)
	if !tombstone {
		if number, ok = strings.CutPrefix(subject, subjectRenewed); !ok {
			return e, false, nil
		}
	}
	bad := schema.Fail(schema.CodeTampered, "read entry", nil)
	switch v, err := strconv.Atoi(h.Get(headerVersion)); {
	case err != nil || v < lapseVersion:
		return e, true, bad
	case v > lapseVersion:
		return e, true, schema.Fail(schema.CodeNewerVersion, "read entry", nil)
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || number != strconv.Itoa(n) {
		return e, true, bad
	}
	e.hash, e.lapse = hashOf(text), &lapse{n: n}
	if tombstone {
		if len(text) != sha256.Size {
			return e, true, bad
		}
		e.Kind, e.lapse.leaf = lapsedKind, tlog.Hash(text)
		return e, true, nil
	}
	var r Renewal
	if json.Unmarshal(text, &r) != nil || !r.sound(n) || !q.told(subject, h, text, r.At) {
		return e, true, bad
	}
	e.Kind, e.At, e.lapse.renewal = renewedKind, r.At, &r
	return e, true, nil
}

// leaf is the entry's in the Merkle tree, also where only that is left of it.
func (e stored) leaf(subject string) tlog.Hash {
	if e.lapse != nil && e.lapse.renewal == nil {
		return e.lapse.leaf
	}
	return leaf(subject, e.hash)
}

// lapseList is the list of tombstones of one renewal.
type lapseList struct {
	entries int
	sum     hash.Hash
}

func newLapseList() *lapseList { return &lapseList{sum: sha256.New()} }

func (l *lapseList) add(place uint64, leaf tlog.Hash) {
	l.entries++
	_, _ = l.sum.Write(binary.BigEndian.AppendUint64(nil, place))
	_, _ = l.sum.Write(leaf[:])
}

func (l *lapseList) text() string { return hex.EncodeToString(l.sum.Sum(nil)) }

// lapses holds tombstones against what renewals state of them.
type lapses struct {
	lists    map[int]*lapseList // that no renewal was seen of yet
	renewals []Renewal
	entries  int
}

// take takes the next of them, and reports whether it is as it was written, as far
// as can be known by now.
func (l *lapses) take(e stored) bool {
	n, r := e.lapse.n, e.lapse.renewal
	list := l.lists[n]
	if r == nil {
		l.entries++
		if list == nil {
			if l.lists == nil {
				l.lists = make(map[int]*lapseList)
			}
			list = newLapseList()
			l.lists[n] = list
		}
		list.add(e.seq, e.lapse.leaf)
		return n > len(l.renewals)
	}
	inTurn := n == len(l.renewals)+1
	l.renewals = append(l.renewals, *r)
	if !inTurn || list == nil || uint64(r.Size)+1 != e.seq || list.entries != r.Entries || //nolint:gosec // a count
		!hmac.Equal([]byte(list.text()), []byte(r.List)) {
		return false
	}
	delete(l.lists, n)
	return true
}

// lapser makes the messages of a renewed ledger from those of the ledger, one by one.
type lapser struct {
	q       *Queue
	over    func(schema.RequestID) bool
	renewal Renewal
	list    *lapseList
	tree    tree
}

// take is what stands in the place of a message.
func (l *lapser) take(subject string, h nats.Header, text []byte, seq uint64) (string, nats.Header, []byte, error) {
	leaf, err := l.q.leafOf(subject, h, text)
	if err != nil {
		return "", nil, nil, err
	}
	l.tree.add(leaf)
	if id, _, ok := whose(subject); !ok || !l.over(id) {
		return subject, h, text, nil
	}
	l.list.add(seq, leaf)
	return subjectLapsed + strconv.Itoa(l.renewal.N), nats.Header{headerVersion: {strconv.Itoa(lapseVersion)}}, leaf[:], nil
}

// record is the message that states what lapsed, once all were taken.
func (l *lapser) record() (string, nats.Header, []byte, error) {
	l.renewal.List = l.list.text()
	text, err := json.Marshal(l.renewal)
	if err != nil {
		return "", nil, nil, schema.Fail(schema.CodeInternal, "renew ledger", err)
	}
	subject := subjectRenewed + strconv.Itoa(l.renewal.N)
	l.tree.add(leaf(subject, hashOf(text)))
	proof := hex.EncodeToString(l.q.erasureProof(subject, text))
	return subject, nats.Header{headerVersion: {strconv.Itoa(lapseVersion)}, headerProof: {proof}}, text, nil
}
