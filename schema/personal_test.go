package schema_test

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"text/template"
	"unsafe"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"
	"go.yaml.in/yaml/v3"

	"inzage/schema"
)

// canary is a text that can be recognised however it is shown: as it is, as
// hexadecimal digits, in base64 or as a list of byte values.
const canary = "Jip-Janneke-Canary"

// leaks names the way in which out shows the canary, or "".
func leaks(out string) string {
	for name, form := range map[string]string{
		"text":     canary,
		"part":     "Canary",
		"hex":      fmt.Sprintf("%x", canary[4:]),
		"HEX":      fmt.Sprintf("%X", canary[4:]),
		"spaced":   fmt.Sprintf("% x", canary[4:]),
		"SPACED":   fmt.Sprintf("% X", canary[4:]),
		"prefixed": fmt.Sprintf("%# x", canary[4:]),
		"decimal":  strings.Trim(fmt.Sprintf("%d", []byte(canary[4:])), "[]"),
		"base64":   "SmlwLUphbm5la2UtQ2FuYXJ5",
	} {
		if strings.Contains(out, form) {
			return name
		}
	}
	return ""
}

// TestLeaksAreSeen: the other tests prove nothing if the detector is blind. A
// plain string in a hidden field is what Personal exists to replace.
func TestLeaksAreSeen(t *testing.T) {
	t.Parallel()
	type plain struct{ name string }
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "% X", "%# x"} {
		if leaks(fmt.Sprintf(format, plain{canary})) == "" {
			t.Errorf("%q of a plain string is not seen as a leak", format)
		}
	}
	for name, out := range map[string]string{
		"bytes":  fmt.Sprintf("%d", []byte(canary)),
		"base64": base64.StdEncoding.EncodeToString([]byte(canary)),
	} {
		if leaks(out) == "" {
			t.Errorf("%s are not seen as a leak", name)
		}
	}
}

// Shapes in which a Personal can stand. The unexported fields matter most: fmt
// does not call methods there.
type (
	open struct {
		Name schema.Personal
	}
	hidden struct {
		name schema.Personal
	}
	pointing struct {
		name *schema.Personal
	}
	deep struct {
		inner struct{ list []map[string]hidden }
	}
	embedding struct {
		schema.Personal
	}
	boxed struct {
		any any
	}
)

func shapes() map[string]any {
	p := schema.NewPersonal(canary)
	var d deep
	d.inner.list = []map[string]hidden{{"k": {p}}}
	return map[string]any{
		"value":           p,
		"pointer":         &p,
		"slice":           []schema.Personal{p, p},
		"slice of ptr":    []*schema.Personal{&p},
		"array":           [2]schema.Personal{p, p},
		"map value":       map[string]schema.Personal{"k": p},
		"map key":         map[schema.Personal]int{p: 1},
		"exported field":  open{p},
		"pointer to it":   &open{p},
		"hidden field":    hidden{p},
		"pointer to that": &hidden{p},
		"hidden pointer":  pointing{&p},
		"hidden, deep":    d,
		"embedded":        embedding{p},
		"in any":          boxed{p},
		"in any, hidden":  boxed{hidden{p}},
		"in an error":     fmt.Errorf("wrap %v: %w", p, io.EOF),
		"subject":         schema.Subject{Name: p, UPNs: []schema.Personal{p}},
		"record":          schema.Record{Fields: []schema.Field{{Path: "a", Value: p}}, Raw: p},
		"explanation":     &schema.Explanation{Text: p, Notes: []schema.Note{{Words: p}}},
		"slice of hidden": []hidden{{p}},
		"map of hidden":   map[string]*hidden{"k": {p}},
	}
}

// TestPersonalUnderEveryVerb tries every letter as a verb, with every flag and
// some widths, on every shape.
func TestPersonalUnderEveryVerb(t *testing.T) {
	t.Parallel()
	n := 0
	for name, v := range shapes() {
		for _, flag := range []string{"", "+", "-", "#", " ", "0", "+#", "# ", "#0", "+-# 0"} {
			for _, width := range []string{"", "3", "40", ".2", "40.30"} {
				for verb := 'A'; verb <= 'z'; verb++ {
					format := "%" + flag + width + string(verb)
					n++
					if how := leaks(fmt.Sprintf(format, v)); how != "" {
						t.Errorf("%s: %q shows it as %s", name, format, how)
					}
				}
			}
		}
	}
	t.Logf("%d ways to print", n)
}

