package bundle

import (
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"inzage/schema"
)

// Difference is what changed between two answers to one person. It holds
// personal data: it is for the person.
type Difference struct {
	// SamePerson is false where that could not be told: one of the bundles
	// has no identifier of a person.
	SamePerson bool          `json:"same_person"`
	Catalogs   [2]string     `json:"catalogs"` // versions, older bundle first
	New        []EventCount  `json:"new,omitempty"`
	Vanished   []EventCount  `json:"vanished,omitempty"`
	Settings   []SettingDiff `json:"settings,omitempty"`
	Expired    *Expired      `json:"expired,omitempty"`
	Sentences  []Sentence    `json:"sentences,omitempty"`
}

// EventCount is a kind of event that only one of the bundles has.
type EventCount struct {
	Event string `json:"event"`
	Title string `json:"title,omitempty"`
	Count int64  `json:"count"`
}

// SettingDiff is a setting whose latest value differs.
type SettingDiff struct {
	Event string `json:"event"`
	Path  string `json:"path"`
	Means string `json:"means,omitempty"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// Expired is the tail of the older bundle: its records from before the first
// record of the newer one.
type Expired struct {
	Count int64     `json:"count"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to"` // the first moment of the newer bundle
}

// Sentence is a kind of event of which the same records have another sentence:
// the catalog knows more, or says it better.
type Sentence struct {
	Event string `json:"event"`
	Count int64  `json:"count"`
	Old   string `json:"old"` // of the first such record
	New   string `json:"new"`
}

// Diff compares two bundles, the older one first. CodeOtherPerson where they are
// of two people, and no word about who; CodeTampered where one cannot be read.
// It keeps 24 bytes in memory for each record.
func Diff(older, newer *zip.Reader) (*Difference, error) {
	old, err := digestOf(older)
	if err != nil {
		return nil, err
	}
	now, err := digestOf(newer)
	if err != nil {
		return nil, err
	}
	d := &Difference{Catalogs: [2]string{old.catalog, now.catalog}}
	if len(old.people) > 0 && len(now.people) > 0 {
		for p := range old.people {
			d.SamePerson = d.SamePerson || now.people[p]
		}
		if !d.SamePerson {
			return nil, schema.Fail(schema.CodeOtherPerson, "compare bundles", nil)
		}
	}
	d.New, d.Vanished = only(now, old), only(old, now)
	for _, key := range sortedKeys(old.settings) {
		x, y := old.settings[key], now.settings[key]
		if y != nil && x.value != y.value {
			event, path, _ := strings.Cut(key, "\x00")
			d.Settings = append(d.Settings, SettingDiff{event, path, y.means, x.value, y.value})
		}
	}
	if err := d.tail(older, now.first); err != nil {
		return nil, err
	}
	return d, d.sentences(older, newer, old)
}

// line is what is read of a line of the machine copy.
type recordLine struct {
	Source string `json:"source"`
	Event  string `json:"event"`
	Action string `json:"action"`
	Time   string `json:"time"`
	About  string `json:"about"`
	Title  string `json:"title"`
	Text   string `json:"text"`
	Fields []struct {
		Path       string  `json:"path"`
		Value      *string `json:"value"`
		Text       string  `json:"text"`
		Class      string  `json:"class"`
		Identifier string  `json:"identifier"`
	} `json:"fields"`
	Unreadable string          `json:"unreadable"`
	Summary    json.RawMessage `json:"summary"`
}

func (r *recordLine) at() time.Time {
	at, err := time.Parse(time.RFC3339Nano, r.Time)
	if err != nil {
		return time.Time{}
	}
	return at
}

// key is the same for a record that was received again, whatever is said about
// it now and in whatever file it came.
func (r *recordLine) key() [16]byte {
	h := sha256.New()
	for _, s := range []string{r.Source, r.Event, r.Action, r.Time} {
		_, _ = io.WriteString(h, s+"\x00")
	}
	for _, f := range r.Fields {
		_, _ = io.WriteString(h, f.Path+"\x00")
		if f.Value != nil {
			_, _ = io.WriteString(h, *f.Value)
		}
		_, _ = h.Write([]byte{0})
	}
	return [16]byte(h.Sum(nil)[:16])
}

// lines calls do for every record of a bundle.
func recordLines(z *zip.Reader, do func(*recordLine)) error {
	f, err := z.Open(recordsPath)
	if err != nil {
		return schema.Fail(schema.CodeTampered, "open records of bundle", err)
	}
	defer func() { _ = f.Close() }()
	in := bufio.NewReaderSize(f, 256<<10)
	for {
		b, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(b)) > 0 {
			var r recordLine
			if e := json.Unmarshal(b, &r); e != nil {
				return schema.Fail(schema.CodeTampered, "read records of bundle", e)
			}
			if r.Summary == nil {
				do(&r)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return schema.Fail(schema.CodeTampered, "read records of bundle", err)
		}
	}
}

