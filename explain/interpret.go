package explain

import (
	"strconv"
	"strings"
	"time"

	"inzage/schema"
)

// knownInterpreter tells whether "as" names an interpreter, or an enumeration
// that exists. The values tables are read before everything that uses them.
func (c *Catalog) knownInterpreter(as string) bool {
	if kind, name, ok := strings.Cut(as, ":"); ok {
		return c.enums[name] != nil && (kind == "enum" || kind == "bits")
	}
	switch as {
	case "", "text", "guid", "time", "date", "number", "yesno", "bytes", "kilobytes", "megabytes",
		"duration-ms", "duration-s", "duration-us", "duration-100ns",
		"hresult", "ntstatus", "win32", "http", "country", "language", "pii-kind", "id-prefix", "program":
		return true
	}
	return false
}

// Interpreter says values in words, in one language and time zone. It never
// fails: a value that it cannot read gives "".
type Interpreter struct {
	c        *Catalog
	lang     schema.Lang
	zone     *time.Location
	calendar *calendar
	// between the digits of a number
	decimal, thousands string
}

// Interpreter makes one; zone must not be nil.
func (c *Catalog) Interpreter(l schema.Lang, zone *time.Location) Interpreter {
	return Interpreter{
		c: c, lang: l, zone: zone, calendar: c.calendar(l),
		decimal: c.Text(l, "engine.decimal"), thousands: c.Text(l, "engine.thousands"),
	}
}

// Words says the value as the interpreter "as" reads it; "" where that adds
// nothing to the value itself.
func (in Interpreter) Words(as, v string) string {
	v = strings.TrimSpace(v)
	if v == "" {
		return ""
	}
	if name, ok := strings.CutPrefix(as, "enum:"); ok {
		return in.enum(name, v)
	}
	if name, ok := strings.CutPrefix(as, "bits:"); ok {
		return in.bits(name, v)
	}
	switch as {
	case "time":
		return in.moment(v, in.calendar.time)
	case "date":
		return in.moment(v, in.calendar.date)
	case "number":
		return in.number(v)
	case "yesno":
		return in.yesno(v)
	case "bytes":
		return in.size(v, 1)
	case "kilobytes":
		return in.size(v, 1<<10)
	case "megabytes":
		return in.size(v, 1<<20)
	case "duration-ms":
		return in.duration(v, time.Millisecond)
	case "duration-s":
		return in.duration(v, time.Second)
	case "duration-us":
		return in.duration(v, time.Microsecond)
	case "duration-100ns":
		return in.duration(v, 100*time.Nanosecond)
	case "hresult", "ntstatus":
		return in.status(as, v)
	case "win32", "http":
		return in.named(as, v)
	case "country":
		return in.enum(as, v)
	case "language":
		return in.language(v)
	case "pii-kind":
		return in.piiKind(v)
	case "id-prefix":
		return in.prefix(v)
	case "program":
		return program(v)
	}
	return ""
}

// inSentence is the value as it stands in a sentence: in words where the
// interpreter has any, else as it is.
func (in Interpreter) inSentence(as, v string) string {
	if as != "" {
		if w := in.Words(as, v); w != "" {
			return w
		}
	}
	return strings.TrimSpace(v)
}

func (in Interpreter) text(key string, args ...any) string { return in.c.Text(in.lang, key, args...) }

func (in Interpreter) enum(name, v string) string {
	w, ok := in.c.enums[name][v]
	if !ok {
		w = in.c.enums[name][strings.ToLower(v)]
	}
	return w.in(in.lang)
}

func (in Interpreter) yesno(v string) string {
	switch strings.ToLower(v) {
	case "true", "1", "yes", "y", "t", "on":
		return in.text("engine.yes")
	case "false", "0", "no", "n", "f", "off":
		return in.text("engine.no")
	}
	return ""
}

// language names a language tag, or at least its language where the region is
// not in the table.
func (in Interpreter) language(v string) string {
	if w := in.enum("language", v); w != "" {
		return w
	}
	main, _, _ := strings.Cut(strings.ReplaceAll(v, "_", "-"), "-")
	return in.enum("language", main)
}

// number groups the digits of an integer or decimal number; every digit stays.
func (in Interpreter) number(v string) string {
	digits, minus := strings.CutPrefix(v, "-")
	whole, fraction, point := strings.Cut(digits, ".")
	if !isNumber(whole) || point && !isNumber(fraction) {
		return ""
	}
	if v == unset {
		return in.text("engine.number.unset")
	}
	if len(whole) <= 4 && (!point || in.decimal == ".") {
		return v
	}
	var room [32]byte
	b := room[:0]
	if minus {
		b = append(b, '-')
	}
	for i := 0; i < len(whole); i++ {
		if i > 0 && (len(whole)-i)%3 == 0 && len(whole) > 4 {
			b = append(b, in.thousands...)
		}
		b = append(b, whole[i])
	}
	if point {
		b = append(append(b, in.decimal...), fraction...)
	}
	return string(b)
}

// rounded writes f with one decimal below ten, none above.
func (in Interpreter) rounded(f float64) string {
	digits := 0
	if f < 10 {
		digits = 1
	}
	s := strconv.FormatFloat(f, 'f', digits, 64)
	return in.number(strings.TrimSuffix(s, ".0"))
}