func TestPersonalIsMarked(t *testing.T) {
	t.Parallel()
	p := schema.NewPersonal(canary)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T!%v"} {
		args := []any{p, p}[:strings.Count(format, "%")]
		if got := fmt.Sprintf(format, args...); !strings.HasSuffix(got, "[personal]") {
			t.Errorf("%s prints %q, want the mark", format, got)
		}
	}
	if p.String() != "[personal]" || p.GoString() != "[personal]" || fmt.Sprint(p) != "[personal]" {
		t.Error("String, GoString or Sprint does not give the mark")
	}
	if got := fmt.Sprint(schema.Personal{}); got != "[personal]" {
		t.Errorf("an empty one prints %q: whether there is a value is information too", got)
	}
}

// TestPersonalInEncodings: encoders give the mark or an error, never the text.
func TestPersonalInEncodings(t *testing.T) {
	t.Parallel()
	encoders := map[string]func(io.Writer, any) error{
		"encoding/json": func(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) },
		"json v2":       func(w io.Writer, v any) error { return jsonv2.MarshalWrite(w, v) },
		"encoding/xml":  func(w io.Writer, v any) error { return xml.NewEncoder(w).Encode(v) },
		"encoding/gob":  func(w io.Writer, v any) error { return gob.NewEncoder(w).Encode(v) },
		"yaml":          func(w io.Writer, v any) error { return yaml.NewEncoder(w).Encode(v) },
		"text/template": func(w io.Writer, v any) error {
			return template.Must(template.New("").Parse(`{{.}} {{printf "%s %x" . .}}`)).Execute(w, v)
		},
		"html/template": func(w io.Writer, v any) error {
			return htmltemplate.Must(htmltemplate.New("").Parse(`<a href="{{.}}" onclick="f({{.}})">{{.}}</a>`)).Execute(w, v)
		},
	}
	for encoder, encode := range encoders {
		for name, v := range shapes() {
			var out bytes.Buffer
			err := encode(&out, v)
			if how := leaks(out.String()); how != "" {
				t.Errorf("%s, %s: shows it as %s", encoder, name, how)
			}
			if err != nil && leaks(err.Error()) != "" {
				t.Errorf("%s, %s: the error quotes it", encoder, name)
			}
		}
	}
}

func TestPersonalEncodesAsTheMark(t *testing.T) {
	t.Parallel()
	type record struct {
		Attr  schema.Personal `xml:",attr"`
		Value schema.Personal
	}
	p := schema.NewPersonal(canary)
	v := record{Attr: p, Value: p}
	asJSON, err := json.Marshal(map[schema.Personal]record{p: v})
	if want := `{"[personal]":{"Attr":"[personal]","Value":"[personal]"}}`; err != nil || string(asJSON) != want {
		t.Errorf("as JSON %s, %v; want %s", asJSON, err, want)
	}
	asXML, err := xml.Marshal(v)
	if want := `<record Attr="[personal]"><Value>[personal]</Value></record>`; err != nil || string(asXML) != want {
		t.Errorf("as XML %s, %v; want %s", asXML, err, want)
	}
	if text, err := p.MarshalText(); err != nil || string(text) != "[personal]" {
		t.Errorf("as text %s, %v", text, err)
	}
	if err := gob.NewEncoder(io.Discard).Encode(v); err == nil {
		t.Error("gob made something of it; it has no form of its own, so it must refuse")
	}
}

// TestPersonalInLogs: both loggers, both ways of passing values.
func TestPersonalInLogs(t *testing.T) {
	t.Parallel()
	for name, v := range shapes() {
		var out bytes.Buffer
		for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
			slog.New(h).With("with", v).Info("message", "key", v, slog.Group("group", "key", v), slog.Any("any", v))
		}
		for _, w := range []io.Writer{&out, zerolog.ConsoleWriter{Out: &out, NoColor: true}} {
			l := zerolog.New(w).With().Interface("with", v).Any("any", v).Logger()
			l.Info().Interface("key", v).Fields(map[string]any{"field": v}).Msgf("message %v %+v", v, v)
			if s, ok := v.(fmt.Stringer); ok {
				l.Info().Stringer("stringer", s).Send()
			}
			if e, ok := v.(error); ok {
				l.Err(e).Send()
			}
		}
		if how := leaks(out.String()); how != "" {
			t.Errorf("%s: shows it as %s", name, how)
		}
		if out.Len() == 0 {
			t.Errorf("%s: nothing was logged, so nothing was tested", name)
		}
	}
}

func TestPersonalInErrorsAndPanics(t *testing.T) {
	t.Parallel()
	p := schema.NewPersonal(canary)
	err := errors.Join(fmt.Errorf("read %v", p), fmt.Errorf("%+v", hidden{p}))
	if how := leaks(err.Error()); how != "" {
		t.Errorf("an error shows it as %s", how)
	}
	defer func() {
		if how := leaks(fmt.Sprint(recover())); how != "" {
			t.Errorf("a panic shows it as %s", how)
		}
	}()
	panic(hidden{p})
}

