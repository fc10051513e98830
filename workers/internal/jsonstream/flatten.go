package jsonstream

import (
	"inzage/schema"
)

const (
	// maxDepth is how deep a record may be nested, opened strings included.
	maxDepth = 256
	// maxOpened is how many levels of JSON text in strings are opened.
	maxOpened = 4
	// maxSpent is the memory, in bytes, that the fields of one record may take
	// beside its text: a long key above a long array would else fill any
	// machine with paths.
	maxSpent = 256 << 20
)

// Flattener turns records into fields, in one pass and without a tree. It
// remembers the paths of earlier records, so that one Flattener for a whole
// file needs about one allocation a record; what it remembers has a bound. The
// zero value is ready. It is not safe for concurrent use.
type Flattener struct {
	// Tally counts the repairs; it may be nil.
	Tally *schema.Tally
	// Closed leaves JSON text inside strings as it is.
	Closed bool

	paths  paths
	arena  arena
	text   string // the text being read: the record, or a string in it
	fields []schema.Field
	level  int // how many opened strings stand around text
	counts counts
	spent  int64
	code   schema.Code
	loose  []byte // the string being unescaped
}

// counts holds the repairs of one record until it proves readable.
type counts struct {
	trailingComma, extraComma, duplicateKey, opened int64
	inText                                          textCounts
}

// textCounts holds the repairs inside strings.
type textCounts struct {
	control, surrogate, invalid int64
}

func (f *Flattener) tell() {
	c := &f.counts
	f.Tally.Repair(schema.RepairTrailingComma, c.trailingComma)
	f.Tally.Repair(schema.RepairExtraComma, c.extraComma)
	f.Tally.Repair(schema.RepairDuplicateKey, c.duplicateKey)
	f.Tally.Repair(schema.RepairOpenedJSON, c.opened)
	f.Tally.Repair(schema.RepairControlChar, c.inText.control)
	f.Tally.Repair(schema.RepairLoneSurrogate, c.inText.surrogate)
	f.Tally.Repair(schema.RepairInvalidUTF8, c.inText.invalid)
}

// Read puts a piece into rec: its place, and its fields, or the reason why it
// cannot be read together with its text (see schema.Record.Raw). Other fields
// of rec are left alone; the memory of rec.Fields is used again.
func (f *Flattener) Read(rec *schema.Record, p Piece) {
	rec.From.Record, rec.From.Offset = p.Ordinal, p.Offset
	rec.Fields, rec.Unreadable = rec.Fields[:0], p.Code
	rec.Raw, rec.Cut = schema.Personal{}, 0
	if p.Code == "" {
		rec.Fields, rec.Unreadable = f.Flatten(rec.Fields, p.Raw)
	}
	if rec.Unreadable != "" {
		rec.Raw, rec.Cut = p.Text()
	}
}

// Flatten appends the leaf values of one JSON value to dst, in their order.
//
// Paths are as schema.Field describes them; the path of a value that stands
// alone is empty. The value of a string is its text without quotes and escapes,
// of any other kind the very text of the source, {} and [] for the empty ones.
// Values own their memory, but share it with the other values of the record:
// clone what outlives the record.
//
// Repaired and counted are: commas too many, which leave no hole in the
// positions of an array; keys that occur twice in an object; control characters
// in strings, kept; halves of surrogate pairs, kept as their six characters
// \ud800; bytes that are not UTF-8, shown as \xff; each by the number of
// occurrences. A string that holds a valid JSON object or array and needed no
// repair is opened, up to four levels: its leaves stand in its place.
//
// The code is empty, or CodeSyntax, CodeTooDeep (deeper than 256), or
// CodeTooLarge (the fields would take more than 256 MiB); then nothing is
// appended and nothing counted.
func (f *Flattener) Flatten(dst []schema.Field, raw []byte) ([]schema.Field, schema.Code) {
	return f.FlattenString(dst, string(raw))
}

// FlattenString is Flatten for text that is a string already. The values share
// its memory.
func (f *Flattener) FlattenString(dst []schema.Field, text string) ([]schema.Field, schema.Code) {
	f.text, f.fields = text, dst
	f.counts, f.spent, f.code, f.level = counts{}, 0, "", 0
	root := f.paths.start()
	end := f.value(skipSpace(text, 0), root, 0)
	if end >= 0 && skipSpace(text, end) != len(text) {
		f.fail(schema.CodeSyntax)
	}
	fields := f.fields
	f.text, f.fields = "", nil
	if f.code != "" {
		return dst, f.code
	}
	f.tell()
	return fields, ""
}

// fail notes why reading stopped. Functions that return an index return what it
// returns, less than 0.
func (f *Flattener) fail(code schema.Code) int {
	f.code = code
	return -1
}

func (f *Flattener) emit(at *place, kind schema.Kind, value string) {
	f.fields = append(f.fields, schema.Field{Path: at.path, Kind: kind, Value: schema.NewPersonal(value)})
}

// value reads the value that begins at text[i] and returns the index behind it.
func (f *Flattener) value(i int, at *place, depth int) int {
	s := f.text
	if i >= len(s) {
		return f.fail(schema.CodeSyntax)
	}
	switch s[i] {
	case '"':
		return f.stringValue(i, at, depth)
	case '{':
		return f.object(i, at, depth+1)
	case '[':
		return f.array(i, at, depth+1)
	case 't':
		return f.literal(i, at, schema.Bool, "true")
	case 'f':
		return f.literal(i, at, schema.Bool, "false")
	case 'n':
		return f.literal(i, at, schema.Null, "null")
	}
	end := number(s, i)
	if end < 0 {
		return f.fail(schema.CodeSyntax)
	}
	f.emit(at, schema.Number, s[i:end])
	return end
}