// digest is a bundle as far as it is compared.
type digest struct {
	catalog  string
	people   map[string]bool // identifiers of a person
	events   map[string]*EventCount
	settings map[string]*setting
	texts    map[[16]byte]uint64 // of each record, a hash of its sentence
	first    time.Time
}

type setting struct {
	at           time.Time
	value, means string
}

// personal are the kinds of identifiers that are of one person.
func personal(kind string) bool {
	return slices.Contains([]string{"object-id", "puid", "cid", "upn", "email", "sid", "user-local-id"}, kind)
}

func digestOf(z *zip.Reader) (*digest, error) {
	d := &digest{
		people: make(map[string]bool), events: make(map[string]*EventCount), settings: make(map[string]*setting), texts: make(map[[16]byte]uint64),
	}
	f, err := z.Open(manifestPath)
	if err != nil {
		return nil, schema.Fail(schema.CodeTampered, "open manifest of bundle", err)
	}
	defer func() { _ = f.Close() }()
	var m struct {
		Catalog string `json:"catalog"`
	}
	if err := json.NewDecoder(io.LimitReader(f, maxManifest)).Decode(&m); err != nil {
		return nil, schema.Fail(schema.CodeTampered, "read manifest of bundle", err)
	}
	d.catalog = m.Catalog
	return d, recordLines(z, d.add)
}

func (d *digest) add(r *recordLine) {
	at := r.at()
	if !at.IsZero() && (d.first.IsZero() || at.Before(d.first)) {
		d.first = at
	}
	if r.Unreadable != "" {
		return
	}
	name := EventName(r.Event, r.Action)
	if d.events[name] == nil {
		d.events[name] = &EventCount{Event: name, Title: r.Title}
	}
	d.events[name].Count++
	d.texts[r.key()] = hashText(r.Text)
	about := r.About == "settings" || r.About == "privacy-settings"
	for _, f := range r.Fields {
		if f.Value == nil || *f.Value == "" {
			continue
		}
		if personal(f.Identifier) {
			d.people[f.Identifier+"\x00"+strings.ToLower(*f.Value)] = true
		}
		if about && f.Class == schema.LinkedUsage.String() && f.Identifier == "" && !strings.Contains(strings.ToLower(f.Path), "time") {
			key := name + "\x00" + f.Path
			if s := d.settings[key]; s == nil || !at.Before(s.at) {
				d.settings[key] = &setting{at, *f.Value, f.Text}
			}
		}
	}
}

func hashText(s string) uint64 {
	sum := sha256.Sum256([]byte(s))
	var n uint64
	for _, b := range sum[:8] {
		n = n<<8 | uint64(b)
	}
	return n
}

// only lists the events that a has and b has not, most frequent first.
func only(a, b *digest) []EventCount {
	var list []EventCount
	for name, e := range a.events {
		if b.events[name] == nil {
			list = append(list, *e)
		}
	}
	slices.SortFunc(list, func(x, y EventCount) int {
		return cmp.Or(cmp.Compare(y.Count, x.Count), cmp.Compare(x.Event, y.Event))
	})
	return list
}

// tail counts the records of the older bundle from before the newer one begins.
func (d *Difference) tail(older *zip.Reader, begin time.Time) error {
	if begin.IsZero() {
		return nil
	}
	x := Expired{To: begin}
	err := recordLines(older, func(r *recordLine) {
		at := r.at()
		if at.IsZero() || !at.Before(begin) {
			return
		}
		x.Count++
		if x.From.IsZero() || at.Before(x.From) {
			x.From = at
		}
	})
	if x.Count > 0 {
		d.Expired = &x
	}
	return err
}

// sentences finds the records that both have with another sentence.
func (d *Difference) sentences(older, newer *zip.Reader, old *digest) error {
	type example struct {
		*Sentence
		key [16]byte
	}
	found := make(map[string]*example)
	err := recordLines(newer, func(r *recordLine) {
		key := r.key()
		was, ok := old.texts[key]
		if !ok || r.Unreadable != "" || was == hashText(r.Text) {
			return
		}
		name := EventName(r.Event, r.Action)
		if found[name] == nil {
			found[name] = &example{&Sentence{Event: name, New: r.Text}, key}
		}
		found[name].Count++
	})
	if err != nil {
		return err
	}
	if len(found) > 0 {
		err = recordLines(older, func(r *recordLine) {
			if x := found[EventName(r.Event, r.Action)]; x != nil && x.key == r.key() {
				x.Old = r.Text
			}
		})
	}
	for _, name := range sortedKeys(found) {
		d.Sentences = append(d.Sentences, *found[name].Sentence)
	}
	return err
}