func (in Interpreter) size(v string, unit float64) string {
	n, err := strconv.ParseFloat(v, 64)
	if err != nil || n < 0 || n != n || n > 1e24 {
		return ""
	}
	// In steps of 1024, as Windows shows sizes: the reader can compare.
	switch n *= unit; {
	case n < 1<<10:
		return in.measure("engine.unit.bytes", in.rounded(n))
	case n < 999.5*(1<<10):
		return in.measure("engine.unit.kb", in.rounded(n/(1<<10)))
	case n < 999.5*(1<<20):
		return in.measure("engine.unit.mb", in.rounded(n/(1<<20)))
	default:
		return in.measure("engine.unit.gb", in.rounded(n/(1<<30)))
	}
}

func (in Interpreter) duration(v string, unit time.Duration) string {
	n, err := strconv.ParseFloat(v, 64)
	if err != nil || n < 0 || n != n {
		return ""
	}
	s := n * unit.Seconds()
	if s > 1e10 {
		return ""
	}
	switch {
	case s < 0.9995:
		return in.unit("engine.unit.ms", s*1e3)
	case s < 99.5:
		return in.unit("engine.unit.s", s)
	case s < 99.5*60:
		return in.unit("engine.unit.min", s/60)
	case s < 47.5*3600:
		return in.unit("engine.unit.h", s/3600)
	default:
		return in.unit("engine.unit.d", s/86400)
	}
}

func (in Interpreter) unit(key string, n float64) string {
	words := in.rounded(n)
	if words == "1" {
		return in.text(key + ".one")
	}
	return in.measure(key, words)
}

// measure puts a number in the text of its unit.
func (in Interpreter) measure(key, n string) string {
	before, after, _ := strings.Cut(in.text(key), "{n}")
	return before + n + after
}

// named is a code of an enumeration that is shown with its words.
func (in Interpreter) named(table, v string) string {
	if w := in.enum(table, v); w != "" {
		return in.text("engine.code.known", "code", v, "words", w)
	}
	return ""
}

// status reads an HRESULT or NTSTATUS in any of its spellings: hexadecimal,
// unsigned, or as a negative 32-bit number.
func (in Interpreter) status(table, v string) string {
	n, err := strconv.ParseInt(strings.ToLower(v), 0, 64) // as many digits as there are, in one pass
	if err != nil || n < -1<<31 || n > 1<<32-1 {
		return ""
	}
	code := uint32(n)
	hex := "0x" + strings.ToUpper(leftPad(strconv.FormatUint(uint64(code), 16)))
	switch w := in.enum(table, hex); {
	case w != "":
		return in.text("engine.code.known", "code", hex, "words", w)
	case code&0x80000000 != 0:
		return in.text("engine.code.failure", "code", hex)
	default:
		return in.text("engine.code.success", "code", hex)
	}
}

func leftPad(hex string) string { return strings.Repeat("0", 8-len(hex)) + hex }

// bits names every bit of a sum of codes; a bit without a name is shown as a
// number, never left out.
func (in Interpreter) bits(table, v string) string {
	mask, err := strconv.ParseUint(v, 0, 64)
	if err != nil || mask == 0 {
		return in.enum(table, v)
	}
	var list []string
	for bit := uint64(1); bit != 0 && bit <= mask; bit <<= 1 {
		if mask&bit == 0 {
			continue
		}
		key := strconv.FormatUint(bit, 10)
		if w := in.enum(table, key); w != "" {
			key = w
		}
		list = append(list, key)
	}
	return strings.Join(list, ", ")
}

// piiKind reads the sender's own mark on a field: bits 0-4 are the type, bits
// 5-12 the kind of personal data, bit 13 marks customer content
// (Common Schema metadata, as published with the 1DS SDK).
func (in Interpreter) piiKind(v string) string {
	n, err := strconv.ParseUint(v, 10, 32)
	if err != nil {
		return ""
	}
	kind := n >> 5 & 0xff
	if n&(1<<13) != 0 {
		kind = 32
	}
	if kind == 0 {
		return in.text("engine.pii.none")
	}
	w := in.enum("pii-kind", strconv.FormatUint(kind, 10))
	if w == "" {
		w = strconv.FormatUint(kind, 10)
	}
	return in.text("engine.pii.marked", "words", w)
}

// prefix says what the letters before the colon of an identifier mean.
func (in Interpreter) prefix(v string) string {
	p, _, ok := strings.Cut(v, ":")
	if !ok || len(p) > 8 {
		return ""
	}
	return in.enum("id-prefix", p+":")
}

// program takes the program's own name out of an app id: the file name in
// "W:0000…!0000…!outlook.exe", the package name in "U:Name_1.2.3_x64__abc!App".
func program(v string) string {
	switch {
	case strings.HasPrefix(v, "W:"):
		return v[strings.LastIndexByte(v, '!')+1:]
	case strings.HasPrefix(v, "U:"):
		name, _, _ := strings.Cut(v[2:], "_")
		return name
	}
	return ""
}