func (f *Flattener) literal(i int, at *place, kind schema.Kind, word string) int {
	if len(f.text)-i < len(word) || f.text[i:i+len(word)] != word {
		return f.fail(schema.CodeSyntax)
	}
	f.emit(at, kind, word)
	return i + len(word)
}

// object reads the object whose brace is at text[i].
func (f *Flattener) object(i int, at *place, depth int) int {
	if depth > maxDepth {
		return f.fail(schema.CodeTooDeep)
	}
	visit := f.paths.visit()
	next := 0 // the member that followed the last one in earlier objects here
	s := f.text
	i++
	for empty := true; ; empty = false {
		switch {
		case empty && i < len(s) && s[i] == '"':
		case !empty && i+1 < len(s) && s[i] == ',' && s[i+1] == '"':
			i++
		default:
			if i = f.separator(i, empty, '}'); i < 0 {
				return i
			}
			if s[i] == '}' {
				if empty {
					f.emit(at, schema.EmptyObject, "{}")
				}
				return i + 1
			}
			if s[i] != '"' {
				return f.fail(schema.CodeSyntax)
			}
		}
		var member *place
		if next < len(at.members) && at.members[next].keyAt(s, i) {
			member = at.members[next]
			i += len(member.key) + len(`""`)
		} else {
			before := f.counts.inText
			key, end := f.str(i)
			if end < 0 {
				return end
			}
			plain := len(key) == end-i-len(`""`) && before == f.counts.inText
			i = end
			if member = f.member(at, key, plain); member == nil {
				return f.fail(schema.CodeTooLarge)
			}
		}
		next = member.order + 1
		if member.visit == visit {
			f.counts.duplicateKey++
		}
		member.visit = visit
		if i < len(s) && s[i] != ':' {
			i = skipSpace(s, i)
		}
		if i >= len(s) || s[i] != ':' {
			return f.fail(schema.CodeSyntax)
		}
		if i++; i < len(s) && s[i] <= ' ' {
			i = skipSpace(s, i)
		}
		if i = f.value(i, member, depth); i < 0 {
			return i
		}
	}
}

// array reads the array whose bracket is at text[i].
func (f *Flattener) array(i int, at *place, depth int) int {
	if depth > maxDepth {
		return f.fail(schema.CodeTooDeep)
	}
	i++
	for n := 0; ; n++ {
		if i = f.separator(i, n == 0, ']'); i < 0 {
			return i
		}
		if f.text[i] == ']' {
			if n == 0 {
				f.emit(at, schema.EmptyArray, "[]")
			}
			return i + 1
		}
		element := f.element(at, n)
		if element == nil {
			return f.fail(schema.CodeTooLarge)
		}
		if i = f.value(i, element, depth); i < 0 {
			return i
		}
	}
}

// separator passes white space and commas, and returns the index of the next
// member or of the closing bracket. One comma between two members is right;
// more, or one elsewhere, are repaired, but not in opened strings, which are
// opened only when they are valid.
func (f *Flattener) separator(i int, first bool, closing byte) int {
	s := f.text
	commas := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case ' ', '\t', '\n', '\r':
			continue
		case ',':
			commas++
			continue
		}
		break
	}
	if i >= len(s) {
		return f.fail(schema.CodeSyntax)
	}
	needed := 1
	if first || s[i] == closing {
		needed = 0
	}
	switch extra := commas - needed; {
	case extra == 0:
	case extra < 0 || f.level > 0:
		return f.fail(schema.CodeSyntax)
	case s[i] == closing && !first:
		f.counts.trailingComma++
		f.counts.extraComma += int64(extra - 1)
	default:
		f.counts.extraComma += int64(extra)
	}
	return i
}

// stringValue reads the string at text[i] and emits it, or what is in it.
func (f *Flattener) stringValue(i int, at *place, depth int) int {
	before := f.counts.inText
	v, end := f.str(i)
	if end < 0 {
		return end
	}
	if len(v) > 1 && !f.Closed && f.level < maxOpened && before == f.counts.inText {
		if f.open(v, at, depth) {
			return end
		}
		if f.code != "" {
			return -1
		}
	}
	f.emit(at, schema.String, v)
	return end
}

// open reads v as JSON and reports whether it was an object or array, whole and
// valid. If it was not, no trace is left, but for the memory that was spent:
// code is set when there was too much of it.
func (f *Flattener) open(v string, at *place, depth int) bool {
	from := skipSpace(v, 0)
	if from == len(v) || v[from] != '{' && v[from] != '[' {
		return false
	}
	text, fields, before := f.text, len(f.fields), f.counts
	f.text = v
	f.level++
	end := f.value(from, at, depth)
	whole := end >= 0 && skipSpace(v, end) == len(v)
	f.level--
	f.text = text
	if whole {
		f.counts.opened++
		return true
	}
	f.fields, f.counts = f.fields[:fields], before
	if f.code != schema.CodeTooLarge {
		f.code = ""
	}
	return false
}

func skipSpace(s string, i int) int {
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	return i
}

// number returns the index behind the JSON number at s[i], or -1.
func number(s string, i int) int {
	if i < len(s) && s[i] == '-' {
		i++
	}
	from := i
	if i = digits(s, i); i == from || s[from] == '0' && i > from+1 {
		return -1
	}
	if i < len(s) && s[i] == '.' {
		from = i + 1
		if i = digits(s, from); i == from {
			return -1
		}
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		if i++; i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		from = i
		if i = digits(s, from); i == from {
			return -1
		}
	}
	return i
}

// digits returns the index behind the digits at s[i].
func digits(s string, i int) int {
	for i < len(s) && s[i]-'0' <= 9 {
		i++
	}
	return i
}