// TestReveal: what goes in comes out, byte for byte.
func TestReveal(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", " ", canary, "één 日本", "\x00\xff\xfe", "[personal]", strings.Repeat("x", 1<<20)} {
		p := schema.NewPersonal(s)
		if p.Reveal() != s || p.Len() != len(s) || p.IsEmpty() != (s == "") {
			t.Errorf("%d bytes come out as %d, length %d, empty %v", len(s), len(p.Reveal()), p.Len(), p.IsEmpty())
		}
	}
	var zero schema.Personal
	if zero.Reveal() != "" || !zero.IsEmpty() || zero.Len() != 0 || !zero.Equal(schema.NewPersonal("")) {
		t.Error("the zero value is not the empty text")
	}
}

// TestRevealAfterCollection: the pointer inside keeps the text alive.
func TestRevealAfterCollection(t *testing.T) {
	t.Parallel()
	list := make([]schema.Personal, 10_000)
	for i := range list {
		list[i] = schema.NewPersonal(fmt.Sprintf("%s %d", canary, i))
	}
	runtime.GC()
	churn := make([][]byte, 10_000)
	for i := range churn {
		churn[i] = bytes.Repeat([]byte{'z'}, 32)
	}
	runtime.GC()
	for i, p := range list {
		if want := fmt.Sprintf("%s %d", canary, i); p.Reveal() != want {
			t.Fatalf("text %d became %q", i, p.Reveal())
		}
	}
	runtime.KeepAlive(churn)
}

func TestPersonalEqual(t *testing.T) {
	t.Parallel()
	whole := strings.Repeat(canary, 2)
	same := schema.NewPersonal(whole[len(canary):]) // the same text elsewhere in memory
	for _, c := range []struct {
		a, b schema.Personal
		want bool
	}{
		{schema.NewPersonal(canary), same, true},
		{schema.NewPersonal(canary), schema.NewPersonal(canary[:4] + "x" + canary[5:]), false},
		{schema.NewPersonal(canary), schema.NewPersonal(canary[:4]), false},
		{schema.NewPersonal(canary), schema.Personal{}, false},
		{schema.Personal{}, schema.Personal{}, true},
	} {
		if c.a.Equal(c.b) != c.want || c.b.Equal(c.a) != c.want {
			t.Errorf("texts of %d and %d bytes are equal: %v, want %v", c.a.Len(), c.b.Len(), !c.want, c.want)
		}
		if cmp.Equal(c.a, c.b) != c.want { // reflect.DeepEqual would only compare the first bytes
			t.Errorf("go-cmp finds texts of %d and %d bytes equal: %v", c.a.Len(), c.b.Len(), !c.want)
		}
	}
}

func TestPersonalConcurrently(t *testing.T) {
	t.Parallel()
	p, q := schema.NewPersonal(canary), schema.NewPersonal(strings.Clone(canary))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 1000 {
				if p.Reveal() != canary || !p.Equal(q) || p.String() != "[personal]" {
					t.Error("readers disturb each other")
					return
				}
			}
		})
	}
	all.Wait()
}

// TestPersonalCostsNothing: there are millions of values, so making, comparing
// and revealing one must not allocate.
func TestPersonalCostsNothing(t *testing.T) {
	s := strings.Clone(canary)
	q := schema.NewPersonal(strings.Clone(canary))
	total := 0
	if n := testing.AllocsPerRun(100, func() {
		p := schema.NewPersonal(s)
		if p.Equal(q) {
			total += len(p.Reveal())
		}
	}); n != 0 {
		t.Errorf("%v allocations for each value", n)
	}
}

// FuzzPersonal tries any text under any format, in the open and in a field
// that fmt prints without asking its methods.
func FuzzPersonal(f *testing.F) {
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "% X", "%d", "%p", "%[1]*[1]v", "%!", "%w", "%t", "%c%U", "%v%%"} {
		f.Add(format, []byte(canary))
	}
	f.Fuzz(func(t *testing.T, format string, text []byte) {
		if len(text) == 0 {
			return
		}
		// Not a copy: p stands for whatever the bytes of text are now. So the
		// output can be compared with that of another text at the same
		// address; %p and its like do print the address.
		p := schema.NewPersonal(unsafe.String(&text[0], len(text)))
		if p.Reveal() != string(text) {
			t.Fatal("another text came out")
		}
		h := &hidden{p}
		before := fmt.Sprintf(format, p, *h, h)
		for i := range text {
			text[i] ^= 0x55
		}
		if after := fmt.Sprintf(format, p, *h, h); before != after {
			t.Fatalf("the output depends on the text: %q and %q", before, after)
		}
	})
}
